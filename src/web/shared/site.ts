/** The name of these pages as their HTML says it, before the first heading adds its own. */
export const SITE = document.title;
