/** The login somebody signed in by, while this page stays open: signing in again does not ask for it. Kept nowhere else. */
export const remembered = { login: '' };
