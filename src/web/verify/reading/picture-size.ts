/** How many pixels a picture says it has, from its first bytes: a small file can unpack to more than a phone holds. Pure. */

/** Larger pictures are refused before anything is unpacked; phones' largest photos stay below. */
export const MAX_PIXELS = 64_000_000;

/** Width times height of a PNG, JPEG or WebP; 0 where the header does not say. */
export function pixelsIn(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 30) return 0;
  if (view.getUint32(0) === 0x8950_4e47) return view.getUint32(16) * view.getUint32(20);
  if (view.getUint16(0) === 0xffd8) return jpegPixels(view);
  const isExtendedWebp = view.getUint32(0) === 0x5249_4646 && view.getUint32(12) === 0x5650_3858;
  if (!isExtendedWebp) return 0;
  const sizeAt = (at: number): number => 1 + (view.getUint16(at, true) | (view.getUint8(at + 2) << 16));
  return sizeAt(24) * sizeAt(27);
}

/** Frame headers are C0 to CF but for tables (C4), a reserved one (C8) and arithmetic conditions (CC); ITU-T T.81 §B.2. */
function jpegPixels(view: DataView): number {
  for (let at = 2; at + 9 <= view.byteLength;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) return 0;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return view.getUint16(at + 5) * view.getUint16(at + 7);
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return 0;
}
