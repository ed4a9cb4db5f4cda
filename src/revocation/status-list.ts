/**
 * Bitstring Status Lists (W3C, v1.0): bits, encoding, the list credential, and reading one back without trusting it.
 * One list number has three lists at the same places: revocation, suspension, and refresh (a newer version exists), so that an
 * old version is refused by every verifier and explained by ours. Pure. Source: Bitstring Status List 1.0 §2.2, §3; R28, R36.
 */
import type { CryptoKey } from 'jose';
import { gzipSync } from 'fflate';
import { statusListUrl, type Issuer } from '../certificate/credential.ts';
import { statusListKid } from '../keys/did-document.ts';
import { isInWindow, isSignedBy, type KeyManifest, type ManifestKey } from '../keys/manifest.ts';
import { fromBase64url, gunzipBounded, toBase64url } from '../shared/bytes.ts';
import { isStatusListPayload, type StatusListPayload } from '../shared/shapes/shapes.ts';
import { parseJwsPart } from '../shared/strict-json.ts';
import { isoAt, type Instant } from '../shared/time.ts';

export const PURPOSES = ['revocation', 'suspension', 'refresh'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Entries of every list: the specification's minimum, 16 KiB uncompressed (§2.2, herd privacy). */
export const LIST_ENTRIES = 131_072;
const LIST_BYTES = LIST_ENTRIES / 8;
/** How long a fetched list may be reused, one hour (architecture §4). */
export const LIST_TTL_SECONDS = 3600;
/** After this the list says nothing any more; it is signed anew long before. */
export const LIST_VALID_SECONDS = 30 * 86_400;
/** Longest JWS accepted: a list whose bits do not compress at all stays below 32 KiB. */
const MAX_LIST_CHARS = 40_000;

/** A list as a verifier holds it, after its signature was found good. */
export interface StatusList {
  readonly url: string;
  readonly purpose: Purpose;
  readonly list: number;
  readonly version: number;
  readonly signedAt: Instant;
  readonly validUntil: Instant;
  readonly bits: Uint8Array;
  /** Until when it is known to be the newest, where that is another instant than the trust document's. */
  readonly takenAt?: Instant;
}

export interface StatusListContent {
  readonly purpose: Purpose;
  readonly list: number;
  readonly version: number;
  readonly signedAt: Instant;
  readonly bits: Uint8Array;
}

/** Bits with exactly these places set; place 0 is the left-most bit of the first byte. @throws RangeError outside the list */
export function bitsOf(places: Iterable<number>): Uint8Array {
  const bits = new Uint8Array(LIST_BYTES);
  for (const place of places) {
    if (!Number.isInteger(place) || place < 0 || place >= LIST_ENTRIES)
      throw new RangeError(`bitsOf: place ${place}`);
    bits[place >> 3] = (bits[place >> 3] ?? 0) | (0x80 >> (place & 7));
  }
  return bits;
}

/** The bit at that place. @throws RangeError outside the list: RANGE_ERROR of the specification */
export function bitAt(bits: Uint8Array, place: number): boolean {
  // compared before it is shifted: `>>` would take 2^32 for 0
  const byte =
    Number.isInteger(place) && place >= 0 && place < bits.length * 8 ? bits[place >> 3] : undefined;
  if (byte === undefined) throw new RangeError(`bitAt: place ${place}`);
  return (byte & (0x80 >> (place & 7))) !== 0;
}

/** Multibase base64url (`u`) of the gzip of the bits (§2.2, §3.3). */
export function encodeBits(bits: Uint8Array): string {
  return `u${toBase64url(gzipSync(bits, { level: 9, mtime: 0 }))}`;
}

/** The bits, or undefined when the text is damaged, too short or a bomb. */
export function decodeBits(encoded: string): Uint8Array | undefined {
  const bytes = encoded.startsWith('u') ? fromBase64url(encoded.slice(1)) : undefined;
  const bits = bytes && gunzipBounded(bytes, LIST_BYTES);
  return bits?.length === LIST_BYTES ? bits : undefined;
}

/** Header and payload to sign for this list. */
export function statusListParts(
  content: StatusListContent,
  issuer: Issuer,
  keyNumber: number,
): { readonly header: Readonly<Record<string, string>>; readonly payload: StatusListPayload } {
  const url = statusListUrl(issuer.origin, content.purpose, content.list);
  const payload: StatusListPayload = {
    '@context': ['https://www.w3.org/ns/credentials/v2', `${issuer.origin}/contexts/title/v1`],
    id: url,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: issuer.did,
    iss: issuer.did,
    validFrom: isoAt(content.signedAt),
    validUntil: isoAt(content.signedAt + LIST_VALID_SECONDS),
    credentialSubject: {
      id: `${url}#list`,
      type: 'BitstringStatusList',
      statusPurpose: content.purpose,
      encodedList: encodeBits(content.bits),
      ttl: LIST_TTL_SECONDS * 1000,
      listVersion: content.version,
    },
  };
  return { header: { alg: 'ES256', typ: 'vc+jwt', kid: statusListKid(issuer.did, keyNumber) }, payload };
}

/** What a list is checked with. */
export interface ListTrust {
  readonly issuer: Issuer;
  readonly manifest: KeyManifest;
  readonly keyOf: (number: number) => Promise<CryptoKey>;
}

/** The list inside this JWS, or undefined unless everything holds: header, key, purpose, window, signature, shape, length. */
export async function readStatusList(jws: string, trust: ListTrust): Promise<StatusList | undefined> {
  if (jws.length > MAX_LIST_CHARS) return undefined;
  const [head = '', body = '', ...more] = jws.split('.');
  const payload = parseJwsPart(body);
  if (more.length !== 1 || !isStatusListPayload(payload)) return undefined;
  const list = namedList(payload, trust.issuer);
  const key = keyIn(head, trust);
  if (!list || !key || !isInWindow(key, list.signedAt) || key.revokedAt !== undefined) return undefined;
  if (!(await isSignedBy(jws, () => trust.keyOf(key.number)))) return undefined;
  const bits = decodeBits(payload.credentialSubject.encodedList);
  return bits && { ...list, bits };
}

function keyIn(head: string, trust: ListTrust): ManifestKey | undefined {
  const header = parseJwsPart(head);
  if (typeof header !== 'object' || header === null) return undefined;
  const { alg, typ, kid, ...rest } = header as Record<string, unknown>;
  if (alg !== 'ES256' || typ !== 'vc+jwt' || Object.keys(rest).length > 0) return undefined;
  return trust.manifest.keys.find(
    key => key.use === 'status-lists' && statusListKid(trust.manifest.iss, key.number) === kid,
  );
}

function namedList(payload: StatusListPayload, issuer: Issuer): Omit<StatusList, 'bits'> | undefined {
  const { statusPurpose: purpose, listVersion: version, id } = payload.credentialSubject;
  const list = Number(/-(\d{1,4})$/.exec(payload.id)?.[1] ?? NaN);
  if (payload.issuer !== issuer.did || payload.iss !== issuer.did) return undefined;
  if (payload.id !== statusListUrl(issuer.origin, purpose, list) || id !== `${payload.id}#list`)
    return undefined;
  const signedAt = Date.parse(payload.validFrom) / 1000;
  const validUntil = Date.parse(payload.validUntil) / 1000;
  if (!(signedAt < validUntil)) return undefined;
  return { url: payload.id, purpose, list, version, signedAt, validUntil };
}
