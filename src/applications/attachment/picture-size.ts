/**
 * How large a packed picture really is, read from the picture itself and not from what the PDF says of it: a reader believes the
 * picture. JPEG (ITU-T T.81), JPEG 2000 (T.800) and JBIG2 (T.88, embedded form); pure.
 */

/** Pixels of the picture that this filter packs; 0 for another filter, or when the bytes do not say. */
export function pixelsIn(filter: string, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (filter) {
    case 'DCTDecode':
    case 'DCT':
      return jpegPixels(view);
    case 'JPXDecode':
      return jpxPixels(bytes, view);
    case 'JBIG2Decode':
      return jbig2Pixels(view);
    default:
      return 0;
  }
}

/** Frame headers are C0 to CF but for tables (C4), a reserved one (C8) and arithmetic conditions (CC). */
const NO_FRAMES = new Set([0xc4, 0xc8, 0xcc]);
const START_OF_SCAN = 0xda;

function jpegPixels(view: DataView): number {
  for (let at = 2; at + 9 <= view.byteLength;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === START_OF_SCAN) return 0;
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker))
      return view.getUint16(at + 5) * view.getUint16(at + 7);
    at += 2 + view.getUint16(at + 2);
  }
  return 0;
}

/** The header box, and the code stream's own size: a reader may take either. */
function jpxPixels(bytes: Uint8Array, view: DataView): number {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const box = found.indexOf('ihdr', 0, 'latin1');
  const size = found.indexOf('ff4fff51', 0, 'hex');
  return Math.max(productAt(view, box, 4), productAt(view, size, 8));
}

/** Two 4-byte numbers behind something that was found, multiplied. */
function productAt(view: DataView, found: number, offset: number): number {
  const at = found + offset;
  return found < 0 || at + 8 > view.byteLength ? 0 : view.getUint32(at) * view.getUint32(at + 4);
}

/** Segments that begin with a width and a height: the page, and regions on it. */
const SIZED_SEGMENTS = new Set([4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43, 48]);
/** A page whose height is told later, in stripes; the PDF's own number stands for it. */
const HEIGHT_UNKNOWN = 0xffff_ffff;

function jbig2Pixels(view: DataView): number {
  let most = 0;
  for (let at = 0; at + 11 <= view.byteLength;) {
    const { kind, head, length } = jbig2Segment(view, at);
    const start = at + head;
    if (start + 8 > view.byteLength) break;
    const isSized = SIZED_SEGMENTS.has(kind) && view.getUint32(start + 4) !== HEIGHT_UNKNOWN;
    if (isSized) most = Math.max(most, view.getUint32(start) * view.getUint32(start + 4));
    at = start + length;
  }
  return most;
}

/** T.88 §7.2: number, flags, which segments it refers to, its page, its length. */
function jbig2Segment(view: DataView, at: number): { kind: number; head: number; length: number } {
  const flags = view.getUint8(at + 4);
  const isLong = view.getUint8(at + 5) >> 5 === 7;
  const count = isLong ? view.getUint32(at + 5) & 0x1fff_ffff : view.getUint8(at + 5) >> 5;
  const number = view.getUint32(at);
  const eachReferred = number <= 256 ? 1 : number <= 65_536 ? 2 : 4;
  const referred = (isLong ? 4 + Math.ceil((count + 1) / 8) : 1) + count * eachReferred;
  const head = 5 + referred + ((flags & 0x40) === 0 ? 1 : 4) + 4;
  const length = at + head <= view.byteLength ? view.getUint32(at + head - 4) : view.byteLength;
  return { kind: flags & 0x3f, head, length };
}
