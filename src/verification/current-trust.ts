/**
 * The trust document of this service as it stands now: what `GET /trust` serves, `zhicheng trust --save` keeps and the issuer's
 * own self-check uses. Reads; signs nothing.
 */
import type { StoredForms } from '../certificate/qr/form.ts';
import { readStoredForms } from '../certificate/qr/forms.ts';
import { newestVersions } from '../revocation/newest-versions.ts';
import type { TrustDocument } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { nativeCheck } from './native-check.ts';
import { readTrust, type Trust } from './trust.ts';

let storedForms: StoredForms | undefined;

/** @param takenAt the instant it is taken for */
export async function trustDocument(world: World, takenAt: Instant): Promise<TrustDocument> {
  storedForms ??= readStoredForms();
  const { jws, root } = await world.keys.manifest();
  const lists = await newestVersions(world.db);
  return {
    issuer: { did: world.issuer.did, origin: world.issuer.origin, name: world.config.issuerName },
    root: { ...root },
    manifest: jws,
    qr: structuredClone(storedForms) as unknown as TrustDocument['qr'],
    statusLists: lists.map(list => list.jwt),
    takenAt,
  };
}

/** The same, with every signature checked. @throws DomainError TRUST_INVALID, KEYS_MISSING, MANIFEST_INVALID */
export async function currentTrust(world: World, at: Instant): Promise<Trust> {
  return readTrust(await trustDocument(world, at), { check: nativeCheck });
}
