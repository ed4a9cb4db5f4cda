/**
 * A JPEG stream's segments (ITU-T T.81, annex B): what tells of camera, place and program stands in application segments before the
 * picture, and goes without touching the picture. For photos inside PDFs, which stay as they are packed.
 */

const SOI = 0xd8;
const SOS = 0xda;
/** JFIF's own segment, and Adobe's, which says how colours are coded: needed to show it right. */
const KEPT = new Set([0xe0, 0xee]);

/** The same picture without EXIF, XMP, comments and the like; bytes that are no JPEG are given back as they are. */
export function withoutTales(bytes: Uint8Array): Uint8Array {
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return bytes;
  while (bytes[at] === 0xff && bytes[at + 1] !== SOS) {
    const marker = bytes[at + 1] ?? 0;
    const length = 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    if (length < 4 || at + length > bytes.length) return bytes;
    if (!isTale(marker)) parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  parts.push(bytes.subarray(at));
  return new Uint8Array(Buffer.concat(parts));
}

/** Application segments and comments. */
function isTale(marker: number): boolean {
  return marker === 0xfe || (marker >= 0xe0 && marker <= 0xef && !KEPT.has(marker));
}
