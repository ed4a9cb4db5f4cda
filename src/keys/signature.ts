/**
 * ECDSA signatures of P-256 in their two forms, and the one of its two values that we give and take: (r, s) and (r, n − s) are equally good
 * to any verifier, so whoever holds a sealed file could make another of it. Pure. Source: SEC 1 §4.1.3; RFC 3279 §2.2.3.
 */
import { integer, sequence, valuesIn, type Bytes } from '../shared/der.ts';

/** Order n of the curve P-256 (FIPS 186-5, SP 800-186 §3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = ORDER >> 1n;
const SIDE_BYTES = 32;

/** True for r‖s with s in the lower half: the one form in which files and their certificates are sealed. */
export function hasLowS(signature: Uint8Array): boolean {
  return signature.length === 2 * SIDE_BYTES && toNumber(signature.subarray(SIDE_BYTES)) <= HALF;
}

/** The same signature with s in the lower half. @param signature r‖s, 64 bytes */
export function withLowS(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  if (signature.length !== 2 * SIDE_BYTES)
    throw new RangeError(`withLowS: expected 64 bytes, got ${signature.length}`);
  const lower = Uint8Array.from(signature);
  const s = toNumber(signature.subarray(SIDE_BYTES));
  if (s > HALF) lower.set(toBytes(ORDER - s), SIDE_BYTES);
  return lower;
}

/** Ecdsa-Sig-Value, as X.509 and CMS hold it (RFC 3279 §2.2.3). @param signature r‖s */
export function toDerSignature(signature: Uint8Array): Bytes {
  const [r, s] = [signature.subarray(0, SIDE_BYTES), signature.subarray(SIDE_BYTES)];
  return sequence(integer(...r), integer(...s));
}

/** r‖s of an Ecdsa-Sig-Value, or undefined for any other bytes. */
export function fromDerSignature(der: Uint8Array): Bytes | undefined {
  const [value, ...more] = valuesIn(der) ?? [];
  const sides = value?.tag === 0x30 && more.length === 0 ? valuesIn(value.content) : undefined;
  if (sides?.length !== 2) return undefined;
  const signature = new Uint8Array(2 * SIDE_BYTES);
  for (const [place, { tag, content }] of sides.entries()) {
    const digits = content[0] === 0 ? content.subarray(1) : content;
    if (tag !== 0x02 || digits.length > SIDE_BYTES) return undefined;
    signature.set(digits, (place + 1) * SIDE_BYTES - digits.length);
  }
  // written again it must be the same: no other spelling of these numbers
  const written = toDerSignature(signature);
  return written.length === der.length && written.every((byte, at) => byte === der[at]) ? signature : undefined;
}

function toNumber(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function toBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(SIDE_BYTES);
  for (let at = SIDE_BYTES - 1, left = value; at >= 0; at -= 1, left >>= 8n) bytes[at] = Number(left & 255n);
  return bytes;
}
