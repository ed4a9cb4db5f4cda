/** The service's own trust, read anew every few seconds: what the routes verify by. */
import { isStatusListPayload } from '../shared/shapes/shapes.ts';
import { parseJwsPart } from '../shared/strict-json.ts';
import type { Instant } from '../shared/time.ts';
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
  let highest: Trust['highest'] | undefined;
  const reading = async (at: Instant): Promise<Believed> => {
    const found = await believed(await trustDocument(world, at), highest);
    highest = found.trust.highest;
    for (const [url, version] of highest)
      if (url !== 'manifest' && !found.trust.lists.has(url))
        world.log.error(
          { list: url, seen: version },
          'status list older than one seen before, or lost: NOT believed',
        );
    return found;
  };
  return async () => {
    const at = world.clock();
    if (!kept || Math.abs(at - kept.at) >= FRESH_SECONDS) {
      kept = { at, believed: reading(at) };
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

/**
 * The document with the lists that are believed, and no other.
 * @param highest versions seen before: an older list is not believed, nor is an older manifest
 * @throws DomainError TRUST_INVALID
 */
export async function believed(document: TrustDocument, highest?: Trust['highest']): Promise<Believed> {
  const trust = await readTrust(document, { check: nativeCheck, highest });
  if (trust.lists.size === document.statusLists.length) return { document, trust };
  const isBelieved = (jws: string): boolean => {
    const payload = parseJwsPart(jws.split('.')[1] ?? '');
    if (!isStatusListPayload(payload)) return false;
    return trust.lists.get(payload.id)?.version === payload.credentialSubject.listVersion;
  };
  return { document: { ...document, statusLists: document.statusLists.filter(isBelieved) }, trust };
}
