/**
 * Makes the state of every certificate public: signs a new version of each status list whose bits changed, or whose signature
 * grows old. A version is one row, whole or absent; versions only grow; two publishers at once give one winner and one retry.
 * Source: Bitstring Status List 1.0; notice R36.
 */
import { createHash } from 'node:crypto';
import { record } from '../audit/record.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { stateOf, type StatusChange } from './state.ts';
import { bitsOf, PURPOSES, statusListParts, type Purpose } from './status-list.ts';
import { addVersion, allLists, changesOnList, LIST_ROOM, newestVersion, openList } from './store.ts';

/** A list is signed anew at least this often, so that a verifier can tell a quiet issuer from a cut line. */
const RESIGN_SECONDS = 12 * 3600;
const TRIES = 5;

export interface Publication {
  readonly list: number;
  readonly purpose: Purpose;
  readonly version: number;
}

/** Every list in force says what the changes say at that instant. @returns the versions that are new */
export async function publish(world: World, act: Act): Promise<readonly Publication[]> {
  const published: Publication[] = [];
  for (const { list } of await allLists(world.db)) {
    for (const purpose of PURPOSES) {
      const made = await publishOne(world, act, { list, purpose });
      if (made) published.push(made);
    }
  }
  return published;
}

/**
 * A list with room for `count` more places is open and published.
 * Runs before places are reserved, so that no certificate ever points to a list that cannot be fetched.
 */
export async function ensureRoom(world: World, act: Act, count: number): Promise<void> {
  const newest = (await allLists(world.db)).at(-1);
  if (newest && newest.taken + count <= LIST_ROOM) return;
  const list = (newest?.list ?? 0) + 1;
  await inTransaction(world.db, async tx => {
    await openList(tx, world.db, { list, at: act.at });
    await record({ tx, db: world.db }, act, [{ action: 'status-list.opened', subject: String(list) }]);
  });
  await publish(world, act);
}

async function publishOne(
  world: World,
  act: Act,
  wanted: { list: number; purpose: Purpose },
): Promise<Publication | undefined> {
  const { list, purpose } = wanted;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    // read the version before the changes: whoever publishes in between makes our insert fail, so no version goes back
    const newest = await newestVersion(world.db, list, purpose);
    const bits = bitsOf(placesFor(purpose, await changesOnList(world.db, list), act.at));
    const contentHash = createHash('sha256').update(bits).digest('hex');
    if (newest?.contentHash === contentHash && act.at - newest.publishedAt < RESIGN_SECONDS) return undefined;
    const version = (newest?.version ?? 0) + 1;
    const signedAt = Math.max(act.at, newest?.publishedAt ?? 0);
    const jwt = await signedList(world, { purpose, list, version, signedAt, bits });
    try {
      await inTransaction(world.db, async tx => {
        await addVersion(tx, world.db, {
          id: world.ids(),
          list,
          purpose,
          version,
          contentHash,
          publishedAt: signedAt,
          jwt,
        });
        const subject = `${purpose}-${list}`;
        await record({ tx, db: world.db }, act, [
          { action: 'status-list.published', subject, detail: { version, contentHash } },
        ]);
      });
      return { list, purpose, version };
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }
  throw new DomainError('DATABASE_BUSY', '状态列表正由其他进程发布，请稍后重试。');
}

async function signedList(world: World, content: Parameters<typeof statusListParts>[0]): Promise<string> {
  const key = await world.keys.keyFor({ use: 'status-lists', at: content.signedAt });
  const signer = await world.keys.signer(key.number);
  const { header, payload } = statusListParts(content, world.issuer, key.number);
  const input = [header, payload]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${await signer.sign(input)}`;
}

/** The places whose bit is set: every end of a certificate sets revocation, and refresh tells why an old version ended. */
export function placesFor(
  purpose: Purpose,
  changes: readonly StatusChange[],
  at: Instant,
): readonly number[] {
  const byPlace = new Map<number, StatusChange[]>();
  for (const change of changes) byPlace.set(change.index, [...(byPlace.get(change.index) ?? []), change]);
  return [...byPlace].filter(([, own]) => isSet(purpose, own, at)).map(([place]) => place);
}

function isSet(purpose: Purpose, changes: readonly StatusChange[], at: Instant): boolean {
  const state = stateOf(changes, at);
  switch (purpose) {
    case 'revocation':
      return state === 'REVOKED' || state === 'CANCELLED' || state === 'SUPERSEDED';
    case 'suspension':
      return state === 'SUSPENDED';
    case 'refresh':
      return state === 'SUPERSEDED';
    default:
      return purpose satisfies never;
  }
}
