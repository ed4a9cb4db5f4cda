/**
 * Makes events of what has happened to certificates, for every client that subscribed to them. Read from what is on record of certificates
 * and keys, so no verb knows of webhooks and none waits for them; what is found twice is told once (unique key of client and source).
 *
 * Changes are numbered in the order in which they were committed (db/counters.ts keeps the counter's row locked until then). Should one
 * come late all the same, the last few hundred are looked through again each time.
 */
import { certificatesOfKey, versionsByNumber } from '../../certificate/store.ts';
import { inTransaction } from '../../db/tx.ts';
import { keyEvents } from '../../keys/store.ts';
import { changedAfter, changesOfNumbers, suspendedUntil } from '../../revocation/store.ts';
import type { StatusChange } from '../../revocation/state.ts';
import type { Act } from '../../shared/act.ts';
import type { Instant } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { livingAmong } from '../clients.ts';
import { subscribersOf, wakeLanes, type Subscription } from '../subscriptions/store.ts';
import { KEPT_SECONDS } from '../sweep-webhooks.ts';
import { hasTarget } from '../target/store.ts';
import { factsOf, inOrder, isNews, withKeyFacts, type ClientEvent, type Fact } from './event.ts';
import { addEvents, advance, knownSources, lockStream, progressOf } from './store.ts';

type EventWorld = Pick<World, 'db' | 'ids'>;

const PAGE = 500;
/** Looked through again: so many changes back, of those recorded within a day; events of older ones may have been swept. */
const OVERLAP_CHANGES = 500;
const OVERLAP_SECONDS = 86_400;
/** The end of a suspension is on record long before it comes; only clocks of several processes may differ. */
const OVERLAP_ENDINGS_SECONDS = 15 * 60;

/** Every subscriber's events stand for all that has happened by this act's instant. @returns how many are new */
export async function deriveEvents(world: EventWorld, act: Act): Promise<number> {
  const told = (await fromChanges(world, act)) + (await fromEndings(world, act));
  return told + (await fromKeys(world, act));
}

async function fromChanges(world: EventWorld, act: Act): Promise<number> {
  const { db } = world;
  const done = await progressOf(db, 'changes');
  const again = { seq: done - OVERLAP_CHANGES, limit: OVERLAP_CHANGES };
  const late = await changedAfter(db, { ...again, recordedSince: act.at - OVERLAP_SECONDS });
  let count = 0;
  for (let page = late.filter(({ seq }) => seq <= done), seq = done; ;) {
    count += await tell(world, act, [...new Set(page.map(({ number }) => number))]);
    await inTransaction(db, async tx => advance(tx, db, { name: 'changes', value: seq }));
    page = [...(await changedAfter(db, { seq, limit: PAGE }))];
    if (page.length === 0) return count;
    seq = page.at(-1)?.seq ?? seq;
  }
}

async function fromEndings(world: EventWorld, act: Act): Promise<number> {
  const { db } = world;
  const after = (await progressOf(db, 'endings')) - OVERLAP_ENDINGS_SECONDS;
  const count = await tell(world, act, await suspendedUntil(db, { after, upTo: act.at }));
  await inTransaction(db, async tx => advance(tx, db, { name: 'endings', value: act.at }));
  return count;
}

/** A key that came into wrong hands concerns whatever it signed, a page at a time; one that a crash left half told is told again from the start. */
async function fromKeys(world: EventWorld, act: Act): Promise<number> {
  const { db } = world;
  let count = 0;
  for (const { seq, kind, keyId } of await keyEvents(db, await progressOf(db, 'key-events'))) {
    for (let [after, isMore] = ['', kind === 'compromised']; isMore;) {
      const page = await certificatesOfKey(db, { keyId, after, limit: PAGE });
      count += await tell(world, act, [...new Set(page.map(({ number }) => number))]);
      after = page.at(-1)?.id ?? after;
      isMore = page.length === PAGE;
    }
    await inTransaction(db, async tx => advance(tx, db, { name: 'key-events', value: seq }));
  }
  return count;
}

/** Whoever subscribed to these numbers has an event for everything that is news to them. */
async function tell(world: EventWorld, act: Act, numbers: readonly string[]): Promise<number> {
  const { db } = world;
  const subscribed = await subscribersOf(db, { numbers });
  const living = await livingAmong(db, [...new Set(subscribed.map(({ clientId }) => clientId))]);
  let count = 0;
  for (const clientId of living) {
    const own = subscribed.filter(each => each.clientId === clientId);
    for (let at = 0; at < own.length; at += PAGE)
      count += await tellClient(world, act, { clientId, subscriptions: own.slice(at, at + PAGE) });
  }
  return count;
}

interface Told {
  readonly clientId: string;
  readonly subscriptions: readonly Subscription[];
}

async function tellClient(world: EventWorld, act: Act, told: Told): Promise<number> {
  const { db } = world;
  const { clientId, subscriptions } = told;
  const numbers = subscriptions.map(({ number }) => number);
  const facts = await factsByNumber(world, numbers, act.at);
  const candidates = newsTo(subscriptions, facts);
  const known = await knownSources(db, { clientId, sources: candidates.map(({ source }) => source) });
  if (candidates.every(({ source }) => known.has(source))) return 0;
  return inTransaction(db, async tx => {
    const last = await lockStream(tx, db, clientId);
    // as it is now that nobody can change it: subscriptions may have ended, and another process may have been first
    const living = await subscribersOf(db, { numbers, clientId }, tx);
    const news = newsTo(living, facts);
    const sources = news.map(({ source }) => source);
    const told = await knownSources(db, { clientId, sources }, tx);
    const fresh = news.filter(({ source }) => !told.has(source));
    if (fresh.length === 0) return 0;
    const isSent = await hasTarget(tx, db, clientId);
    if (isSent) await wakeLanes(tx, db, { clientId, numbers: fresh.map(({ number }) => number), at: act.at });
    const events = fresh.map((fact, place) =>
      eventOf(fact, { id: world.ids(), clientId, sequence: last + 1 + place, at: act.at, isSent }),
    );
    await addEvents(tx, db, { clientId, events, last: last + events.length });
    return events.length;
  });
}

async function factsByNumber(
  { db }: EventWorld,
  numbers: readonly string[],
  at: Instant,
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const byNumber = new Map<string, StatusChange[]>();
  for (const change of await changesOfNumbers(db, numbers))
    byNumber.set(change.number, [...(byNumber.get(change.number) ?? []), change]);
  // read after the changes: where a new version is told, so is the key for which it was made
  const revoked = new Map(
    (await keyEvents(db)).filter(({ kind }) => kind === 'compromised').map(each => [each.keyId, each.at]),
  );
  const signed = revoked.size === 0 ? undefined : await versionsByNumber(db, numbers);
  return new Map(
    numbers.map(number => {
      const [changes, versions] = [byNumber.get(number) ?? [], signed?.get(number) ?? []];
      const facts = withKeyFacts(factsOf(changes, at), { versions, changes, revoked });
      return [number, facts.filter(fact => fact.at > at - KEPT_SECONDS)];
    }),
  );
}

function newsTo(
  subscriptions: readonly Subscription[],
  facts: ReadonlyMap<string, readonly Fact[]>,
): readonly Fact[] {
  return inOrder(
    subscriptions.map(known => (facts.get(known.number) ?? []).filter(fact => isNews(fact, known))),
  );
}

function eventOf(
  fact: Fact,
  made: { id: string; clientId: string; sequence: number; at: Instant; isSent: boolean },
): ClientEvent {
  const { seq: _, byItself: __, ...told } = fact;
  const { id, clientId, sequence, at, isSent } = made;
  return {
    ...told,
    id,
    clientId,
    sequence,
    createdAt: at,
    delivery: isSent ? 'waiting' : 'unsent',
    since: at,
    tries: 0,
    triedAt: undefined,
    endedAt: isSent ? undefined : at,
    fault: undefined,
  };
}
