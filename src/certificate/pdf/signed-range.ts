/**
 * Which bytes of a PDF its signature is about. The bureau's files have one signature over every byte but the signature's own hexadecimal
 * digits (ISO 32000-2 §12.8.1); whatever is appended, cut or signed again no longer has that form. Pure.
 */

import { joined } from '../../shared/der.ts';

/** In the order of the file. */
export interface SignedRange {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** The digits between `<` and `>`. */
  readonly digits: string;
  /** True when these three, and the two brackets, are the whole file. */
  readonly isWhole: boolean;
}

/** As the document is first written; each star becomes a digit or a blank. */
export const RANGE_PLACEHOLDER = '/********** /********** /**********';
/** Room for the signature, in bytes; a hostile file may claim any. */
export const SIGNATURE_BYTES = 3072;
const RANGES = /\/ByteRange\s*\[/g;
const RANGE = /\/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10}) *\]/;

/** One byte, one character; the document's own strings are not decoded. */
export function toLatin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** How many signatures the text names; a hostile file may name a million, and two are too many already. */
export function countRanges(text: string): 0 | 1 | 2 {
  const found = text.matchAll(RANGES);
  if (found.next().done === true) return 0;
  return found.next().done === true ? 1 : 2;
}

/** What the first signature is about, or undefined when its range makes no sense. @param text the file as `toLatin1` gives it */
export function signedRange(pdf: Uint8Array, text: string): SignedRange | undefined {
  const found = RANGE.exec(text)?.slice(1).map(Number);
  const [open = 0, close = 0, rest = 0] = found ?? [];
  const end = close + rest;
  if (!found || open < 1 || close < open + 2 || end > pdf.length) return undefined;
  if (close - open > 2 * SIGNATURE_BYTES + 2) return undefined;
  const digits = text.slice(open + 1, close - 1);
  if (text[open] !== '<' || text[close - 1] !== '>' || !/^(?:[0-9a-f]{2})+$/.test(digits)) return undefined;
  return {
    before: pdf.subarray(0, open),
    after: pdf.subarray(close, end),
    digits,
    isWhole: end === pdf.length && text.slice(0, open).endsWith('/Contents '),
  };
}

/**
 * The bytes of the signature: a DER value, then nothing but zeros up to the room that was kept for it.
 * @returns undefined when anything else stands there
 */
export function signatureIn(digits: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], pair => parseInt(pair, 16));
  const [, first = 0] = bytes;
  const count = first > 0x80 ? first - 0x80 : 0;
  let length = count === 0 ? first : 0;
  for (const byte of bytes.subarray(2, 2 + count)) length = length * 256 + byte;
  const end = 2 + count + length;
  return end <= bytes.length && bytes.subarray(end).every(byte => byte === 0)
    ? bytes.slice(0, end)
    : undefined;
}

/** The document with its range written where the placeholder was; its length stays. @throws TypeError without exactly one placeholder */
export function withRange(pdf: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = toLatin1(pdf);
  const at = text.indexOf(RANGE_PLACEHOLDER);
  const open = text.indexOf(`/Contents <${'00'.repeat(SIGNATURE_BYTES)}>`) + '/Contents '.length;
  if (at < 0 || at !== text.lastIndexOf(RANGE_PLACEHOLDER) || open < '/Contents '.length)
    throw new TypeError('withRange: expected a PDF with one empty signature');
  const close = open + 2 * SIGNATURE_BYTES + 2;
  const range = `${open} ${close} ${pdf.length - close}`.padEnd(RANGE_PLACEHOLDER.length);
  const ranged = Uint8Array.from(pdf);
  ranged.set(new TextEncoder().encode(range), at);
  return ranged;
}

/** The whole document with this signature in its room. @throws RangeError when it is larger than the room */
export function withSignature(
  { before, after }: SignedRange,
  signature: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (signature.length > SIGNATURE_BYTES)
    throw new RangeError(`withSignature: expected at most ${SIGNATURE_BYTES} bytes, got ${signature.length}`);
  const digits = Array.from(signature, byte => byte.toString(16).padStart(2, '0')).join('');
  return joined([before, new TextEncoder().encode(`<${digits.padEnd(2 * SIGNATURE_BYTES, '0')}>`), after]);
}
