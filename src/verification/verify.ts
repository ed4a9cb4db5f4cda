/**
 * "Is it true?", answered the same way in the server, the command line and the browser. Pinned keys only; nothing is fetched,
 * nothing from the token is resolved, and bad input is a finding, never an exception. did-jwt and did-jwt-vc stay outside:
 * they accept forged tokens (a nested token under `cty: JWT`). Pure. Rules V1–V9 stand beside the lines that enforce them.
 */
import {
  credentialFor,
  isUseCopyEnd,
  useCopyFor,
  type CredentialParts,
  type Issuer,
} from '../certificate/credential.ts';
import { decodeQr } from '../certificate/qr/codec.ts';
import { isCertificateNumber } from '../certificate/number.ts';
import { numberKindOf } from '../certificate/number-kind.ts';
import { certificateKid } from '../keys/did-document.ts';
import { isInWindow, keyId, type ManifestKey } from '../keys/manifest.ts';
import {
  isTitlePayload,
  isUseCopyPayload,
  type TitlePayload,
  type UseCopyPayload,
} from '../shared/shapes/shapes.ts';
import { dateAt, isDate, type Instant } from '../shared/time.ts';
import { LIST_ENTRIES } from '../revocation/status-list.ts';
import { CLOCK_SKEW_SECONDS, statusOf } from './status.ts';
import { failed, passed, toChecks, verdictOf, type Findings, type VerificationReport } from './report.ts';
import { looksLikeJwt, readToken, type Token } from './token.ts';
import type { Trust } from './trust.ts';

/**
 * The report on this text: whether it is a certificate of this issuer, genuine, in force, and how fresh that knowledge is.
 * @param text a QR code's text, its fragment, or a compact JWT; anything else is `not-ours` or `invalid`
 * @param at the verifier's present, seconds since 1970
 */
export async function verify(text: string, trust: Trust, at: Instant): Promise<VerificationReport> {
  const findings: Findings = {};
  const read = readText(text.trim(), trust, findings);
  if (read === undefined) return report(findings, { at });
  const owned = readOwned(read.jwt, trust, findings);
  if (owned === undefined) return report(findings, { at, ...read });
  // the engine checks the signature in a thread of its own while the claims are judged here
  const signing = isSigned(owned, trust);
  const claimed = readClaims(owned, trust, findings);
  const signed = await signing;
  if (claimed === undefined) return report(findings, { at, ...read });
  findings.signature = signed ? passed : failed('BAD_SIGNATURE');
  if (!signed) return report(findings, { at, ...read });
  findings.dates = dateFinding(claimed, at);
  const { finding, status } = statusOf(claimed.payload, trust, at);
  findings.status = finding;
  return report(findings, { at, ...read, claimed, status });
}

interface Read {
  readonly jwt: string;
  readonly form?: string;
}

/** A token that says it is ours and names one of our keys; nothing of it is believed yet. */
interface Owned {
  readonly token: Token;
  readonly key: ManifestKey;
}

interface Claimed extends Owned {
  readonly payload: TitlePayload | UseCopyPayload;
}

/** R30: a number is no code, and none that is damaged. */
const NUMBER_REASONS = { own: 'NUMBER_ALONE', paper: 'PAPER_NUMBER' } as const;

function readText(text: string, trust: Trust, findings: Findings): Read | undefined {
  const number = numberKindOf(text);
  if (number) {
    findings.read = failed(NUMBER_REASONS[number]);
    return undefined;
  }
  if (looksLikeJwt(text)) {
    findings.read = passed;
    return { jwt: text };
  }
  const decoded = decodeQr(text, trust.forms, trust.issuer);
  if (decoded.ok) {
    findings.read = passed;
    return { jwt: decoded.jwt, form: decoded.form };
  }
  const reasons = { 'not-a-code': 'NOT_A_CODE', 'foreign-host': 'FOREIGN_HOST' } as const;
  const reason =
    decoded.reason === 'not-a-code' || decoded.reason === 'foreign-host'
      ? reasons[decoded.reason]
      : undefined;
  findings.read = failed(reason ?? 'CANNOT_BE_READ');
  return undefined;
}

/** V2–V4: the token's form, its issuer and its key; whose it is comes before what is wrong with it. */
function readOwned(jwt: string, trust: Trust, findings: Findings): Owned | undefined {
  const token = readToken(jwt);
  if (typeof token === 'string') {
    findings.structure = failed(token);
    return undefined;
  }
  const { iss } = token.payload as { iss?: unknown };
  const key = trust.manifest.keys.find(
    entry => entry.use in SHAPES && certificateKid(trust.issuer.did, entry.number) === token.kid,
  );
  if (iss !== trust.issuer.did || !key) {
    findings.structure = passed;
    findings.issuer = failed(iss === trust.issuer.did ? 'UNKNOWN_KEY' : 'FOREIGN_ISSUER');
    return undefined;
  }
  findings.issuer = passed;
  return { token, key };
}

/** V6: the closed shape that this key may sign and no other, and nothing in it that we would not have signed. */
function readClaims({ token, key }: Owned, trust: Trust, findings: Findings): Claimed | undefined {
  const payload = SHAPES[key.use as keyof typeof SHAPES](token.payload, trust.issuer); // readOwned takes no other use
  findings.structure = payload ? passed : failed('BAD_SHAPE');
  return payload && { token, payload, key };
}

/** What each use of a key signs: a certificate's key makes no use copy, and the key of use copies no certificate. */
const SHAPES = {
  certificates: (payload: unknown, issuer: Issuer): TitlePayload | undefined =>
    isTitlePayload(payload) && isSame(payload, issuer, credentialFor) ? payload : undefined,
  'use-copies': (payload: unknown, issuer: Issuer): UseCopyPayload | undefined =>
    isUseCopyPayload(payload) && isCoherentCopy(payload, issuer) ? payload : undefined,
} as const;

function isCoherentCopy(payload: UseCopyPayload, issuer: Issuer): boolean {
  const { use } = payload.vc.credentialSubject;
  const validThrough = lastDayOf(payload);
  if (!isUseCopyEnd(validThrough, dateAt(payload.nbf))) return false;
  const copy = copyNumberOf(payload);
  return isSame(payload, issuer, parts => useCopyFor({ ...parts, use, copy, validThrough }, issuer));
}

function lastDayOf({ exp }: UseCopyPayload): string {
  return dateAt(exp - 1);
}

function copyNumberOf({ jti }: UseCopyPayload): number {
  return Number(jti.slice(jti.lastIndexOf('/') + 1));
}

/** V6 beyond the schema: every derived value equals what we would have signed for these claims. */
function isSame(
  payload: TitlePayload | UseCopyPayload,
  issuer: Issuer,
  wouldSign: (parts: CredentialParts, issuer: Issuer) => object,
): boolean {
  const subject = payload.vc.credentialSubject;
  if (!isCertificateNumber(subject.certificateNumber) || !subject.certificateNumber.startsWith(subject.level))
    return false;
  if (!isDate(subject.obtainedOn)) return false;
  const [entry] = payload.vc.credentialStatus;
  const list = Number(/-(\d{1,4})$/.exec(entry.statusListCredential)?.[1] ?? NaN);
  if (Number(entry.statusListIndex) >= LIST_ENTRIES) return false;
  const parts = {
    claims: subject,
    version: versionOf(payload),
    list,
    index: Number(entry.statusListIndex),
    issuedAt: payload.nbf,
  };
  return JSON.stringify(wouldSign(parts, issuer)) === JSON.stringify(payload);
}

/** The schema has one or two digits here, at the end or before the copy's. */
function versionOf({ jti }: TitlePayload | UseCopyPayload): number {
  return Number(/-(\d{1,2})(?:\/use-copies\/\d+)?$/.exec(jti)?.[1] ?? NaN);
}

/**
 * V5: that key, that algorithm, nothing else. The engine itself, as jose would call it: readToken has taken the token apart
 * more strictly than jose does, and taking it apart twice costs a third of the whole verification (measured).
 */
async function isSigned({ token, key }: Owned, trust: Trust): Promise<boolean> {
  const input = new TextEncoder().encode(token.jwt.slice(0, token.jwt.lastIndexOf('.')));
  try {
    return await trust.check(await trust.keyOf(key.number), input, token.signature);
  } catch {
    return false; // the engine throws for a key or signature that is no point of the curve
  }
}

/** V7, V8. A title does not expire; a use copy does, on the second (RFC 7519 §4.1.4), without grace for slow clocks. */
function dateFinding({ payload, key }: Claimed, at: Instant): NonNullable<Findings['dates']> {
  if (payload.nbf > at + CLOCK_SKEW_SECONDS) return failed('NOT_YET_VALID');
  if (key.revokedAt !== undefined) return failed('KEY_REVOKED');
  if (!isInWindow(key, payload.nbf)) return failed('OUTSIDE_KEY_WINDOW');
  return 'exp' in payload && at >= payload.exp ? failed('USE_ENDED') : passed;
}

interface Found {
  readonly at: Instant;
  readonly jwt?: string;
  readonly form?: string;
  readonly claimed?: Claimed;
  readonly status?: VerificationReport['status'] | undefined;
}

function report(findings: Findings, found: Found): VerificationReport {
  const { at, claimed, status, jwt, form } = found;
  return {
    verdict: verdictOf(findings),
    checks: toChecks(findings),
    checkedAt: at,
    ...(claimed?.key.test === true ? { test: true } : {}),
    ...(claimed ? { certificate: reported(claimed), ...usedFor(claimed.payload) } : {}),
    ...(status ? { status } : {}),
    ...(form === undefined ? {} : { form }),
    ...(jwt === undefined ? {} : { jwt }),
  };
}

function reported({ payload, key }: Claimed): NonNullable<VerificationReport['certificate']> {
  // what the copy was made for is reported beside the certificate
  const { use: _use, ...subject } = { use: undefined, ...payload.vc.credentialSubject };
  return {
    number: subject.certificateNumber,
    version: versionOf(payload),
    issuedAt: payload.nbf,
    keyId: keyId(key.number),
    subject,
  };
}

function usedFor(payload: Claimed['payload']): Pick<VerificationReport, 'use'> {
  if (!('exp' in payload)) return {};
  const { purpose, recipient } = payload.vc.credentialSubject.use;
  return { use: { purpose, recipient, validThrough: lastDayOf(payload), copy: copyNumberOf(payload) } };
}
