/**
 * A PNG file as its chunks, read strictly: what any reader would pass over in silence is said. Pure; decodes no pixels.
 * Source: W3C PNG, third edition, §5.
 */
import { fromUtf8 } from '../shared/bytes.ts';

export const PNG_SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
/** Length, type and CRC about a chunk's content. */
const FRAME_BYTES = 12;

export interface Chunk {
  readonly type: string;
  /** Place of its first byte, that of its length, in the file; and of the first byte behind its CRC. */
  readonly start: number;
  readonly end: number;
  readonly content: Uint8Array;
}

/** Words written into the file as UTF-8 iTXt. */
export interface PngText {
  /** 1 to 79 characters of Latin-1 without leading or trailing space (PNG §11.3.3.1). */
  readonly keyword: string;
  readonly text: string;
}

export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, at) => bytes[at] === byte);
}

/**
 * The chunks from the signature on, as many as are whole; `isWhole` is true when they are the file: IHDR first and once, pixels in one row
 * of IDAT, IEND last, and nothing behind it.
 */
export function chunksOf(png: Uint8Array): { readonly chunks: readonly Chunk[]; readonly isWhole: boolean } {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const chunks: Chunk[] = [];
  let at = PNG_SIGNATURE.length;
  while (isPng(png) && at + FRAME_BYTES <= png.length && chunks.at(-1)?.type !== 'IEND') {
    const length = view.getUint32(at);
    const end = at + FRAME_BYTES + length;
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (end > png.length || !/^[A-Za-z]{4}$/.test(type)) break;
    chunks.push({ type, start: at, end, content: png.subarray(at + 8, end - 4) });
    at = end;
  }
  return { chunks, isWhole: at === png.length && isOrderly(chunks.map(chunk => chunk.type)) };
}

/** The text of an iTXt chunk under that keyword: not compressed, no language, no translation; undefined for any other chunk. */
export function textUnder(keyword: string, chunk: Chunk): string | undefined {
  if (!isUnder(keyword, chunk)) return undefined;
  const { content } = chunk;
  const from = keyword.length + 5;
  return content.length >= from && content.subarray(keyword.length, from).every(byte => byte === 0)
    ? fromUtf8(content.subarray(from))
    : undefined;
}

/** True for a textual chunk of whatever kind under that keyword. */
export function isUnder(keyword: string, { type, content }: Chunk): boolean {
  if (!['iTXt', 'tEXt', 'zTXt'].includes(type)) return false;
  return content[keyword.length] === 0 && [...keyword].every((c, at) => content[at] === c.charCodeAt(0));
}

function isOrderly(types: readonly string[]): boolean {
  const pixels = types.flatMap((type, at) => (type === 'IDAT' ? [at] : []));
  const [first, last] = [pixels.at(0), pixels.at(-1)];
  if (first === undefined || last === undefined || last - first + 1 !== pixels.length) return false;
  const once = (type: string): boolean => types.indexOf(type) === types.lastIndexOf(type);
  return types[0] === 'IHDR' && once('IHDR') && types.at(-1) === 'IEND';
}
