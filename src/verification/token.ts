/**
 * A compact JWS taken apart by the strict rules V1–V3, before any key is touched: canonical base64url, header members exactly
 * alg, kid and typ, UTF-8 JSON without duplicate members. Whatever else a token carries, it is refused here. Pure.
 * Source: RFC 7515 §4, §7.1; RFC 8725 §3; regression vectors T1–T4, T7, T9, T10 in test/verification.
 */
import { fromBase64url, fromUtf8 } from '../shared/bytes.ts';
import { parseStrictJson } from '../shared/strict-json.ts';

/** V1: a longer text is no certificate; the largest real one is about 2,000 characters. */
export const MAX_JWT_CHARS = 4096;
/** r‖s of ES256 in base64url (RFC 7518 §3.4). */
const SIGNATURE_CHARS = 86;

export interface Token {
  readonly jwt: string;
  readonly kid: string;
  readonly payload: unknown;
  /** r‖s, 64 bytes. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

export type TokenFault = 'BAD_LENGTH' | 'BAD_TEXT' | 'BAD_HEADER' | 'BAD_JSON';

/** True for text that has the outer form of a compact JWS and nothing else. */
export function looksLikeJwt(text: string): boolean {
  return /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.test(text);
}

/** The token's parts, or the first rule it breaks; no key operation happens. */
export function readToken(jwt: string): Token | TokenFault {
  if (jwt.length > MAX_JWT_CHARS) return 'BAD_LENGTH';
  const [head, body, signature, ...more] = jwt.split('.');
  if (head === undefined || body === undefined || signature === undefined || more.length > 0)
    return 'BAD_TEXT';
  const headText = canonicalText(head);
  const bodyText = canonicalText(body);
  if (headText === undefined || bodyText === undefined) return 'BAD_TEXT';
  const signatureBytes = signature.length === SIGNATURE_CHARS ? fromBase64url(signature) : undefined;
  if (signatureBytes === undefined) return 'BAD_TEXT';
  const kid = kidOf(parseStrictJson(headText));
  if (kid === undefined) return 'BAD_HEADER';
  const payload = parseStrictJson(bodyText);
  return isObject(payload) ? { jwt, kid, payload, signature: signatureBytes } : 'BAD_JSON';
}

function canonicalText(part: string): string | undefined {
  const bytes = part === '' ? undefined : fromBase64url(part);
  return bytes && fromUtf8(bytes);
}

/** V2: exactly these three members; so no cty, crit, b64, zip, jwk, jku, x5u or x5c can matter. */
function kidOf(header: unknown): string | undefined {
  if (!isObject(header)) return undefined;
  const { alg, typ, kid, ...rest } = header;
  if (alg !== 'ES256' || typ !== 'JWT' || typeof kid !== 'string' || kid.length > 300) return undefined;
  return Object.keys(rest).length === 0 ? kid : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
