/**
 * The life of each key as people are shown it: dates, what it signed and how much of that is in force, and where its private half is as far
 * as this machine knows. Nothing of a private key.
 */
import { X509Certificate } from 'node:crypto';
import { countByKey } from '../certificate/store.ts';
import { isDestroyed } from '../keys/destroyed.ts';
import { homeOf } from '../keys/kms-reference.ts';
import { isLive, keyId, type ManifestKey } from '../keys/manifest.ts';
import { keyEvents, type KeyEvent } from '../keys/store.ts';
import { DomainError } from '../shared/errors.ts';
import type { TrustKey } from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { inForceByKey } from './store.ts';

interface Lives {
  readonly events: readonly KeyEvent[];
  readonly signed: ReadonlyMap<string, number>;
  readonly inForce: ReadonlyMap<string, number>;
}

/** Every key of the manifest, in its order, as it stands at that instant. */
export async function keyViews(world: World, keys: readonly ManifestKey[], at: Instant): Promise<TrustKey[]> {
  const lives: Lives = {
    events: await keyEvents(world.db),
    signed: await countByKey(world.db),
    inForce: await inForceByKey(world.db, at),
  };
  const views: TrustKey[] = [];
  for (const key of keys) views.push(await keyView(world, key, { ...lives, at }));
  return views;
}

async function keyView(world: World, key: ManifestKey, lives: Lives & { at: Instant }): Promise<TrustKey> {
  const kid = keyId(key.number);
  const until = key.use === 'files' && isLive(key) ? await certificateEnd(world, key.number) : undefined;
  const when = (kind: KeyEvent['kind']): Instant | undefined =>
    lives.events.find(event => event.keyId === kid && event.kind === kind)?.at;
  const [compromisedAt, destroyedAt] = [when('compromised'), when('destroyed')];
  const isGone = destroyedAt !== undefined || isDestroyed(world.config, key.number);
  const counts = { signed: lives.signed.get(kid) ?? 0, inForce: lives.inForce.get(kid) ?? 0 };
  return {
    kid,
    use: key.use,
    ...(key.month === undefined ? {} : { month: key.month }),
    state: stateOf(key, isGone, lives.at),
    notBefore: isoAt(key.notBefore),
    notAfter: isoAt(key.notAfter),
    privateHalf: isGone ? 'destroyed' : homeIn(world, kid),
    ...(key.use === 'certificates' ? counts : {}),
    ...(key.retiredAt === undefined ? {} : { retiredAt: isoAt(key.retiredAt) }),
    ...(key.revokedAt === undefined ? {} : { revokedAt: isoAt(key.revokedAt) }),
    ...(compromisedAt === undefined ? {} : { compromisedAt: isoAt(compromisedAt) }),
    ...(destroyedAt === undefined ? {} : { destroyedAt: isoAt(destroyedAt) }),
    ...(until === undefined ? {} : { certificateUntil: isoAt(until) }),
  };
}

/** What a verifier makes of it comes first: what a revoked key signed is believed no more, what a destroyed one signed is. */
function stateOf(key: ManifestKey, isGone: boolean, at: Instant): TrustKey['state'] {
  if (key.revokedAt !== undefined) return 'revoked';
  if (isGone) return 'destroyed';
  if (key.retiredAt !== undefined) return 'retired';
  if (at < key.notBefore) return 'waiting';
  return at > key.notAfter ? 'over' : 'live';
}

function homeIn({ config }: World, kid: string): TrustKey['privateHalf'] {
  try {
    return homeOf(config, kid).kind;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'KEYS_MISSING') return 'unreadable';
    throw error;
  }
}

/** End of the key's X.509 certificate; undefined without one. */
async function certificateEnd({ keys }: World, number: number): Promise<Instant | undefined> {
  try {
    const { leaf } = await keys.chain(number);
    return Date.parse(new X509Certificate(leaf.der).validTo) / 1000;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'KEYS_MISSING') return undefined;
    throw error;
  }
}
