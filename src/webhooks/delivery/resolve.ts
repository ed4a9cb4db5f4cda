/** Names to addresses by the network's own name service, without the machine's list of hosts, and never longer than told. */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** All addresses of that name; none when there are none, or nobody answered. */
export type Resolve = (hostname: string, timeoutMs: number) => Promise<readonly string[]>;

/** Asks for both kinds of addresses. A thread pool is not involved: names that are never answered hold up nothing else. */
export const resolveByNetwork: Resolve = async (hostname, timeoutMs) => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return [bare];
  if (bare === 'localhost') return ['127.0.0.1']; // RFC 6761 §6.3: never asked of the network
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 2), tries: 1 });
  const over = setTimeout(() => resolver.cancel(), timeoutMs);
  try {
    const answers = await Promise.allSettled([resolver.resolve4(bare), resolver.resolve6(bare)]);
    return answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    clearTimeout(over);
  }
};
