/**
 * Makes the state of every certificate public: signs a new version of each status list whose bits changed, or whose signature
 * grows old. A version is one row, whole or absent; versions only grow; two publishers at once give one winner and one retry.
 * A list that fails is told loudly and holds up no other. Source: Bitstring Status List 1.0; notice R36.
 */
import { createHash } from 'node:crypto';
import { record } from '../audit/record.ts';
import { versionsOf } from '../certificate/store.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { statusListKid } from '../keys/did-document.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { parseJwsPart } from '../shared/strict-json.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { stateOf, type StatusChange } from './state.ts';
import { bitsOf, PURPOSES, statusListParts, type Purpose } from './status-list.ts';
import { addVersion, allLists, changesOnList, newestVersion, type PublishedList } from './store.ts';

/** A list is signed anew at least this often, so that a verifier can tell a quiet issuer from a cut line. */
export const RESIGN_SECONDS = 12 * 3600;
/** A change is public within this time; later than that the bureau is warned. */
export const PUBLISH_WITHIN_SECONDS = 60;
/** Whoever loses a version to another publisher reads anew; each loss is somebody's progress. */
const TRIES = 10;

export interface Publication {
  readonly list: number;
  readonly purpose: Purpose;
  readonly version: number;
}

/**
 * Every list in force says what the changes say at that instant. @returns the versions that are new
 * @throws the first failure, after every other list was published; each one is logged
 */
export async function publish(world: World, act: Act): Promise<readonly Publication[]> {
  const lists = (await allLists(world.db)).map(({ list }) => list);
  return publishLists(world, act, lists);
}

/**
 * The lists on which that number's versions stand say so at once, without waiting for the publisher's turn. What cannot be published is
 * logged and left to that turn: the change itself stands either way.
 */
export async function publishAtOnce(world: World, act: Act, number: string): Promise<void> {
  try {
    const lists = new Set((await versionsOf(world.db, number)).map(({ list }) => list));
    await publishLists(world, { ...act, actor: 'system:publisher' }, [...lists]);
  } catch (error) {
    world.log.error({ error: String(error) }, 'change is not public yet: the publisher tries again');
  }
}

async function publishLists(
  world: World,
  act: Act,
  lists: readonly number[],
): Promise<readonly Publication[]> {
  const published: Publication[] = [];
  const failures: unknown[] = [];
  for (const list of lists) {
    for (const purpose of PURPOSES) {
      try {
        const made = await publishOne(world, act, { list, purpose });
        if (made) published.push(made);
      } catch (error) {
        world.log.error({ list: `${purpose}-${list}`, error: String(error) }, 'status list NOT published');
        failures.push(error);
      }
    }
  }
  if (failures.length > 0) throw failures[0];
  return published;
}

async function publishOne(
  world: World,
  act: Act,
  { list, purpose }: { list: number; purpose: Purpose },
): Promise<Publication | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    // read the version before the changes: whoever publishes in between makes our insert fail, so no version goes back
    const newest = await newestVersion(world.db, list, purpose);
    // as late as the newest version at least: by a clock behind another's, what that one published would be taken back
    const at = Math.max(act.at, newest?.publishedAt ?? 0);
    const bits = bitsOf(placesFor(purpose, await changesOnList(world.db, list), at));
    const contentHash = hashOf(bits);
    const isCurrent = newest?.contentHash === contentHash && at - newest.publishedAt < RESIGN_SECONDS;
    if (isCurrent && (await isBelieved(world, newest.jwt))) return undefined;
    const version = (newest?.version ?? 0) + 1;
    const jwt = await signedList(world, { purpose, list, version, signedAt: at, bits });
    const isKept = await keptVersion(world, act, {
      list,
      purpose,
      version,
      contentHash,
      publishedAt: at,
      jwt,
    });
    if (isKept) return { list, purpose, version };
  }
  throw new DomainError('DATABASE_BUSY', '状态列表正由其他进程发布，请稍后重试。');
}

/** False when another publisher was first with that version. */
async function keptVersion(world: World, act: Act, published: PublishedList): Promise<boolean> {
  const { purpose, list, version, contentHash } = published;
  try {
    await inTransaction(world.db, async tx => {
      await addVersion(tx, world.db, { id: world.ids(), ...published });
      await record({ tx, db: world.db }, act, [
        {
          action: 'status-list.published',
          subject: `${purpose}-${list}`,
          detail: { version, contentHash },
        },
      ]);
    });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** False of a list whose key was revoked since: nobody believes it any more, and a new signature cannot wait until it grows old. */
async function isBelieved({ keys, issuer }: World, jwt: string): Promise<boolean> {
  const { manifest } = await keys.manifest();
  const { kid } = parseJwsPart(jwt.slice(0, jwt.indexOf('.'))) as { kid?: string }; // written below only
  const key = manifest.keys.find(({ number }) => statusListKid(issuer.did, number) === kid);
  return key !== undefined && key.revokedAt === undefined;
}

/** The list as a signed credential. @throws DomainError KEY_UNKNOWN, KEY_RETIRED, KEY_OUTSIDE_WINDOW, PASSPHRASE_MISSING, PASSPHRASE_WRONG */
export async function signedList(
  world: World,
  content: Parameters<typeof statusListParts>[0],
): Promise<string> {
  const key = await world.keys.keyFor({ use: 'status-lists', at: content.signedAt });
  const signer = await world.keys.signer(key.number);
  const { header, payload } = statusListParts(content, world.issuer, key.number);
  const input = [header, payload]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${await signer.sign(input)}`;
}

/** Lists such as `revocation-1` that lack a change of more than a minute ago: whatever the cause, nobody is told of it. */
export async function listsBehind(world: Pick<World, 'db'>, at: Instant): Promise<readonly string[]> {
  const behind: string[] = [];
  for (const { list } of await allLists(world.db)) {
    const changes = await changesOnList(world.db, list);
    for (const purpose of PURPOSES) {
      const newest = await newestVersion(world.db, list, purpose);
      if (newest && isBehind(newest, changes, at)) behind.push(`${purpose}-${list}`);
    }
  }
  return behind;
}

function isBehind(newest: PublishedList, changes: readonly StatusChange[], at: Instant): boolean {
  const due = at - PUBLISH_WITHIN_SECONDS;
  if (newest.publishedAt >= due) return false;
  // what changed since is not due yet; what changed back since needs nothing
  const hashes = [due, at].map(each => hashOf(bitsOf(placesFor(newest.purpose, changes, each))));
  return !hashes.includes(newest.contentHash);
}

function hashOf(bits: Uint8Array): string {
  return createHash('sha256').update(bits).digest('hex');
}

/** The places whose bit is set: every end of a certificate sets revocation, and refresh tells why an old version ended. */
export function placesFor(
  purpose: Purpose,
  changes: readonly StatusChange[],
  at: Instant,
): readonly number[] {
  const byPlace = new Map<number, StatusChange[]>();
  for (const change of changes) {
    const own = byPlace.get(change.index);
    if (own) own.push(change);
    else byPlace.set(change.index, [change]);
  }
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
