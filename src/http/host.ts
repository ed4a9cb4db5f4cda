/**
 * Whose web address a request names. The service has one fixed origin; its links never come from a request, and a request that names
 * another host is refused before anything looks at it, so that no cache, page or log ever pairs our answers with a foreign name. Pure.
 */
import type { IncomingMessage } from 'node:http';

type Asked = Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders'>;

/** What balancers and supervisors ask by whatever address they know; the answers name nothing. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** A name or an address with at most a port: no userinfo, no path, no list. */
const HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;
/** This machine itself: the balancer beside us, a health check, a person trying the demo. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

/**
 * Judges requests for the service with this origin: its own host, with or without the scheme's port, and loopback names are let in;
 * health checks by any single well-formed host. Absolute-form targets (RFC 9112 §3.2.2) are for proxies, and this is none.
 */
export function hostRule(origin: string): (request: Asked) => boolean {
  const { host, port, protocol } = new URL(origin);
  // a URL leaves its scheme's own port out; a client may write it
  const own = new Set([host, ...(port === '' ? [`${host}:${protocol === 'https:' ? 443 : 80}`] : [])]);
  const isOurs = (name: string): boolean => own.has(name) || LOOPBACK.test(name);
  return ({ url = '', headers, rawHeaders }) => {
    if (!url.startsWith('/')) return false;
    const name = headers.host?.toLowerCase();
    if (name === undefined || !HOST.test(name) || countOf(rawHeaders, 'host') !== 1) return false;
    const path = url.split('?', 1)[0] ?? '';
    const forwarded = headers['x-forwarded-host'];
    if (forwarded !== undefined && (typeof forwarded !== 'string' || !isOurs(forwarded.toLowerCase())))
      return false;
    return isOurs(name) || HEALTH_PATHS.has(path);
  };
}

/** How often the field stands in the head as it came: of two Host fields Node keeps the first and says nothing. */
function countOf(rawHeaders: readonly string[], field: string): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === field.length && rawHeaders[at]?.toLowerCase() === field) count += 1;
  return count;
}
