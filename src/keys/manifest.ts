/**
 * The key manifest: every key the bureau signs with, its purpose and its window, in a JWS by the offline root.
 * The root is pinned; a verifier learns a key only from here, never from a token or a resolver. Pure (jose only).
 */
import { compactVerify, importJWK, type CryptoKey } from 'jose';
import { isKeyManifest, type KeyManifest, type ManifestKey, type PublicJwk } from '../shared/shapes/shapes.ts';
import { parseJwsPart } from '../shared/strict-json.ts';
import type { Instant } from '../shared/time.ts';

export type { KeyManifest, ManifestKey, PublicJwk } from '../shared/shapes/shapes.ts';

/** `typ` of the manifest's JWS: no other token of ours can be taken for it (RFC 8725 §3.11). */
export const MANIFEST_TYP = 'zhicheng-keys+jwt';
/** What a key may sign, and nothing else: a month's certificates, status lists, use copies (加注), or the files that people download. */
export const KEY_USES = ['certificates', 'status-lists', 'use-copies', 'files'] as const;
export type KeyUse = (typeof KEY_USES)[number];

/** `key-7`: the fragment of the credential's kid, and the name people use. */
export function keyId(number: number): string {
  return `key-${number}`;
}

/** A JWK with only its public members, whatever else came along. */
export function publicJwk(jwk: { readonly x?: string | undefined; readonly y?: string | undefined }): PublicJwk {
  if (jwk.x === undefined || jwk.y === undefined) throw new TypeError('publicJwk: expected an EC JWK with x and y');
  return { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y };
}

/** A verification key for ES256 and nothing else. */
export async function importPublicJwk(jwk: PublicJwk): Promise<CryptoKey> {
  const key = await importJWK(publicJwk(jwk), 'ES256');
  if (key instanceof Uint8Array) throw new TypeError('importPublicJwk: expected an EC key, got a secret');
  return key;
}

/**
 * The manifest inside this JWS, or the reason why it is not one of this root and issuer.
 * Fails closed: header members exactly alg, kid, typ; closed schema; key numbers unique; windows in order.
 */
export async function readManifest(jws: string, root: PublicJwk, did: string): Promise<KeyManifest | undefined> {
  const [head = '', body = '', ...more] = jws.split('.');
  if (more.length !== 1 || !hasManifestHeader(head)) return undefined;
  const payload = parseJwsPart(body);
  if (!isKeyManifest(payload) || payload.iss !== did || !isOrderly(payload)) return undefined;
  return (await isSignedBy(jws, () => importPublicJwk(root))) ? payload : undefined;
}

/** The key of that number, if the manifest has it. */
export function findKey(manifest: KeyManifest, number: number): ManifestKey | undefined {
  return manifest.keys.find(key => key.number === number);
}

/**
 * Since when verifiers refuse all that the key of that name (`key-7`) signed; undefined while they believe it. A key that a new root left
 * out of its manifest counts as revoked with that manifest at the latest: nobody believes it either.
 */
export function keyRevokedAt(manifest: KeyManifest, name: string): Instant | undefined {
  const key = findKey(manifest, Number(name.slice('key-'.length)));
  return key ? key.revokedAt : manifest.iat;
}

/** True when this key may sign at that instant: window open, neither retired nor revoked. */
export function maySign(key: ManifestKey, at: Instant): boolean {
  return isInWindow(key, at) && isLive(key);
}

/** True while the key is neither retired nor revoked. */
export function isLive(key: ManifestKey): boolean {
  return key.retiredAt === undefined && key.revokedAt === undefined;
}

/** True when something signed at that instant lies inside the key's signing window. */
export function isInWindow(key: ManifestKey, at: Instant): boolean {
  return at >= key.notBefore && at <= Math.min(key.notAfter, key.retiredAt ?? Infinity);
}

/** True when that key, by ES256 and nothing else, signed this JWS; a key that cannot be had signed nothing. */
export async function isSignedBy(jws: string, key: () => Promise<CryptoKey>): Promise<boolean> {
  try {
    await compactVerify(jws, await key(), { algorithms: ['ES256'] });
    return true;
  } catch {
    return false; // jose throws for every kind of bad signature, the engine for x and y that are no point of the curve
  }
}

function hasManifestHeader(part: string): boolean {
  const header = parseJwsPart(part);
  if (typeof header !== 'object' || header === null) return false;
  const { alg, typ, kid, ...rest } = header as Record<string, unknown>;
  return alg === 'ES256' && typ === MANIFEST_TYP && typeof kid === 'string' && Object.keys(rest).length === 0;
}

function isOrderly(manifest: KeyManifest): boolean {
  const numbers = new Set(manifest.keys.map(key => key.number));
  return numbers.size === manifest.keys.length && manifest.keys.every(key => key.notBefore <= key.notAfter);
}
