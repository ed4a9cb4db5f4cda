/**
 * DER as far as certificates and signatures of files need it: values are written, and taken apart without tolerance. Pure, and small
 * enough for the verify page. Source: ITU-T X.690 §8, §10.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

const CONSTRUCTED = 0x20;
const CONTEXT = 0x80;

/** One value with its tag. */
export function tagged(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const content = joined(parts);
  return joined([Uint8Array.of(tag), lengthOf(content.length), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Bytes {
  return tagged(0x30, ...parts);
}

/** SET OF: in the order of the encodings (§11.6). */
export function setOf(...parts: readonly Uint8Array[]): Bytes {
  return tagged(0x31, ...[...parts].sort(compare));
}

/** Context-specific and constructed: `[number]`. */
export function context(number: number, ...parts: readonly Uint8Array[]): Bytes {
  return tagged(CONTEXT | CONSTRUCTED | number, ...parts);
}

/** A non-negative INTEGER, given by its bytes, most significant first. */
export function integer(...bytes: readonly number[]): Bytes {
  const from = bytes.findIndex(byte => byte !== 0);
  const short = from < 0 ? [0] : bytes.slice(from);
  return tagged(0x02, Uint8Array.from((short[0] ?? 0) >= 0x80 ? [0, ...short] : short));
}

/** OBJECT IDENTIFIER in its dotted form. */
export function objectId(dotted: string): Bytes {
  const [one = 0, two = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [40 * one + two, ...rest].flatMap(arc => {
    const groups = [arc & 127];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 127) | 128);
    return groups;
  });
  return tagged(0x06, Uint8Array.from(bytes));
}

export function octets(bytes: Uint8Array): Bytes {
  return tagged(0x04, bytes);
}

/** BIT STRING; the last `unused` bits do not count. */
export function bits(bytes: Uint8Array, unused = 0): Bytes {
  return tagged(0x03, Uint8Array.of(unused), bytes);
}

export function utf8(text: string): Bytes {
  return tagged(0x0c, new TextEncoder().encode(text));
}

/** A value as it lies in other bytes. */
export interface Value {
  readonly tag: number;
  readonly whole: Bytes;
  readonly content: Bytes;
}

/** The values that fill these bytes, or undefined when something is left over or not in DER's one form. */
export function valuesIn(bytes: Uint8Array): readonly Value[] | undefined {
  const values: Value[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = valueAt(bytes, at);
    if (value === undefined) return undefined;
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

/** The value that begins there; what follows it is not looked at. */
export function valueAt(bytes: Uint8Array, at: number): Value | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  const count = first < 0x80 ? 0 : first - 0x80;
  if (count > 3 || first === 0x80) return undefined;
  let length = count === 0 ? first : 0;
  for (const byte of bytes.subarray(at + 2, at + 2 + count)) length = length * 256 + byte;
  const from = at + 2 + count;
  if (from + length > bytes.length || lengthOf(length).length !== 1 + count) return undefined;
  return { tag, whole: bytes.slice(at, from + length), content: bytes.slice(from, from + length) };
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

function compare(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? -1);
}
