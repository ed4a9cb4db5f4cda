/**
 * What the key custodians do with the offline root at hand: make it, add a signing key, retire one, revoke one. Every change
 * is a new manifest version signed by the root; the service only ever reads the result. One certificates key per month.
 */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { fromBase64url } from '../shared/bytes.ts';
import { joined } from '../shared/der.ts';
import { DomainError } from '../shared/errors.ts';
import { startOf, type Instant } from '../shared/time.ts';
import {
  es256,
  certificateFile,
  keepPrivateKey,
  loadManifest,
  openPrivateKey,
  readRoot,
  writeWhole,
  type KeyFolders,
  type RootJwk,
} from './keyring.ts';
import { dropReference, keepReference } from './kms-reference.ts';
import { MANIFEST_TYP, findKey, isLive,
  keyId, publicJwk, readManifest, type KeyManifest, type KeyUse, type ManifestKey, type PublicJwk } from './manifest.ts';
import { remoteSigner, type SignerSettings } from './remote-signer.ts';
import { newLabel } from './signer-contract.ts';
import { certificateOf, pointOf, toBeSigned, toPem, type CertificatePlan } from './x509.ts';

/** Everything a ceremony needs besides the key folders. */
export interface Ceremony {
  readonly folders: KeyFolders;
  readonly did: string;
  readonly at: Instant;
  readonly rootPassphrase: string | undefined;
  readonly keyPassphrase: string | undefined;
  /** Where the private half is made of a key that is planned `inKms`. */
  readonly signer?: SignerSettings | undefined;
  /** Whose name the certificates of files keys bear. */
  readonly issuerName?: string;
  /** PBKDF2 rounds of the passphrases, by default 210,000; only tests, whose passphrases are no secrets, ask for fewer. */
  readonly passphraseRounds?: number | undefined;
}

/**
 * A new root key pair stands in the folders, the private half sealed.
 * @param test marks the root, and so every key and certificate under it, as without legal effect
 * @throws DomainError KEYS_EXIST when there is a root already: a root is never replaced silently
 */
export async function makeRoot(ceremony: Ceremony, test: boolean): Promise<RootJwk> {
  const { folders } = ceremony;
  if (existsSync(join(folders.publicKeysDir, 'root.json'))) {
    throw new DomainError('KEYS_EXIST', '已有根密钥；更换根密钥并承接现有密钥请加 --adopt 公钥目录。');
  }
  const pair = newPair();
  const root: RootJwk = { ...publicJwk(pair.publicKey.export({ format: 'jwk' })), ...(test ? { test: true } : {}) };
  const kept = { name: 'root', key: pair.privateKey, rounds: ceremony.passphraseRounds };
  await keepPrivateKey(folders, kept, ceremony.rootPassphrase);
  writeWhole(join(folders.publicKeysDir, 'root.json'), `${JSON.stringify(root, null, 2)}\n`);
  return root;
}

export interface KeyPlan {
  readonly use: KeyUse;
  readonly month?: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** The pair is made in the signer and its private half never leaves it; else it is sealed beside the others. */
  readonly inKms?: boolean;
}

/**
 * A new signing key stands in the manifest with its window; its private half is sealed beside the others, or in the signer.
 * @throws DomainError KEYS_EXIST when that month already has a key that may sign, MANIFEST_INVALID for an impossible plan,
 * SIGNER_UNAVAILABLE, SIGNER_WRONG
 */
export async function addKey(ceremony: Ceremony, plan: KeyPlan): Promise<ManifestKey> {
  const keys = await currentKeys(ceremony);
  if (plan.use === 'certificates' && keys.some(key => key.month === plan.month && isLive(key))) {
    throw new DomainError('KEYS_EXIST', `${plan.month} 已有签发密钥；如要更换，请先用 zhicheng keys retire 停用旧密钥。`);
  }
  return addTo(ceremony, keys, plan);
}

/** The new key's files stand only after the root was opened and the manifest found good: a ceremony that fails leaves nothing behind. */
async function addTo(ceremony: Ceremony, keys: readonly ManifestKey[], plan: KeyPlan): Promise<ManifestKey> {
  const { folders } = ceremony;
  const root = readRoot(folders);
  const rootKey = await openRoot(ceremony);
  const number = Math.max(0, ...keys.map(key => key.number)) + 1;
  const { jwk, keep } = plan.inKms === true ? await pairInKms(ceremony, number, plan.use) : pairInFile(ceremony, number);
  if (keys.some(key => key.jwk.x === jwk.x)) throw new DomainError('SIGNER_WRONG', '签名服务给出的公钥已属于另一把密钥，未建立；请联系系统管理员。');
  const key: ManifestKey = {
    number,
    use: plan.use,
    ...(plan.month === undefined ? {} : { month: plan.month }),
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    ...(root.test === true ? { test: true } : {}),
    jwk,
  };
  const manifest = await signedManifest(ceremony, [...keys, key], rootKey);
  await keep();
  writeWhole(join(folders.publicKeysDir, `${keyId(number)}.json`), `${JSON.stringify(key.jwk, null, 2)}\n`);
  if (plan.use === 'files') writeCertificates(ceremony, key, { root, rootKey });
  writeManifest(ceremony, manifest);
  return key;
}

/** A new pair, and how this machine keeps its way to the private half once the manifest is found good. */
interface NewPair {
  readonly jwk: PublicJwk;
  readonly keep: () => Promise<void>;
}

function pairInFile({ folders, keyPassphrase, passphraseRounds: rounds }: Ceremony, number: number): NewPair {
  const { publicKey, privateKey } = newPair();
  const kept = { name: keyId(number), key: privateKey, rounds };
  const keep = async (): Promise<void> => {
    await keepPrivateKey(folders, kept, keyPassphrase);
    dropReference(folders, kept.name); // of a ceremony that was cut off between here and the manifest
  };
  return { jwk: publicJwk(publicKey.export({ format: 'jwk' })), keep };
}

/** A pair of a ceremony that fails after this stays in the signer under a label that nothing names: no manifest, no service. */
async function pairInKms({ folders, signer }: Ceremony, number: number, use: KeyUse): Promise<NewPair> {
  if (!signer) throw new DomainError('SIGNER_UNAVAILABLE', '请先设 ZHICHENG_SIGNER_URL 与 ZHICHENG_SIGNER_CUSTODIAN_TOKEN_FILE。');
  const label = newLabel(number);
  const jwk = await remoteSigner(signer).create({ label, use });
  return { jwk, keep: () => Promise.resolve(keepReference(folders, keyId(number), label)) };
}

/**
 * The X.509 certificates of that files key and of the root stand beside the public keys, made anew: for a key older than they are, or when
 * the bureau's name has changed.
 * @throws DomainError KEY_UNKNOWN when the manifest has no such files key
 */
export async function certifyKey(ceremony: Ceremony, number: number): Promise<ManifestKey> {
  const { manifest } = await loadManifest(ceremony.folders, ceremony.did);
  const key = findKey(manifest, number);
  if (key?.use !== 'files')
    throw new DomainError('KEY_UNKNOWN', `${keyId(number)} 不是文件签章密钥；用 zhicheng keys list 查看。`);
  writeCertificates(ceremony, key, { root: readRoot(ceremony.folders), rootKey: await openRoot(ceremony) });
  return key;
}

/** The key signs no more; what it signed before stays valid, and the key stays listed. @throws DomainError KEY_UNKNOWN, KEY_RETIRED */
export async function retireKey(ceremony: Ceremony, number: number): Promise<ManifestKey> {
  return changeKey(ceremony, number, key => {
    if (!isLive(key)) throw new DomainError('KEY_RETIRED', `${keyId(number)} 已经停用。`);
    return { ...key, retiredAt: ceremony.at };
  });
}

/** Nothing this key signed is valid any more. @throws DomainError KEY_UNKNOWN, KEY_RETIRED when it is revoked already */
export async function revokeKey(ceremony: Ceremony, number: number): Promise<ManifestKey> {
  return changeKey(ceremony, number, key => {
    if (key.revokedAt !== undefined) throw new DomainError('KEY_RETIRED', `${keyId(number)} 已经作废。`);
    return { ...key, revokedAt: ceremony.at };
  });
}

/**
 * Nothing this key signed is valid any more, and when a plan is given another key stands in its place: one manifest says both, so that no
 * moment is without a key. A key that is revoked already stays as it is.
 * @throws DomainError KEY_UNKNOWN
 */
export async function replaceKey(
  ceremony: Ceremony,
  number: number,
  plan: KeyPlan | undefined,
): Promise<{ readonly revoked: ManifestKey; readonly added: ManifestKey | undefined }> {
  const { keys, found } = await namedKey(ceremony, number);
  const revoked = found.revokedAt === undefined ? { ...found, revokedAt: ceremony.at } : found;
  if (revoked === found && plan === undefined) return { revoked, added: undefined };
  const changed = keys.map(key => (key.number === number ? revoked : key));
  if (plan !== undefined) return { revoked, added: await addTo(ceremony, changed, plan) };
  writeManifest(ceremony, await signedManifest(ceremony, changed, await openRoot(ceremony)));
  return { revoked, added: undefined };
}

async function changeKey(
  ceremony: Ceremony,
  number: number,
  change: (key: ManifestKey) => ManifestKey,
): Promise<ManifestKey> {
  const { keys, found } = await namedKey(ceremony, number);
  const changed = change(found);
  const all = keys.map(key => (key.number === number ? changed : key));
  writeManifest(ceremony, await signedManifest(ceremony, all, await openRoot(ceremony)));
  return changed;
}

async function namedKey(
  ceremony: Ceremony,
  number: number,
): Promise<{ keys: readonly ManifestKey[]; found: ManifestKey }> {
  const { manifest } = await loadManifest(ceremony.folders, ceremony.did);
  const found = findKey(manifest, number);
  if (!found) throw new DomainError('KEY_UNKNOWN', `清单里没有 ${keyId(number)}；用 zhicheng keys list 查看。`);
  return { keys: manifest.keys, found };
}

async function currentKeys(ceremony: Ceremony): Promise<readonly ManifestKey[]> {
  if (!existsSync(join(ceremony.folders.publicKeysDir, 'manifest.jws'))) return [];
  const loaded = await loadManifest(ceremony.folders, ceremony.did);
  return loaded.manifest.keys;
}

async function openRoot({ folders, rootPassphrase }: Ceremony): Promise<KeyObject> {
  return openPrivateKey(folders, 'root', rootPassphrase);
}

async function signedManifest(
  ceremony: Ceremony,
  keys: readonly ManifestKey[],
  rootKey: KeyObject,
): Promise<string> {
  const file = manifestFile(ceremony);
  const version = existsSync(file) ? (await loadManifest(ceremony.folders, ceremony.did)).manifest.version + 1 : 1;
  const manifest: KeyManifest = { iss: ceremony.did, version, iat: ceremony.at, keys: [...keys] };
  return sealManifest(manifest, readRoot(ceremony.folders), rootKey);
}

/** The manifest as that root signs it. @throws DomainError MANIFEST_INVALID when no reader would take it */
export async function sealManifest(manifest: KeyManifest, root: RootJwk, rootKey: KeyObject): Promise<string> {
  const kid = await calculateJwkThumbprint(publicJwk(root));
  const input = `${jsonPart({ alg: 'ES256', typ: MANIFEST_TYP, kid })}.${jsonPart(manifest)}`;
  const jws = `${input}.${es256(input, rootKey)}`;
  // it must read back under the public root before it replaces the manifest in force: a bad one would stop the service
  if (!(await readManifest(jws, root, manifest.iss))) {
    throw new DomainError('MANIFEST_INVALID', '新清单不合格（月份、起止时间或根私钥不对），原清单未改动；请核对后重做。');
  }
  return jws;
}

export function writeManifest(ceremony: Ceremony, jws: string): void {
  writeWhole(manifestFile(ceremony), `${jws}\n`);
}

function manifestFile({ folders }: Ceremony): string {
  return join(folders.publicKeysDir, 'manifest.jws');
}

/** A root with both its halves. */
export interface OpenRoot {
  readonly root: RootJwk;
  readonly rootKey: KeyObject;
}

/** The root's certificate outlives every key: its dates bound nothing of ours, the manifest does. */
const ROOT_FROM: Instant = startOf('2020-01-01');
const ROOT_UNTIL: Instant = startOf('2100-01-01') - 1;

/** Readers of PDF know the bureau by these: the key's under the root's, and the root's under itself. */
export function writeCertificates({ folders, did, issuerName }: Ceremony, key: ManifestKey, { root, rootKey }: OpenRoot): void {
  const mark = root.test === true ? '（测试，无效力）' : '';
  const nameOf = (what: string) => ({ organisation: issuerName, commonName: `${did} ${what}${mark}` });
  const [issuer, rootHash, keyHash] = [nameOf('根密钥'), sha256(pointOf(root)), sha256(pointOf(key.jwk))];
  const own = { issuer, issuerKeyHash: rootHash };
  // two roots of one bureau bear one name: only with the root in it no serial number stands twice (RFC 5280 §4.1.2.2)
  const serialHash = sha256(joined([pointOf(key.jwk), pointOf(root)]));
  const plans: readonly [string, CertificatePlan][] = [
    [
      'root',
      { ...own, serial: serialOf(rootHash), subject: issuer, subjectKeyHash: rootHash, jwk: publicJwk(root),
        notBefore: Math.min(ROOT_FROM, key.notBefore), notAfter: ROOT_UNTIL, isRoot: true },
    ],
    [
      keyId(key.number),
      { ...own, serial: serialOf(serialHash), subject: nameOf(`文件签章 ${keyId(key.number)}`), subjectKeyHash: keyHash, jwk: key.jwk,
        notBefore: key.notBefore, notAfter: Math.min(key.notAfter, ROOT_UNTIL), isRoot: false },
    ],
  ];
  for (const [name, plan] of plans) {
    const signed = toBeSigned(plan);
    const signature = fromBase64url(es256(signed, rootKey)) ?? new Uint8Array();
    writeWhole(certificateFile(folders, name), toPem(certificateOf(signed, signature)));
  }
}

/** Sixteen bytes that follow from the key (RFC 5280 §4.1.2.2: positive, at most 20). */
function serialOf(hash: Uint8Array): Uint8Array {
  return Uint8Array.of(0x40 | ((hash[0] ?? 0) & 0x3f), ...hash.subarray(1, 16));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

export function newPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function jsonPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
