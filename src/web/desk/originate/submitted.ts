/** Whose application was submitted just now, for the list to say so once; kept nowhere else. */
export const submitted = { name: '' };
