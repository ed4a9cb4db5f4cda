/**
 * All that a verifier believes, in one value: the issuer, the keys under the pinned root, the QR forms, the status lists and the
 * day they were taken. Made from a trust document by checking every signature in it; verifying needs nothing else. Pure.
 */
import type { CryptoKey } from 'jose';
import type { Issuer } from '../certificate/credential.ts';
import { toForms, type QrForm } from '../certificate/qr/form.ts';
import { didOf } from '../keys/did-document.ts';
import { rootFingerprint } from '../keys/fingerprint.ts';
import {
  findKey,
  importPublicJwk,
  publicJwk,
  readManifest,
  type KeyManifest,
  type PublicJwk,
} from '../keys/manifest.ts';
import { readStatusList, type StatusList } from '../revocation/status-list.ts';
import { DomainError } from '../shared/errors.ts';
import { isTrustDocument, type TrustDocument } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';

export type { TrustDocument } from '../shared/shapes/shapes.ts';

export interface Trust {
  readonly issuer: Issuer;
  readonly issuerName: string;
  readonly root: PublicJwk;
  readonly manifest: KeyManifest;
  readonly forms: readonly QrForm[];
  /** Newest good list by URL. */
  readonly lists: ReadonlyMap<string, StatusList>;
  /** Highest version ever seen by list URL, and of the manifest: nothing older is believed (V9). */
  readonly highest: ReadonlyMap<string, number>;
  readonly takenAt: Instant;
  readonly keyOf: (number: number) => Promise<CryptoKey>;
  readonly check: SignatureCheck;
}

/**
 * True when `signature` (r‖s) is ES256 over `input` by that key (RFC 7518 §3.4). WebCrypto everywhere; a server may bring its
 * engine's own, which answers in half the time (native-check.ts).
 */
export type SignatureCheck = (
  key: CryptoKey,
  input: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
) => boolean | Promise<boolean>;

const webCheck: SignatureCheck = (key, input, signature) =>
  crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, input);

/** What a verifier remembers between two trust documents, and the engine it checks signatures with. */
export interface Memory {
  /** The pinned root; when given, a document under any other root is refused. */
  readonly root?: PublicJwk | undefined;
  /** Highest versions seen so far, by list URL; the manifest's under `manifest`. */
  readonly highest?: ReadonlyMap<string, number> | undefined;
  readonly check?: SignatureCheck | undefined;
}

/** Thrown for a trust document that must not be believed; nothing of it is kept. */
export class TrustInvalid extends DomainError {
  constructor(detail: string, cause?: unknown) {
    super('TRUST_INVALID', detail, { cause });
  }
}

/** Thrown for a document that is whole, under a root which nobody here has accepted: a change of roots, or an impostor. Only a person can tell. */
export class OtherRoot extends DomainError {
  /** Of the document's root, as it is published and compared. */
  readonly fingerprint: string;

  constructor(fingerprint: string, pinned: string) {
    super(
      'TRUST_OTHER_ROOT',
      `信任资料的根密钥（指纹 ${fingerprint}）与固定的（${pinned}）不同，没有采用。发证机关如已公告更换根密钥，请从公告或电话另行核对新指纹，逐字一致后用 --accept-root 指纹 接受；不一致即为冒充。`,
    );
    this.fingerprint = fingerprint;
  }
}

/**
 * A Trust whose every part was checked. A bad or rolled-back status list is left out (its certificates become
 * status-unknown); a bad manifest, root or form refuses the whole document.
 * @throws TrustInvalid, OtherRoot
 */
export async function readTrust(value: unknown, memory: Memory = {}): Promise<Trust> {
  if (!isTrustDocument(value))
    throw new TrustInvalid('信任资料格式不符，请用 zhicheng trust --save 重新取得。');
  // the origin is printed in every code: a document that names another host would call a look-alike page ours
  if (didOf(value.issuer.origin) !== value.issuer.did)
    throw new TrustInvalid('信任资料中的网址与发证机关标识不符，不能使用。');
  if (!value.qr.forms.every(form => form.holes.every(hole => isHoleKind(hole.kind)))) {
    throw new TrustInvalid('信任资料中的二维码格式有误，请用 zhicheng trust --save 重新取得。');
  }
  const root = publicJwk(value.root);
  const manifest = await readManifest(value.manifest, root, value.issuer.did);
  if (!manifest) throw new TrustInvalid('信任资料中的密钥清单不是由固定的根密钥签发，或已被改动，不能使用。');
  if (memory.root && !sameJwk(memory.root, root))
    throw new OtherRoot(await rootFingerprint(root), await rootFingerprint(memory.root));
  const highest = new Map(memory.highest ?? []);
  if (manifest.version < (highest.get('manifest') ?? 0))
    throw new TrustInvalid('信任资料比先前见过的更旧，不能使用。');
  highest.set('manifest', manifest.version);
  const issuer: Issuer = { origin: value.issuer.origin, did: value.issuer.did };
  const keyOf = keyImporter(manifest);
  const lists = await readLists(value, { issuer, manifest, keyOf }, highest);
  // schema and isHoleKind have checked the shape; toForms checks every hole against the text
  const forms = toForms(value.qr as Parameters<typeof toForms>[0]);
  return {
    issuer,
    issuerName: value.issuer.name,
    root,
    manifest,
    forms,
    lists,
    highest,
    takenAt: value.takenAt,
    keyOf,
    check: memory.check ?? webCheck,
  };
}

async function readLists(
  document: TrustDocument,
  trust: { issuer: Issuer; manifest: KeyManifest; keyOf: (number: number) => Promise<CryptoKey> },
  highest: Map<string, number>,
): Promise<Map<string, StatusList>> {
  const lists = new Map<string, StatusList>();
  for (const jws of document.statusLists) {
    const list = await readStatusList(jws, trust);
    if (!list || list.version < (highest.get(list.url) ?? 0)) continue;
    highest.set(list.url, list.version);
    lists.set(list.url, list);
  }
  return lists;
}

function keyImporter(manifest: KeyManifest): (number: number) => Promise<CryptoKey> {
  const imported = new Map<number, Promise<CryptoKey>>();
  return number => {
    const jwk = findKey(manifest, number)?.jwk;
    if (!jwk) throw new RangeError(`keyOf: no key ${number} in the manifest`);
    const key = imported.get(number) ?? importPublicJwk(jwk);
    imported.set(number, key);
    return key;
  };
}

/** Larger numbers fit no code that can be printed, and would only cost time. */
const MAX_HOLE_DIGITS = 40;

/** What schemas/trust.json leaves open: a kind the codec knows, with room for at least one value. */
function isHoleKind(kind: unknown): boolean {
  if (kind === 'text' || kind === 'date') return true;
  const { digits, int, oneOf } = (kind ?? {}) as { digits?: unknown; int?: unknown; oneOf?: unknown };
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;
  if (isCount(digits)) return digits <= MAX_HOLE_DIGITS;
  return (
    isCount(int) ||
    (Array.isArray(oneOf) && oneOf.length > 0 && oneOf.every(text => typeof text === 'string'))
  );
}

function sameJwk(one: PublicJwk, other: PublicJwk): boolean {
  return one.x === other.x && one.y === other.y;
}
