/**
 * The DID document and the JWK set that other verifiers read, derived from the manifest. Each key stands twice: as
 * JsonWebKey2020 (the one certificates' kid names; did-jwt and Credo need it) and as JsonWebKey (VC-JOSE-COSE asks for it).
 * Retired keys stay listed, so that what they signed still verifies; revoked keys are gone. Pure. Source: DID Core, did:web.
 */
import { keyId, type KeyManifest, type ManifestKey, type PublicJwk } from './manifest.ts';

export interface VerificationMethod {
  readonly id: string;
  readonly type: 'JsonWebKey2020' | 'JsonWebKey';
  readonly controller: string;
  readonly publicKeyJwk: PublicJwk & { readonly alg: 'ES256' };
}

export interface DidDocument {
  readonly '@context': readonly string[];
  readonly id: string;
  readonly verificationMethod: readonly VerificationMethod[];
  readonly assertionMethod: readonly string[];
}

/** did:web of a web origin, with the port percent-encoded: `did:web:localhost%3A3000`. */
export function didOf(origin: string): string {
  return `did:web:${new URL(origin).host.replace(':', '%3A')}`;
}

/** Key id in a certificate's header: the JsonWebKey2020 twin. */
export function certificateKid(did: string, number: number): string {
  return `${did}#${keyId(number)}`;
}

/** Key id in a status list's header: the JsonWebKey twin. */
export function statusListKid(did: string, number: number): string {
  return `${did}#jwk-${number}`;
}

export function didDocument(manifest: KeyManifest): DidDocument {
  const keys = manifest.keys.filter(key => key.revokedAt === undefined);
  const methods = keys.flatMap(key => [
    method(manifest.iss, { id: certificateKid(manifest.iss, key.number), type: 'JsonWebKey2020', key }),
    method(manifest.iss, { id: statusListKid(manifest.iss, key.number), type: 'JsonWebKey', key }),
  ]);
  return {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/suites/jws-2020/v1',
      'https://w3id.org/security/jwk/v1',
    ],
    id: manifest.iss,
    verificationMethod: methods,
    assertionMethod: methods.map(entry => entry.id),
  };
}

/** RFC 7517 §5: the same keys for readers who know no DIDs; kid is the certificates' kid. */
export function jwkSet(manifest: KeyManifest): { readonly keys: readonly Record<string, string>[] } {
  const keys = manifest.keys.filter(key => key.revokedAt === undefined);
  return {
    keys: keys.map(key => ({ ...key.jwk, kid: certificateKid(manifest.iss, key.number), alg: 'ES256', use: 'sig' })),
  };
}

function method(
  did: string,
  { id, type, key }: { id: string; type: VerificationMethod['type']; key: ManifestKey },
): VerificationMethod {
  return { id, type, controller: did, publicKeyJwk: { ...key.jwk, alg: 'ES256' } };
}
