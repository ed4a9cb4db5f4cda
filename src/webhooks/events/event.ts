/**
 * What a client is told of a certificate: one event for each change on record, also for a suspension that ends by itself and for a signing
 * key that was revoked, in the order in which they happened and the same whoever derives them. Nothing of the holder is in it. Pure.
 */
import {
  standingOf,
  type CertificateState,
  type ChangeKind,
  type StatusChange,
} from '../../revocation/state.ts';
import type { Instant } from '../../shared/time.ts';

export const EVENT_TYPES = [
  'certificate.suspended',
  'certificate.extended',
  'certificate.resumed',
  'certificate.revoked',
  'certificate.cancelled',
  'certificate.superseded',
  'certificate.key-revoked',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** One thing that happened to one version of a certificate. */
export interface Fact {
  /** The same for the same thing, whoever derives it and however often; at most 30 characters. */
  readonly source: string;
  readonly number: string;
  readonly version: number;
  readonly type: EventType;
  /** The version's state from then on. */
  readonly state: CertificateState;
  readonly at: Instant;
  /** The change on record that it comes of; 0 of a revoked key. */
  readonly seq: number;
  /** No change on record did it: a suspension came to its end, or the key was revoked. */
  readonly byItself: boolean;
}

/** `unsent`: there was nowhere to send it to, or the client no longer wanted it; `failed`: given up. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'failed', 'unsent'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A fact as told to one client, and how far the telling has come. */
export interface ClientEvent extends Omit<Fact, 'seq' | 'byItself'> {
  /** The webhook-id; the same however often it is sent. */
  readonly id: string;
  readonly clientId: string;
  /** 1, 2, 3, … without gaps for each client, in the order in which events can be read. */
  readonly sequence: number;
  readonly createdAt: Instant;
  readonly delivery: DeliveryState;
  /** From when it has been waiting: since it was made, or replayed. */
  readonly since: Instant;
  /** How often it was sent since then. */
  readonly tries: number;
  readonly triedAt: Instant | undefined;
  /** When it was delivered or given up. */
  readonly endedAt: Instant | undefined;
  /** What became of the last try, when it failed. */
  readonly fault: string | undefined;
}

const AFTER: Readonly<Record<ChangeKind, { readonly type: EventType; readonly state: CertificateState }>> = {
  SUSPEND: { type: 'certificate.suspended', state: 'SUSPENDED' },
  EXTEND: { type: 'certificate.extended', state: 'SUSPENDED' },
  RESUME: { type: 'certificate.resumed', state: 'VALID' },
  REVOKE: { type: 'certificate.revoked', state: 'REVOKED' },
  SUPERSEDE: { type: 'certificate.superseded', state: 'SUPERSEDED' },
  CANCEL: { type: 'certificate.cancelled', state: 'CANCELLED' },
};

/**
 * Everything that has happened to a certificate by that instant.
 * @param changes all of one number, in order of `seq`
 */
export function factsOf(changes: readonly StatusChange[], at: Instant): readonly Fact[] {
  const versions = [...new Set(changes.map(change => change.version))].sort((a, b) => a - b);
  return versions.flatMap(version =>
    factsOfVersion(
      changes.filter(change => change.version === version),
      at,
    ),
  );
}

function factsOfVersion(changes: readonly StatusChange[], at: Instant): readonly Fact[] {
  const facts: Fact[] = [];
  /** Whatever says when the running suspension ends: the suspension itself, or its extension. */
  let suspension: StatusChange | undefined;
  for (const change of changes) {
    // whoever recorded the change saw the suspension's end, whatever this process's clock says
    if (hasEnded(suspension, change.at)) {
      facts.push(endOf(suspension));
      suspension = undefined;
    }
    // nothing was left to extend: the state is as it was, and there is nothing to tell
    if (change.change === 'EXTEND' && !suspension) continue;
    facts.push(factOf(change));
    suspension = AFTER[change.change].state === 'SUSPENDED' ? change : undefined;
    // what has ended never comes back, whatever is recorded after it
    if (AFTER[change.change].state !== 'VALID' && !suspension) return facts;
  }
  return hasEnded(suspension, at) ? [...facts, endOf(suspension)] : facts;
}

type EndedSuspension = StatusChange & { readonly until: Instant };

function hasEnded(suspension: StatusChange | undefined, at: Instant): suspension is EndedSuspension {
  return suspension?.until !== undefined && suspension.until <= at;
}

function factOf({ seq, number, version, change, at }: StatusChange): Fact {
  return { source: String(seq), number, version, ...AFTER[change], at, seq, byItself: false };
}

function endOf({ seq, number, version, until }: EndedSuspension): Fact {
  return { source: `${seq}-end`, number, version, ...AFTER.RESUME, at: until, seq, byItself: true };
}

/** One version of a certificate, and which key signed it. */
export interface SignedVersion {
  readonly number: string;
  readonly version: number;
  readonly keyId: string;
}

/**
 * The same facts with those of revoked keys in their places: one for each version that was valid or suspended when the key that signed it
 * was given up. Its state stays what it was; what every verifier says of it does not.
 * @param given.revoked when, by `key-7`
 */
export function withKeyFacts(
  facts: readonly Fact[],
  given: {
    readonly versions: readonly SignedVersion[];
    readonly changes: readonly StatusChange[];
    readonly revoked: ReadonlyMap<string, Instant>;
  },
): readonly Fact[] {
  const all = [...facts];
  for (const { number, version, keyId } of given.versions) {
    const at = given.revoked.get(keyId);
    const state = at === undefined ? undefined : stateBefore(given.changes, { version, at });
    if (at === undefined || (state !== 'VALID' && state !== 'SUSPENDED')) continue;
    const source = `${number}-${version}-key`;
    const fact: Fact = {
      source,
      number,
      version,
      type: 'certificate.key-revoked',
      state,
      at,
      seq: 0,
      byItself: true,
    };
    const place = all.findIndex(
      other => other.version > version || (other.version === version && isAfter(other, at)),
    );
    all.splice(place < 0 ? all.length : place, 0, fact);
  }
  return all;
}

/** The state when the key was revoked; a new version because of the key comes after that, also within the second. */
function stateBefore(
  changes: readonly StatusChange[],
  { version, at }: { version: number; at: Instant },
): CertificateState {
  const before = changes.filter(
    each => each.version === version && (each.reason !== 'KEY_REVOKED' || each.at < at),
  );
  return standingOf(before, at).state;
}

function isAfter({ at, type }: Fact, revokedAt: Instant): boolean {
  return at > revokedAt || (at === revokedAt && type === 'certificate.superseded');
}

/** What a subscriber knew when it subscribed: the changes on record up to `afterSeq`, and the state at `since`. */
export interface Known {
  readonly afterSeq: number;
  readonly since: Instant;
}

/** The clock of whoever revokes a key is not that of whoever answers a subscription: rather told twice than not at all. */
const CLOCKS_APART_SECONDS = 15 * 60;

/** True of what happened after the client was shown the state. A suspension's end is news even where the suspension was not. */
export function isNews(fact: Fact, known: Known): boolean {
  if (fact.type === 'certificate.key-revoked') return fact.at + CLOCKS_APART_SECONDS > known.since;
  return fact.byItself ? fact.at > known.since : fact.seq > known.afterSeq;
}

/** Facts of several certificates by time, those of each certificate in their own order even where two clocks differed. */
export function inOrder(each: readonly (readonly Fact[])[]): readonly Fact[] {
  const keyed = each.flatMap(facts => {
    let latest = 0;
    return facts.map(fact => ({ fact, key: (latest = Math.max(latest, fact.at)) }));
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ fact }) => fact);
}
