/** What the person signed in by, while this page stays open: signing in again asks for the code alone. Kept nowhere else. */
export const remembered = { idNumber: '', phone: '' };
