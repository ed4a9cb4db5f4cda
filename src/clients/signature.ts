/**
 * What a signed request says of itself: HTTP Message Signatures (RFC 9421) over method, target and Content-Digest (RFC 9530), in the one
 * form that this service takes. Stricter than the RFCs: one signature labelled `zc`, no spare blanks, nothing unknown, nothing twice, so
 * that what was signed can be read in one way only. Pure.
 */
import { createHash } from 'node:crypto';
import { isSame } from '../accounts/sessions/session.ts';
import { ALGORITHMS, SIGNATURE_BYTES, type Algorithm } from './public-key.ts';

/** The clocks of client and service may differ by so much (T26 asks for no more). */
export const SKEW_SECONDS = 120;

/** The headers that matter, as they came; absent ones are blank. */
export interface SignedHead {
  readonly method: string;
  /** Path and query exactly as they stood in the request line. */
  readonly target: string;
  readonly signatureInput: string;
  readonly signature: string;
  readonly contentDigest: string;
  /** Undefined when there was none. */
  readonly idempotencyKey: string | undefined;
}

export interface SignatureClaims {
  readonly created: number;
  readonly nonce: string;
  readonly keyId: string;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
  /** The signature base of RFC 9421 §2.5, UTF-8. */
  readonly input: Uint8Array;
  /** SHA-256 that the content must have, base64. */
  readonly contentSha256: string;
}

const INPUT =
  /^zc=(\(("[a-z@-]{1,40}"(?: "[a-z@-]{1,40}"){0,9})\)((?:;[a-z]{1,10}=(?:\d{1,12}|"[!#-[\]-~]{1,100}"))+))$/;
const SIGNATURE = /^zc=:([A-Za-z0-9+/]{86}==):$/;
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;
const NONCE = /^"([A-Za-z0-9+/=_-]{16,64})"$/;
const KEY_ID = /^"([0-9a-f]{32})"$/;
const CREATED = /^[1-9]\d{0,11}$/;

/**
 * The claims of that head, for whatever they are worth; undefined when it is not of our form.
 * @param origin the service's own: what the Host header says does not matter (RFC 9421 §7.5.1)
 */
export function readSignature(head: SignedHead, origin: string): SignatureClaims | undefined {
  const [, signatureParams = '', covered = '', parameters = ''] = INPUT.exec(head.signatureInput) ?? [];
  const components = covered.split(' ').map(name => name.slice(1, -1));
  const values = valuesOf(head, origin);
  if (!isSameSet(components, [...values.keys()])) return undefined;
  const said = parametersIn(parameters);
  const signature = bytesOf(SIGNATURE.exec(head.signature)?.[1], SIGNATURE_BYTES);
  const digest = DIGEST.exec(head.contentDigest)?.[1];
  if (!said || !signature || !bytesOf(digest, 32) || digest === undefined) return undefined;
  if (!head.target.startsWith('/')) return undefined; // the absolute form names a host of its own

  const lines = components.map(name => `"${name}": ${values.get(name) ?? ''}`);
  const input = Buffer.from([...lines, `"@signature-params": ${signatureParams}`].join('\n'), 'utf8');
  return { ...said, signature, input, contentSha256: digest };
}

/** True unless the request is too old or from too far ahead. */
export function isTimely({ created }: Pick<SignatureClaims, 'created'>, at: number): boolean {
  return Math.abs(at - created) <= SKEW_SECONDS;
}

/** True when that is the content whose digest was signed. */
export function isContent({ contentSha256 }: SignatureClaims, content: Uint8Array): boolean {
  return isSame(createHash('sha256').update(content).digest('base64'), contentSha256);
}

/** What must be covered, no more and no less, with its value. */
function valuesOf(head: SignedHead, origin: string): ReadonlyMap<string, string> {
  return new Map([
    ['@method', head.method],
    ['@target-uri', origin + head.target],
    ['content-digest', head.contentDigest],
    ...(head.idempotencyKey === undefined ? [] : ([['idempotency-key', head.idempotencyKey]] as const)),
  ]);
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && other.every(each => one.includes(each));
}

/** `created`, `nonce`, `keyid` and `alg`, each once, in any order, and no others. */
function parametersIn(
  text: string,
): Pick<SignatureClaims, 'created' | 'nonce' | 'keyId' | 'algorithm'> | undefined {
  const pairs = text
    .split(';')
    .slice(1)
    .map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  const said = new Map(pairs);
  if (pairs.length !== 4 || !isSameSet([...said.keys()], ['created', 'nonce', 'keyid', 'alg']))
    return undefined;
  const created = said.get('created') ?? '';
  const nonce = NONCE.exec(said.get('nonce') ?? '')?.[1];
  const keyId = KEY_ID.exec(said.get('keyid') ?? '')?.[1];
  const algorithm = ALGORITHMS.find(each => `"${each}"` === said.get('alg'));
  if (!CREATED.test(created) || nonce === undefined || keyId === undefined || !algorithm) return undefined;
  return { created: Number(created), nonce, keyId, algorithm };
}

/** So many bytes in canonical base64 (RFC 4648 §4). */
function bytesOf(text: string | undefined, length: number): Uint8Array | undefined {
  const bytes = Buffer.from(text ?? '', 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}
