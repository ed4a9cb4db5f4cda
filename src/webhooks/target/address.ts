/**
 * Which addresses on the Internet a client's notifications may go to: public unicast and nothing else, so that nobody can make the service
 * speak to its own network (OWASP SSRF; IANA special-purpose registries by ipaddr.js). Pure.
 */
import ipaddr from 'ipaddr.js';

/** Public by its number, private by its use: the platform's own endpoint of one cloud (168.63.129.16). */
const OTHERS = [ipaddr.parse('168.63.129.16')];
/** Everything the registries have given out as global unicast (RFC 4291 §2.4); `::a.b.c.d` and the like are outside. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** True for an address, written in the usual way, that belongs to somebody on the public Internet. */
export function isPublicAddress(text: string): boolean {
  if (text.includes('%') || !ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  // ranges with a name of their own hold mapped and tunnelled addresses too: ::ffff:0:0/96, 64:ff9b::/96, 2002::/16
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(GLOBAL_V6);
  return !OTHERS.some(other => other.toString() === address.toString());
}
