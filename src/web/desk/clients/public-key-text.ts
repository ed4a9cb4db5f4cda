/**
 * A public key out of what people paste: PEM (SubjectPublicKeyInfo, RFC 5480, RFC 8410) or JWK. A private key goes nowhere. Pure; whether
 * the point is sound the service judges.
 */
import type { ClientPublicKey } from '../../../shared/shapes/shapes.ts';
import { toBase64url } from '../../../shared/bytes.ts';

export type ReadKey =
  | { readonly ok: true; readonly key: ClientPublicKey }
  | { readonly ok: false; readonly why: 'private' | 'unreadable' };

/** SubjectPublicKeyInfo up to the key's own bytes. */
const ED25519_HEAD = '302a300506032b6570032100';
const P256_HEAD = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';
const UNREADABLE: ReadKey = { ok: false, why: 'unreadable' };

export function readPublicKeyText(text: string): ReadKey {
  if (/PRIVATE KEY|"d"\s*:/.test(text)) return { ok: false, why: 'private' };
  const trimmed = text.trim();
  return trimmed.startsWith('{') ? fromJwk(trimmed) : fromPem(trimmed);
}

function fromJwk(text: string): ReadKey {
  try {
    const { kty, crv, x, y } = JSON.parse(text) as Record<string, unknown>;
    if (typeof x !== 'string') return UNREADABLE;
    if (kty === 'OKP' && crv === 'Ed25519') return { ok: true, key: { kty, crv, x } };
    if (kty === 'EC' && crv === 'P-256' && typeof y === 'string')
      return { ok: true, key: { kty, crv, x, y } };
    return UNREADABLE;
  } catch {
    return UNREADABLE; // not JSON
  }
}

function fromPem(text: string): ReadKey {
  const [, body = ''] =
    /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(text) ?? [];
  const bytes = bytesOf(body.replace(/\s/g, ''));
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  if (hex.startsWith(ED25519_HEAD) && bytes.length === 44)
    return { ok: true, key: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(bytes.subarray(12)) } };
  if (!hex.startsWith(P256_HEAD) || bytes.length !== 91) return UNREADABLE;
  const [x, y] = [bytes.subarray(27, 59), bytes.subarray(59)].map(toBase64url);
  return x === undefined || y === undefined
    ? UNREADABLE
    : { ok: true, key: { kty: 'EC', crv: 'P-256', x, y } };
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  } catch {
    return new Uint8Array(); // not base64
  }
}
