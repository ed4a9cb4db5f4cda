/**
 * The name of a root that people compare over the telephone or with a notice on paper. Pure.
 * Source: RFC 7638 (thumbprint of a JWK by SHA-256), as hexadecimal digits in fours.
 */
import { calculateJwkThumbprint } from 'jose';
import { fromBase64url } from '../shared/bytes.ts';
import { publicJwk, type PublicJwk } from './manifest.ts';

/** `A1B2 C3D4 …`, sixteen groups. */
export async function rootFingerprint(root: PublicJwk): Promise<string> {
  const thumbprint = fromBase64url(await calculateJwkThumbprint(publicJwk(root))) ?? new Uint8Array();
  const digits = [...thumbprint].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return digits.toUpperCase().match(/.{4}/g)?.join(' ') ?? '';
}

/** True when somebody typed that fingerprint: spaces, hyphens, colons and case do not matter, every digit does. */
export function isFingerprint(typed: string, fingerprint: string): boolean {
  const digitsOf = (text: string): string => text.replace(/[\s:-]/g, '').toUpperCase();
  return digitsOf(typed) === digitsOf(fingerprint);
}
