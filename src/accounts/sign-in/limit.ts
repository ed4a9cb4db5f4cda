/**
 * How often something may be tried: counters in the database, so that all processes share them. A try is taken before the work and
 * given back when it was honest, so a hundred tries at once are a hundred tries.
 */
import { inSideTransaction } from '../../db/tx.ts';
import type { Tx } from '../../db/connect.ts';
import { DomainError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { lockCounters, saveCounter } from './store.ts';

/** At most `most` within `seconds` from the first. */
export interface Limit {
  /** What is counted, such as `login` or `code-phone`. */
  readonly kind: string;
  readonly most: number;
  readonly seconds: number;
}

export interface Limited {
  readonly limit: Limit;
  /** Whose: a login, a phone, an address; stored as a keyed hash. */
  readonly of: string;
  /** How many tries this one is; 1 unless told. */
  readonly cost?: number;
}

export const LOGIN_FAILURES: Limit = { kind: 'login', most: 5, seconds: 15 * 60 };
export const ADDRESS_FAILURES: Limit = { kind: 'address', most: 60, seconds: 15 * 60 };
/** Wrong codes of all people together: nobody guesses a code by asking for many. */
export const CODE_FAILURES: Limit = { kind: 'code', most: 300, seconds: 10 * 60 };
/** R33 with the decision there: at most one message a minute and ten a day; the same for a number that nobody has. */
export const CODE_LIMITS = {
  phoneMinute: { kind: 'code-phone-minute', most: 1, seconds: 60 },
  phoneDay: { kind: 'code-phone-day', most: 10, seconds: 24 * 3600 },
  personMinute: { kind: 'code-person-minute', most: 1, seconds: 60 },
  personDay: { kind: 'code-person-day', most: 10, seconds: 24 * 3600 },
  addressHour: { kind: 'code-address-hour', most: 30, seconds: 3600 },
} as const satisfies Record<string, Limit>;

type LimitWorld = Pick<World, 'db' | 'cipher'>;

/** One try of each is taken, or of none. @throws DomainError TOO_MANY_ATTEMPTS with the seconds to wait */
export async function takeTries(
  world: LimitWorld,
  { at, tries }: { at: Instant; tries: readonly Limited[] },
): Promise<void> {
  await inSideTransaction(world.db, async tx => takeTriesIn(tx, world, { at, tries }));
}

/** The same within the caller's transaction. */
export async function takeTriesIn(
  tx: Tx,
  world: LimitWorld,
  { at, tries }: { at: Instant; tries: readonly Limited[] },
): Promise<void> {
  const limits = new Map(
    tries.map(each => [counterId(world, each), { ...each.limit, cost: each.cost ?? 1 }]),
  );
  const windows = [...limits].map(([id, { seconds }]) => ({ id, seconds }));
  const counted = (await lockCounters(tx, world.db, { windows, at })).map(counter => {
    const { most = 0, cost = 1 } = limits.get(counter.id) ?? {};
    return { ...counter, count: counter.count + cost, most };
  });
  const waits = counted.filter(({ count, most }) => count > most).map(({ windowEnd }) => windowEnd - at);
  if (waits.length > 0) throw tooMany(Math.max(1, ...waits));
  for (const { id, count, windowEnd } of counted) await saveCounter(tx, world.db, { id, count, windowEnd });
}

/** The tries were honest and do not count. */
export async function giveBack(
  world: LimitWorld,
  { at, tries }: { at: Instant; tries: readonly Limited[] },
): Promise<void> {
  const windows = tries.map(each => ({ id: counterId(world, each), seconds: each.limit.seconds }));
  await inSideTransaction(world.db, async tx => {
    for (const counter of await lockCounters(tx, world.db, { windows, at }))
      await saveCounter(tx, world.db, { ...counter, count: Math.max(0, counter.count - 1) });
  });
}

/** What counts as one address: of IPv6 the first 64 bits, for every subscriber has that many to choose from (RFC 6177). */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.startsWith('::ffff:')) return ip;
  const [head = ''] = ip.split('::');
  return [...head.split(':'), '', '', '', ''].slice(0, 4).join(':');
}

export function tooMany(retryAfterSeconds: number): DomainError {
  return new DomainError('TOO_MANY_ATTEMPTS', '尝试次数过多，请稍后再试。', { retryAfterSeconds });
}

function counterId({ cipher }: LimitWorld, { limit, of }: Limited): string {
  return cipher.indexOf(`${limit.kind}\n${of}`, 'attempts.id');
}
