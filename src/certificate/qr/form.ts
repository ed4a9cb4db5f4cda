/**
 * A QR form: the constant text of a JWT with holes, so that a code carries only what differs between certificates.
 * Pure. Forms are frozen once a certificate was issued with them; a new wording, context, field or key-id style is a new
 * form number. Their files are schemas/qr/form-*.json and dictionary-*.txt; `toForms` reads them, wherever they come from.
 */
import { DomainError } from '../../shared/errors.ts';
import type { Issuer } from '../credential.ts';
import type { Hole, HoleKind } from './hole.ts';
import { escapePattern, patternOf, toNumber } from './hole.ts';

/** One frozen form. Holes stand in the order in which they are packed: the text holes first, then the numbers. */
export interface QrForm {
  /** Two decimal digits, the first two of a fragment. */
  readonly id: string;
  /** Header JSON, a dot, payload JSON; holes as `«name»`, the issuer's constants as `{origin}` and `{did}`. */
  readonly text: string;
  readonly holes: readonly Hole[];
  /** Preset dictionary of the compression, at most 32 kB. */
  readonly dictionary: Uint8Array;
}

/** A form as stored: its dictionary by file name, because several forms share one. */
export interface StoredForm {
  readonly id: string;
  readonly text: string;
  readonly holes: readonly Hole[];
  readonly dictionary: string;
}

/** Forms as they travel in a trust document: every dictionary once, inline, by its file name. */
export interface StoredForms {
  readonly forms: readonly StoredForm[];
  readonly dictionaries: Readonly<Record<string, string>>;
}

/** Text of each hole by name. */
export type HoleValues = ReadonlyMap<string, string>;

/** DEFLATE reaches back this far and no further (RFC 1951 §2). */
export const MAX_DICTIONARY_BYTES = 32_768;

/**
 * The stored forms, ready for use by the codec, in the same order.
 * @throws FormsInvalid (TRUST_INVALID) when a form names no dictionary, repeats an id or does not fit its own holes
 */
export function toForms(stored: StoredForms): readonly QrForm[] {
  const ids = new Set(stored.forms.map(form => form.id));
  if (ids.size !== stored.forms.length) throw new FormsInvalid('a form number is used twice');
  const dictionaries = new Map(
    Object.entries(stored.dictionaries).map(
      ([name, text]) => [name, new TextEncoder().encode(text)] as const,
    ),
  );
  return stored.forms.map(form => {
    const dictionary = dictionaries.get(form.dictionary);
    if (dictionary === undefined || dictionary.length > MAX_DICTIONARY_BYTES) {
      throw new FormsInvalid(`form ${form.id} has no dictionary of at most ${MAX_DICTIONARY_BYTES} bytes`);
    }
    demandSound(form);
    return { ...form, dictionary };
  });
}

/**
 * The values with which `fillForm` gives exactly this text, or undefined where the text is not of this form.
 * A hole that occurs again must repeat its value.
 */
export function matchForm(form: QrForm, text: string, issuer: Issuer): HoleValues | undefined {
  const groups = new RegExp(patternFor(form, issuer)).exec(text);
  if (groups === null) return undefined;
  const values = new Map(namesIn(form.text).map((name, place) => [name, groups[place + 1] ?? '']));
  const fits = form.holes.every(({ name, kind }) => {
    const value = values.get(name) ?? '';
    return kind === 'text' || toNumber(kind, value) !== undefined;
  });
  return fits ? values : undefined;
}

/** The form's text with every hole and constant filled in; values are taken as they are and never read as holes. */
export function fillForm(form: QrForm, values: HoleValues, issuer: Issuer): string {
  return pieces(form.text)
    .map((piece, place) => (isHole(place) ? (values.get(piece) ?? '') : withConstants(piece, issuer)))
    .join('');
}

/** Thrown for forms that cannot be used; nothing was read with them. */
export class FormsInvalid extends DomainError {
  constructor(cause: string) {
    super('TRUST_INVALID', '信任资料中的二维码格式有误，请从发证机关重新下载信任资料。', { cause });
  }
}

const HOLE = /«(\w+)»/;

/** Constant, hole name, constant, hole name, …: split() keeps the captured names at odd places. */
function pieces(text: string): string[] {
  return text.split(HOLE);
}

function isHole(place: number): boolean {
  return place % 2 === 1;
}

/** Hole names in the order of their first occurrence, as a regular expression numbers its groups. */
function namesIn(text: string): string[] {
  return [...new Set(pieces(text).filter((_, place) => isHole(place)))];
}

function withConstants(constant: string, issuer: Issuer): string {
  return constant.replace(/\{(origin|did)\}/g, (_, name: string) =>
    name === 'did' ? issuer.did : issuer.origin,
  );
}

function patternFor(form: QrForm, issuer: Issuer): string {
  const kinds = new Map<string, HoleKind>(form.holes.map(({ name, kind }) => [name, kind]));
  const groups = namesIn(form.text);
  const seen = new Set<string>();
  const parts = pieces(form.text).map((piece, place) => {
    if (!isHole(place)) return escapePattern(withConstants(piece, issuer));
    // (?:) keeps a digit that follows in the text from becoming part of the group's number
    if (seen.has(piece)) return `\\${groups.indexOf(piece) + 1}(?:)`;
    seen.add(piece);
    const kind = kinds.get(piece) ?? 'text';
    return `(${kind === 'text' && isQuoted(form, place) ? IN_QUOTES : patternOf(kind)})`;
  });
  return `^${parts.join('')}$`;
}

/** One JSON string without its quotes. A name that swallowed the next member would keep form 02 from ever being used. */
const IN_QUOTES = '(?:[^"\\\\\\n]|\\\\[^\\n])*';

function isQuoted(form: QrForm, place: number): boolean {
  return (pieces(form.text)[place - 1] ?? '').endsWith('"');
}

function demandSound(form: StoredForm): void {
  const declared = form.holes.map(hole => hole.name);
  const used = namesIn(form.text);
  if (!/^\d\d$/.test(form.id)) throw new FormsInvalid(`a form number is two digits, got ${form.id}`);
  if (new Set(declared).size !== declared.length || declared.length !== used.length) {
    throw new FormsInvalid(`form ${form.id} declares other holes than its text has`);
  }
  if (!used.every(name => declared.includes(name))) {
    throw new FormsInvalid(`form ${form.id} has a hole that it does not declare`);
  }
}
