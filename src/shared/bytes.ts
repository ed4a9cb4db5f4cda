/** Bytes and their texts, the same in Node and browsers; bounded where the input is not ours. Pure. */
import { Inflate } from 'fflate';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Value of each ASCII letter of the alphabet; 255 for every other. A table, because a verifier reads thousands a second. */
const VALUES = new Uint8Array(128).fill(255);
for (const [value, letter] of [...BASE64URL].entries()) VALUES[letter.charCodeAt(0)] = value;

/** base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const letters = BASE64URL.charAt(a >> 2) + BASE64URL.charAt(((a & 3) << 4) | (b >> 4));
    const left = bytes.length - at;
    text +=
      letters +
      (left > 1 ? BASE64URL.charAt(((b & 15) << 2) | (c >> 6)) : '') +
      (left > 2 ? BASE64URL.charAt(c & 63) : '');
  }
  return text;
}

/** The bytes, or undefined for anything but canonical unpadded base64url: no spaces, no stray trailing bits. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const rest = text.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array((text.length >> 2) * 3 + (rest === 0 ? 0 : rest - 1));
  let bits = 0;
  let pending = 0;
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = VALUES[text.charCodeAt(index)] ?? 255;
    if (value === 255) return undefined;
    pending = (pending << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (pending >> bits) & 255;
    at += 1;
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/** The text of valid UTF-8 without BOM handling, or undefined. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // TypeError is how TextDecoder says "not UTF-8"
  }
}

/** Fixed 10-byte header of the gzip files we make: deflate, no flags, no name (RFC 1952 §2.3). */
const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;
/** Input is fed in slices, so a bomb is met after at most one slice's worth of output (deflate expands ≤ 1032 times). */
const SLICE_BYTES = 256;

/**
 * What a gzip member holds, or undefined when it is damaged, carries extra members, or would exceed `limit` bytes.
 * @param limit most bytes the output may have; a bomb costs at most that plus one slice
 */
export function gunzipBounded(bytes: Uint8Array, limit: number): Uint8Array | undefined {
  if (bytes.length < GZIP_HEADER_BYTES + GZIP_TRAILER_BYTES) return undefined;
  const [one, two, method, flags] = bytes;
  if (one !== 0x1f || two !== 0x8b || method !== 8 || flags !== 0) return undefined;
  const trailer = new DataView(
    bytes.buffer,
    bytes.byteOffset + bytes.length - GZIP_TRAILER_BYTES,
    GZIP_TRAILER_BYTES,
  );
  const size = trailer.getUint32(4, true);
  if (size > limit) return undefined;
  const deflated = bytes.subarray(GZIP_HEADER_BYTES, -GZIP_TRAILER_BYTES);
  const output = inflateBounded(deflated, limit);
  if (output === undefined || output.length !== size) return undefined;
  // fflate ignores what follows the final block: where the last byte is not needed, something was put behind it
  if (inflateBounded(deflated.subarray(0, -1), limit) !== undefined) return undefined;
  return crc32(output) === trailer.getUint32(0, true) ? output : undefined;
}

function inflateBounded(deflated: Uint8Array, limit: number): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate(part => {
    length += part.length;
    if (length > limit) throw new RangeError('inflate: output over the limit');
    parts.push(part);
  });
  try {
    for (let at = 0; at < deflated.length; at += SLICE_BYTES) {
      stream.push(deflated.subarray(at, at + SLICE_BYTES), at + SLICE_BYTES >= deflated.length);
    }
  } catch {
    return undefined; // damaged, cut or over the limit: one answer for all of them
  }
  const output = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    output.set(part, at);
    at += part.length;
  }
  return output;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as gzip and PNG use it (RFC 1952 §8). */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC_TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
