/** The service's own trust, read anew every few seconds: what the routes verify by. */
import type { World } from '../world.ts';
import { trustDocument } from './current-trust.ts';
import { nativeCheck } from './native-check.ts';
import { readTrust, type Trust } from './trust.ts';

/** Trust is read anew at most this often: a new list or key is known within that time. */
const FRESH_SECONDS = 5;

/** The trust in force, shared by requests for a few seconds; a failed reading is not kept. */
export function freshTrust(world: World): () => Promise<Trust> {
  let kept: { at: number; trust: Promise<Trust> } | undefined;
  return async () => {
    const at = world.clock();
    if (!kept || Math.abs(at - kept.at) >= FRESH_SECONDS) {
      kept = {
        at,
        trust: trustDocument(world, at).then(document => readTrust(document, { check: nativeCheck })),
      };
      kept.trust.catch(() => (kept = undefined));
    }
    return kept.trust;
  };
}
