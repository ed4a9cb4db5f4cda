/**
 * A whole issuer for tests, made in a few milliseconds: root, keys, manifest, certificates, status lists and trust documents,
 * all really signed. The person and the organisations are invented. `signRaw` signs whatever it is told, for forged tokens.
 */
import { generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto';
import {
  credentialFor,
  useCopyFor,
  type CopyUse,
  type CredentialPayload,
  type Issuer,
  type TitleClaims,
  type UseCopyCredential,
} from '../../src/certificate/credential.ts';
import { certificateNumber } from '../../src/certificate/number.ts';
import { encodeQr } from '../../src/certificate/qr/codec.ts';
import { toForms } from '../../src/certificate/qr/form.ts';
import { readStoredForms } from '../../src/certificate/qr/forms.ts';
import { certificateKid, didOf } from '../../src/keys/did-document.ts';
import {
  MANIFEST_TYP,
  publicJwk,
  type KeyManifest,
  type ManifestKey,
  type PublicJwk,
} from '../../src/keys/manifest.ts';
import { PURPOSES, bitsOf, statusListParts, type Purpose } from '../../src/revocation/status-list.ts';
import {
  addDays,
  addMonths,
  dateAt,
  monthAt,
  startOf,
  type Instant,
  type Month,
} from '../../src/shared/time.ts';
import type { TrustDocument } from '../../src/verification/trust.ts';

/** 2026-06-15 12:00 in Shanghai. */
export const NOON: Instant = 1_781_496_000;
/** The list on which every test certificate has its place, unless told otherwise. */
export const TEST_LIST = 1;
export const TEST_INDEX = 94_567;

const STORED_FORMS = readStoredForms();
const FORMS = toForms(STORED_FORMS);

export interface TestKey {
  readonly entry: ManifestKey;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface Signed<Payload = CredentialPayload> {
  readonly jwt: string;
  readonly qrText: string;
  readonly payload: Payload;
}

export interface SignChanges {
  readonly claims?: Partial<TitleClaims>;
  readonly version?: number;
  readonly list?: number;
  readonly index?: number;
  readonly issuedAt?: Instant;
  /** Number of the key to sign with; default the first. */
  readonly key?: number;
}

export interface CopyChanges extends SignChanges {
  readonly use?: CopyUse;
  readonly copy?: number;
  /** Default 30 days after it was made. */
  readonly validThrough?: string;
}

export interface ListContent {
  readonly list?: number;
  /** Number of the key to sign with; default the status lists' own. */
  readonly key?: number;
  readonly version?: number;
  readonly signedAt?: Instant;
}

export interface TrustChanges {
  /** Places whose bit is set. */
  readonly revoked?: readonly number[];
  readonly suspended?: readonly number[];
  readonly superseded?: readonly number[];
  readonly takenAt?: Instant;
  /** When the lists were signed; default `takenAt`. */
  readonly signedAt?: Instant;
  readonly listVersion?: number;
  /** Purposes whose list is left out. */
  readonly drop?: readonly Purpose[];
  /** Another manifest than the issuer's own. */
  readonly manifest?: string;
}

/** Text, or a value to write as JSON, or bytes as they are. */
export type RawPart = string | object | Uint8Array;

export interface TestIssuer {
  readonly issuer: Issuer;
  readonly name: string;
  /** The verifier's present in tests of this issuer; certificates were issued one day before. */
  readonly at: Instant;
  readonly root: TestKey;
  readonly rootJwk: PublicJwk;
  /** One certificates key per month, numbered from 1 in the order of the months, then the status lists' key. */
  readonly keys: readonly TestKey[];
  readonly statusKey: TestKey;
  readonly copiesKey: TestKey;
  readonly filesKey: TestKey;
  /** Manifest version 1. */
  readonly manifest: string;
  /** The trust document on that day, nothing revoked. */
  readonly trust: TrustDocument;
  readonly sign: (changes?: SignChanges) => Signed;
  /** A use copy, by the key of use copies unless told otherwise. */
  readonly signCopy: (changes?: CopyChanges) => Signed<UseCopyCredential>;
  /** A compact JWS of exactly these parts, by the given key or the first one; `alg` in the header is not looked at. */
  readonly signRaw: (header: RawPart, payload: RawPart, key?: KeyObject) => string;
  /** A manifest by the root with these keys; a test may give other entries, another version or another root. */
  readonly signManifest: (changes?: {
    keys?: readonly ManifestKey[];
    version?: number;
    root?: KeyObject;
    iss?: string;
  }) => string;
  readonly listJws: (purpose: Purpose, bits: Uint8Array, content?: ListContent) => string;
  readonly trustWith: (changes?: TrustChanges) => TrustDocument;
}

export interface TestIssuerOptions {
  readonly origin?: string;
  readonly at?: Instant;
  /** Batch months that have a key; default the month of `at`. */
  readonly months?: readonly Month[];
  /** Marks root and keys as without legal effect. */
  readonly test?: boolean;
}

/** Claims of an invented person for a certificate number that is well formed. */
export function someClaims(changes: Partial<TitleClaims> = {}): TitleClaims {
  return {
    name: '沈样本',
    gender: '女',
    idNumber: '1201**********9931',
    submittingUnit: '天津市样例人力资源服务有限公司',
    qualification: '高级工程师',
    level: 'B',
    series: '工程技术系列',
    specialty: '机械设计',
    reviewBody: '天津市样例工程技术高级职称评审委员会',
    obtainedOn: '2026-05-20',
    certificateNumber: certificateNumber('B', 2026, 17),
    ...changes,
  };
}

/** What a use copy may be made for. */
export function someUse(changes: Partial<CopyUse> = {}): CopyUse {
  return { purpose: '岗位聘任核验', recipient: '天津样例人才有限公司（测试）', ...changes };
}

/** A new issuer with fresh keys; nothing is written anywhere. */
export function makeIssuer(options: TestIssuerOptions = {}): TestIssuer {
  const at = options.at ?? NOON;
  const origin = options.origin ?? 'https://zc.example.gov.cn';
  const issuer: Issuer = { origin, did: didOf(origin) };
  const name = '样例市人力资源和社会保障局';
  const months = options.months ?? [monthAt(at)];
  const mark = options.test === true ? ({ test: true } as const) : {};
  const day = 86_400;
  const always = { notBefore: at - 4000 * day, notAfter: at + 4000 * day };
  const root = newKey({ number: 9999, use: 'certificates', ...always });
  const keys = months.map((month, place) =>
    newKey({ number: place + 1, use: 'certificates', month, ...windowOf(month), ...mark }),
  );
  const statusKey = newKey({ number: months.length + 1, use: 'status-lists', ...always, ...mark });
  const copiesKey = newKey({ number: months.length + 2, use: 'use-copies', ...always, ...mark });
  const filesKey = newKey({ number: months.length + 3, use: 'files', ...always, ...mark });
  const all = [...keys, statusKey, copiesKey, filesKey];
  const keyOf = (number: number): TestKey => {
    const found = all.find(key => key.entry.number === number);
    if (!found) throw new RangeError(`this test issuer has no key ${number}`);
    return found;
  };

  const signRaw: TestIssuer['signRaw'] = (header, payload, key) =>
    jwsOf(header, payload, key ?? keyOf(1).privateKey);

  const signedBy = <Payload extends object>(payload: Payload, key: number): Signed<Payload> => {
    const header = { alg: 'ES256', typ: 'JWT', kid: certificateKid(issuer.did, key) };
    const jwt = signRaw(header, payload, keyOf(key).privateKey);
    return { jwt, qrText: encodeQr(jwt, FORMS, issuer), payload };
  };

  const sign: TestIssuer['sign'] = (changes = {}) => {
    const { version = 1, list = TEST_LIST, index = TEST_INDEX, issuedAt = at - day, key = 1 } = changes;
    const payload = credentialFor(
      { claims: someClaims(changes.claims), version, list, index, issuedAt },
      issuer,
    );
    return signedBy(payload, key);
  };

  const signCopy: TestIssuer['signCopy'] = (changes = {}) => {
    const { version = 1, list = TEST_LIST, index = TEST_INDEX, issuedAt = at - day } = changes;
    const { use = someUse(), copy = 1, validThrough = addDays(dateAt(issuedAt), 30) } = changes;
    const claims = someClaims(changes.claims);
    const parts = { claims, version, list, index, issuedAt, use, copy, validThrough };
    return signedBy(useCopyFor(parts, issuer), changes.key ?? copiesKey.entry.number);
  };

  const signManifest: TestIssuer['signManifest'] = (changes = {}) => {
    const {
      keys: entries = all.map(key => key.entry),
      version = 1,
      root: rootKey = root.privateKey,
      iss = issuer.did,
    } = changes;
    const manifest: KeyManifest = { iss, version, iat: at, keys: [...entries] };
    return jwsOf({ alg: 'ES256', typ: MANIFEST_TYP, kid: 'root' }, manifest, rootKey);
  };

  const listJws: TestIssuer['listJws'] = (purpose, bits, content = {}) => {
    const { list = TEST_LIST, version = 1, signedAt = at, key = statusKey.entry.number } = content;
    const parts = statusListParts({ purpose, list, version, signedAt, bits }, issuer, key);
    return jwsOf(parts.header, parts.payload, keyOf(key).privateKey);
  };

  const manifest = signManifest();
  const rootJwk = root.entry.jwk;

  const trustWith: TestIssuer['trustWith'] = (changes = {}) => {
    const takenAt = changes.takenAt ?? at;
    const places = {
      revocation: changes.revoked,
      suspension: changes.suspended,
      refresh: changes.superseded,
    };
    const content = { version: changes.listVersion ?? 1, signedAt: changes.signedAt ?? takenAt };
    return {
      issuer: { ...issuer, name },
      root: { ...rootJwk, ...mark },
      manifest: changes.manifest ?? manifest,
      // the stored forms are deeply readonly; the document's type, made from its schema, is not
      qr: structuredClone(STORED_FORMS) as unknown as TrustDocument['qr'],
      statusLists: PURPOSES.filter(purpose => changes.drop?.includes(purpose) !== true).map(purpose =>
        listJws(purpose, bitsOf(places[purpose] ?? []), content),
      ),
      takenAt,
    };
  };

  const trust = trustWith();
  return {
    issuer,
    name,
    at,
    root,
    rootJwk,
    keys,
    statusKey,
    copiesKey,
    filesKey,
    manifest,
    trust,
    sign,
    signCopy,
    signRaw,
    signManifest,
    listJws,
    trustWith,
  };
}

/** A fresh P-256 pair as an entry of a manifest. */
export function newKey(entry: Omit<ManifestKey, 'jwk'>): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { entry: { ...entry, jwk: publicJwk(publicKey.export({ format: 'jwk' })) }, privateKey, publicKey };
}

/** base64url of a part as it is signed. */
export function toPart(part: RawPart): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString('base64url');
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

function jwsOf(header: RawPart, payload: RawPart, key: KeyObject): string {
  const input = `${toPart(header)}.${toPart(payload)}`;
  return `${input}.${signBytes('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A month's key may sign from the month's first day to the end of the third month: batches close late. */
function windowOf(month: Month): { notBefore: Instant; notAfter: Instant } {
  return { notBefore: startOf(`${month}-01`), notAfter: startOf(`${addMonths(month, 3)}-01`) - 1 };
}
