/** The service's own trust, read anew every few seconds: what the routes verify by. */
import type { World } from '../world.ts';
import { trustDocument } from './current-trust.ts';
import { nativeCheck } from './native-check.ts';
import { readTrust, type Trust, type TrustDocument } from './trust.ts';

/** Trust is read anew at most this often: a new list or key is known within that time. */
const FRESH_SECONDS = 5;

/** A trust document whose every signature was checked, and what was read in it. */
export interface Believed {
  readonly document: TrustDocument;
  readonly trust: Trust;
}

/** The trust in force with its document, shared by requests for a few seconds; a failed reading is not kept. */
export function freshBelief(world: World): () => Promise<Believed> {
  let kept: { at: number; believed: Promise<Believed> } | undefined;
  return async () => {
    const at = world.clock();
    if (!kept || Math.abs(at - kept.at) >= FRESH_SECONDS) {
      kept = { at, believed: trustDocument(world, at).then(believed) };
      kept.believed.catch(() => (kept = undefined));
    }
    return kept.believed;
  };
}

/** The trust in force, for whoever needs nothing of its document. */
export function freshTrust(world: World): () => Promise<Trust> {
  const belief = freshBelief(world);
  return async () => (await belief()).trust;
}

/** @throws DomainError TRUST_INVALID */
export async function believed(document: TrustDocument): Promise<Believed> {
  return { document, trust: await readTrust(document, { check: nativeCheck }) };
}
