/**
 * The seal in a PNG that the bureau hands out: a compact JWS about all the file's bytes but its own chunk, so that anyone tells the
 * electronic original from a screenshot, a crop or a conversion, also offline (R28). Pure; making one is issuance/seal-file.ts.
 */
import { certificateKid } from '../keys/did-document.ts';
import { fromBase64url, toBase64url } from '../shared/bytes.ts';
import { isFileSeal, type FileSeal } from '../shared/shapes/shapes.ts';
import { parseJwsPart } from '../shared/strict-json.ts';

export type { FileSeal } from '../shared/shapes/shapes.ts';

/** `typ` of the seal: neither a certificate nor a list nor a manifest can be taken for it (RFC 8725 §3.11). */
export const SEAL_TYP = 'zhicheng-file+jwt';
/** Keyword of the exact compact JWT of the certificate's credential. */
export const CREDENTIAL_KEYWORD = 'zhicheng.credential';
/** Keyword of the seal; its chunk stands directly before the pixels. */
export const SEAL_KEYWORD = 'zhicheng.seal';
const MAX_SEAL_CHARS = 2000;

export interface ReadSeal {
  readonly kid: string;
  readonly seal: FileSeal;
  /** What is signed. */
  readonly input: Uint8Array<ArrayBuffer>;
  /** r‖s. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** The text to sign for this seal: header and payload. */
export function sealInput(seal: FileSeal, keyNumber: number): string {
  const header = { alg: 'ES256', typ: SEAL_TYP, kid: certificateKid(seal.iss, keyNumber) };
  const { iss, iat, id, sha256 } = seal;
  return [header, { iss, iat, id, sha256 }].map(toPart).join('.');
}

/** The seal in this text, or undefined unless its form is exactly ours: header members alg, typ and kid, closed payload. */
export function readSeal(text: string): ReadSeal | undefined {
  if (text.length > MAX_SEAL_CHARS) return undefined;
  const [head = '', body = '', last = '', ...more] = text.split('.');
  const kid = kidIn(parseJwsPart(head));
  const seal = parseJwsPart(body);
  const signature = fromBase64url(last);
  if (more.length > 0 || kid === undefined || !isFileSeal(seal) || signature?.length !== 64) return undefined;
  return { kid, seal, input: new TextEncoder().encode(`${head}.${body}`), signature };
}

/** Id (jti) of the credential in a compact JWT; undefined for anything else. Believes nothing. */
export function credentialIdIn(jwt: string): string | undefined {
  const payload = parseJwsPart(jwt.split('.')[1] ?? '');
  const jti = (payload as { jti?: unknown } | undefined)?.jti;
  return typeof jti === 'string' ? jti : undefined;
}

function kidIn(header: unknown): string | undefined {
  if (typeof header !== 'object' || header === null) return undefined;
  const { alg, typ, kid, ...rest } = header as Record<string, unknown>;
  const isOurs = alg === 'ES256' && typ === SEAL_TYP && Object.keys(rest).length === 0;
  return isOurs && typeof kid === 'string' ? kid : undefined;
}

function toPart(value: object): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify(value)));
}
