/** What is found of a file's originality, and the one sentence people are told. Pure. Shape: schemas/file-report.json; R28. */
import { certificateKid } from '../keys/did-document.ts';
import { isInWindow, keyId, type ManifestKey } from '../keys/manifest.ts';
import { hasLowS } from '../keys/signature.ts';
import type { FileReport } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import { CLOCK_SKEW_SECONDS } from './status.ts';
import type { Trust } from './trust.ts';

/** The part of a file report that needs no decoded picture. */
export type FileFinding = Pick<FileReport, 'kind' | 'original' | 'reason' | 'detail' | 'sealed'>;
export type FileKind = FileFinding['kind'];
export type FileReason = NonNullable<FileFinding['reason']>;

/** The sentence of R28 for whatever is not the original, and its two counterparts. */
export const FILE_WORDS: Readonly<Record<FileFinding['original'], string>> = {
  original: '原始电子文件，签章完好。',
  'not-original': '非原始电子文件（截图、翻拍、转换件无效），请以本系统查验结果为准。',
  unknown: '无法判断是否为原始电子文件，请联网更新信任资料、校准时间后再查。',
};

/** What the verifier cannot decide with what it has; everything else is decided against the file. */
const UNDECIDED = new Set<FileReason>(['UNKNOWN_KEY', 'SEAL_FROM_FUTURE']);

export function unlike(kind: FileKind, reason: FileReason): FileFinding {
  const original = UNDECIDED.has(reason) ? 'unknown' : 'not-original';
  return { kind, original, reason, detail: FILE_WORDS[original] };
}

/** A seal whose form was read; nothing of it is believed yet. */
export interface Claim {
  readonly kind: FileKind;
  readonly id: string;
  readonly madeAt: Instant;
  readonly input: Uint8Array<ArrayBuffer>;
  /** r‖s. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** The key that this kid names, of whatever use; undefined when the manifest has none. */
export function namedKey(kid: string, { manifest, issuer }: Trust): ManifestKey | undefined {
  return manifest.keys.find(key => certificateKid(issuer.did, key.number) === kid);
}

/**
 * Whether that key made this seal when it might: the rules of status lists (V4, V5, windows). Whether the seal is about this file is for
 * the caller, who knows its bytes.
 * @returns the original's finding, or why it is none
 */
export async function sealFinding(
  claim: Claim,
  key: ManifestKey,
  { trust, at }: { trust: Trust; at: Instant },
): Promise<FileFinding> {
  const { kind, id, madeAt, input, signature } = claim;
  if (key.use !== 'files' || !hasLowS(signature)) return unlike(kind, 'BAD_SEAL');
  if (!(await isSigned({ input, signature }, key, trust))) return unlike(kind, 'BAD_SEAL');
  if (key.revokedAt !== undefined) return unlike(kind, 'KEY_REVOKED');
  if (!isInWindow(key, madeAt)) return unlike(kind, 'BAD_SEAL');
  if (madeAt > at + CLOCK_SKEW_SECONDS) return unlike(kind, 'SEAL_FROM_FUTURE');
  const sealed = {
    id,
    madeAt,
    keyId: keyId(key.number),
    ...(key.test === true ? ({ test: true } as const) : {}),
  };
  return { kind, original: 'original', detail: FILE_WORDS.original, sealed };
}

async function isSigned(
  { input, signature }: Pick<Claim, 'input' | 'signature'>,
  { number }: ManifestKey,
  trust: Trust,
): Promise<boolean> {
  try {
    return await trust.check(await trust.keyOf(number), input, signature);
  } catch {
    return false; // the engine throws for a key or signature that is no point of the curve
  }
}

/** SHA-256 in hex of the bytes, in Node and browsers. */
export async function sha256Of(parts: readonly Uint8Array[]): Promise<string> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
  return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
