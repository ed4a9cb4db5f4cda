/**
 * The QR wire format: a signed credential as one URL, and back, bit for bit.
 *
 * `<origin>/v#VVN`: VV is the form's number, N one decimal integer that holds the compressed text values, the 64 signature
 * bytes and the number values, so that a symbol can use its numeric mode. Pure; the same code issues, and verifies in the
 * server, the command line and the browser. Does not verify the JWT: a decoded code is a claim, not yet a proof.
 */
import { base64url } from 'jose';
import { DomainError } from '../../shared/errors.ts';
import type { Issuer } from '../credential.ts';
import { deflate } from './deflate.ts';
import type { HoleValues, QrForm } from './form.ts';
import { fillForm, matchForm } from './form.ts';
import type { NumberKind } from './hole.ts';
import { fromNumber, radixOf, toNumber } from './hole.ts';
import { fromUtf8 } from '../../shared/bytes.ts';
import { inflatedText } from './inflate.ts';

/** Why a text gave no JWT. People get one sentence for all of them but `foreign-host`. */
export type Unreadable = 'not-a-code' | 'foreign-host' | 'too-long' | 'unknown-form' | 'cannot-be-read';

export type Decoded =
  | { readonly ok: true; readonly jwt: string; /** Number of the form. */ readonly form: string }
  | { readonly ok: false; readonly reason: Unreadable };

/** Digits of N beyond which a text is refused before any arithmetic; version 20 at level Q holds 1,159. */
export const MAX_DIGITS = 2000;
/** A longer text is no code of ours, and is not even searched for one. */
const MAX_TEXT_CHARS = 16_384;
/** r‖s of ES256 (RFC 7518 §3.4). */
const SIGNATURE_BYTES = 64;
/** The form whose single hole is the whole text; it is tried last. */
const SAFETY_NET = '00';

/**
 * The URL text that carries this JWT: `decodeQr` has already been run on it and gave the same JWT back.
 *
 * Forms are tried in their order, form 00 last.
 *
 * @param jwt compact JWS whose signature is 64 bytes long
 * @throws QrTooLarge (QR_TOO_LARGE) when only a code of more than MAX_DIGITS digits would hold it
 * @throws QrUnfit (QR_UNREADABLE) when no form gives the same JWT back; such a credential must not be issued
 */
export function encodeQr(jwt: string, forms: readonly QrForm[], issuer: Issuer): string {
  const reasons = new Set<Unreadable>();
  for (const form of inTrialOrder(forms)) {
    const fragment = fragmentOf(jwt, form, issuer);
    if (fragment === undefined) continue;
    const decoded = decodeQr(fragment, forms, issuer);
    if (decoded.ok && decoded.jwt === jwt) return `${issuer.origin}/v#${fragment}`;
    if (!decoded.ok) reasons.add(decoded.reason);
  }
  throw reasons.has('too-long') ? new QrTooLarge() : new QrUnfit();
}

/**
 * The JWT that a scanned or typed text carries, or the reason why it carries none. Never throws.
 *
 * Accepts the whole URL, or its fragment with or without `#`. Query parameters before `#` and everything after the digits
 * are ignored, for messengers append such things. Takes a tenth of a millisecond; the most hostile text takes a few.
 */
export function decodeQr(text: string, forms: readonly QrForm[], issuer: Issuer): Decoded {
  if (text.length > MAX_TEXT_CHARS) return unreadable('too-long');
  const fragment = findFragment(text.trim(), issuer.origin);
  if (typeof fragment !== 'object') return unreadable(fragment);
  if (fragment.digits.length > MAX_DIGITS) return unreadable('too-long');
  const form = forms.find(({ id }) => id === fragment.form);
  if (form === undefined) return unreadable('unknown-form');
  const jwt = jwtFrom(BigInt(fragment.digits), form, issuer);
  return jwt === undefined ? unreadable('cannot-be-read') : { ok: true, jwt, form: form.id };
}

/** Thrown when a credential needs a larger code than can be printed. */
export class QrTooLarge extends DomainError {
  constructor() {
    super('QR_TOO_LARGE', '证书内容过长，无法印成二维码；请缩短单位、专业或评审机构名称后重新报送。');
  }
}

/** Thrown when a credential would not come back from its code exactly as it was signed. */
export class QrUnfit extends DomainError {
  constructor() {
    super('QR_UNREADABLE', '该证书无法无损写入二维码，已停止签发；请联系系统管理员核对证书内容。');
  }
}

function unreadable(reason: Unreadable): Decoded {
  return { ok: false, reason };
}

function inTrialOrder(forms: readonly QrForm[]): readonly QrForm[] {
  return [...forms.filter(form => form.id !== SAFETY_NET), ...forms.filter(form => form.id === SAFETY_NET)];
}

interface Fragment {
  readonly form: string;
  readonly digits: string;
}

function findFragment(text: string, origin: string): Fragment | 'not-a-code' | 'foreign-host' {
  const url = /^(https?:\/\/[^/?#]*)([^?#]*)[^#]*#?/i.exec(text);
  if (url !== null && url[1]?.toLowerCase() !== origin) return 'foreign-host';
  if (url !== null && url[2] !== '/v') return 'not-a-code';
  const rest = url === null ? text.replace(/^#/, '') : text.slice(url[0].length);
  const [, form, digits] = FRAGMENT.exec(rest) ?? [];
  return form === undefined || digits === undefined ? 'not-a-code' : { form, digits };
}

/** Takes one digit more than allowed, so that a longer number is seen as such and not cut. */
const FRAGMENT = new RegExp(`^(\\d\\d)([1-9]\\d{0,${MAX_DIGITS}})`);

function fragmentOf(jwt: string, form: QrForm, issuer: Issuer): string | undefined {
  const parts = partsOf(jwt);
  const values = parts && matchForm(form, parts.text, issuer);
  if (parts === undefined || values === undefined) return undefined;
  const compressed = deflate(new TextEncoder().encode(textValues(form, values)), form.dictionary);
  return form.id + String(withNumbers(toInteger(compressed, parts.signature), form, values));
}

/** Header JSON, dot, payload JSON; undefined for what is no JWT signed by ES256. */
function partsOf(jwt: string): { readonly text: string; readonly signature: Uint8Array } | undefined {
  const [header, payload, signature, ...more] = jwt.split('.').map(fromBase64url);
  if (header === undefined || payload === undefined || more.length > 0) return undefined;
  if (signature?.length !== SIGNATURE_BYTES) return undefined;
  const texts = [header, payload].map(fromUtf8);
  return texts.includes(undefined) ? undefined : { text: texts.join('.'), signature };
}

function textValues(form: QrForm, values: HoleValues): string {
  const texts = form.holes.filter(hole => hole.kind === 'text');
  return texts.map(({ name }) => values.get(name) ?? '').join('\n');
}

function withNumbers(packed: bigint, form: QrForm, values: HoleValues): bigint {
  return numberHoles(form).reduce((n, { name, kind }) => {
    const value = toNumber(kind, values.get(name) ?? '') ?? 0n;
    return n * radixOf(kind) + value;
  }, packed);
}

function numberHoles(form: QrForm): { readonly name: string; readonly kind: NumberKind }[] {
  return form.holes.flatMap(({ name, kind }) => (kind === 'text' ? [] : [{ name, kind }]));
}

function jwtFrom(number: bigint, form: QrForm, issuer: Issuer): string | undefined {
  const values = new Map<string, string>();
  const holes = numberHoles(form).reverse();
  // one division of the long integer for all the numbers together: they are small, and it has a thousand digits
  const all = holes.reduce((product, { kind }) => product * radixOf(kind), 1n);
  let numbers = number % all;
  for (const { name, kind } of holes) {
    const radix = radixOf(kind);
    const value = fromNumber(kind, numbers % radix);
    if (value === undefined) return undefined;
    values.set(name, value);
    numbers /= radix;
  }
  const bytes = fromInteger(number / all);
  const texts = inflatedText(bytes.subarray(0, -SIGNATURE_BYTES), form.dictionary)?.split('\n');
  const names = form.holes.filter(hole => hole.kind === 'text').map(hole => hole.name);
  if (texts?.length !== names.length) return undefined;
  names.forEach((name, place) => values.set(name, texts[place] ?? ''));
  return toJwt(fillForm(form, values, issuer), bytes.subarray(-SIGNATURE_BYTES));
}

function toJwt(text: string, signature: Uint8Array): string | undefined {
  const cut = text.indexOf('}.{');
  if (cut < 0) return undefined;
  const halves = [text.slice(0, cut + 1), text.slice(cut + 2)].map(half => new TextEncoder().encode(half));
  return [...halves, signature].map(bytes => base64url.encode(bytes)).join('.');
}

/** Big-endian integer of both, one after the other. */
function toInteger(compressed: Uint8Array, signature: Uint8Array): bigint {
  const hex = [...compressed, ...signature].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return BigInt(`0x${hex}`);
}

function fromInteger(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const hex = digits.length % 2 === 0 ? digits : `0${digits}`;
  const bytes = new Uint8Array(hex.length / 2);
  for (let place = 0; place < bytes.length; place += 1)
    bytes[place] = (hexDigit(hex, place * 2) << 4) | hexDigit(hex, place * 2 + 1);
  return bytes;
}

/** Value of the lower-case hexadecimal digit at that place; four times as fast as Number.parseInt on pieces (measured). */
function hexDigit(hex: string, place: number): number {
  const code = hex.charCodeAt(place);
  return code < 0x61 ? code - 0x30 : code - 0x61 + 10;
}

function fromBase64url(part: string): Uint8Array | undefined {
  try {
    return base64url.decode(part);
  } catch {
    // jose throws for letters outside the alphabet: then it is no JWT
    return undefined;
  }
}
