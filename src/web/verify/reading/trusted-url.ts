/**
 * The one place that names a script to be run besides those of the page itself: the page's policy demands Trusted Types, and this
 * policy lets nothing through but our own built files.
 */
interface PolicyFactory {
  createPolicy: (
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ) => { createScriptURL: (url: string) => unknown };
}

const ALLOWED = /^\/app\/(?:assets\/[\w.-]+|verify-worker)\.js$/;

const policy = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy('zhicheng', {
  createScriptURL: url => {
    if (!ALLOWED.test(url)) throw new TypeError('only built scripts of this page may run');
    return url;
  },
});

/** The same address, in the form this browser wants for workers. @throws TypeError for any other address */
export function trustedWorkerUrl(url: string): string {
  if (policy === undefined) return url;
  return policy.createScriptURL(url) as string; // a TrustedScriptURL, which the library for pages does not know yet
}
