/**
 * The holes of a QR form: which strings a hole accepts, and the number that stands for each of them.
 * Pure. Frozen: a printed code read in thirty years must meet the same kinds, radices and numbers.
 */
import { isDate } from '../../shared/time.ts';

/** Kinds that become numbers; each string of the kind has exactly one number below `radixOf(kind)`. */
export type NumberKind =
  'date' | { readonly digits: number } | { readonly int: number } | { readonly oneOf: readonly string[] };

/** `text` is any string without line feed, and travels compressed instead of as a number. */
export type HoleKind = 'text' | NumberKind;

export interface Hole {
  readonly name: string;
  readonly kind: HoleKind;
}

const DAY_MS = 86_400_000;
const DATE_RADIX = 65_536n;

/** How many numbers a kind uses: digits(max) 2·10^max, int(below) below, oneOf its length, date 65,536 days. */
export function radixOf(kind: NumberKind): bigint {
  if (kind === 'date') return DATE_RADIX;
  if ('digits' in kind) return 2n * 10n ** BigInt(kind.digits);
  if ('int' in kind) return BigInt(kind.int);
  return BigInt(kind.oneOf.length);
}

/** The number that stands for this text, or undefined where the kind does not accept it. */
export function toNumber(kind: NumberKind, text: string): bigint | undefined {
  const value = numberOf(kind, text);
  return value !== undefined && value >= 0n && value < radixOf(kind) ? value : undefined;
}

/** The text that this number stands for, or undefined where no text of the kind has it. Inverse of `toNumber`. */
export function fromNumber(kind: NumberKind, value: bigint): string | undefined {
  const text = textOf(kind, value);
  return text !== undefined && toNumber(kind, text) === value ? text : undefined;
}

/** Source of a regular expression which every accepted text matches; `toNumber` decides about the rest. */
export function patternOf(kind: HoleKind): string {
  // [^\n], not a dot: U+2028 and U+2029 are legal inside a JSON string
  if (kind === 'text') return '[^\\n]*';
  if (kind === 'date') return '\\d{4}-\\d\\d-\\d\\d';
  if ('digits' in kind) return `\\d{0,${kind.digits}}`;
  if ('int' in kind) return '0|[1-9]\\d*';
  return kind.oneOf.map(escapePattern).join('|');
}

/** The text as a regular expression that matches it and nothing else. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function numberOf(kind: NumberKind, text: string): bigint | undefined {
  if (kind === 'date') return isDate(text) ? BigInt(Date.parse(`${text}T00:00:00Z`) / DAY_MS) : undefined;
  if ('digits' in kind) {
    // the leading 1 keeps leading zeros and the number of digits
    return /^\d*$/.test(text) && text.length <= kind.digits ? BigInt(`1${text}`) : undefined;
  }
  if ('int' in kind) return /^(0|[1-9]\d{0,19})$/.test(text) ? BigInt(text) : undefined;
  return BigInt(kind.oneOf.indexOf(text));
}

function textOf(kind: NumberKind, value: bigint): string | undefined {
  if (value < 0n || value >= radixOf(kind)) return undefined;
  if (kind === 'date') return new Date(Number(value) * DAY_MS).toISOString().slice(0, 10);
  if ('digits' in kind) return String(value).startsWith('1') ? String(value).slice(1) : undefined;
  if ('int' in kind) return String(value);
  return kind.oneOf[Number(value)];
}
