/**
 * What the key custodians do with the offline root at hand: make it, add a signing key, retire one, revoke one. Every change
 * is a new manifest version signed by the root; the service only ever reads the result. One certificates key per month.
 */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { fromBase64url } from '../shared/bytes.ts';
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
import { MANIFEST_TYP, findKey, isLive,
  keyId, publicJwk, readManifest, type KeyManifest, type KeyUse, type ManifestKey } from './manifest.ts';
import { certificateOf, pointOf, toBeSigned, toPem, type CertificatePlan } from './x509.ts';

/** Everything a ceremony needs besides the key folders. */
export interface Ceremony {
  readonly folders: KeyFolders;
  readonly did: string;
  readonly at: Instant;
  readonly rootPassphrase: string | undefined;
  readonly keyPassphrase: string | undefined;
  /** Whose name the certificates of files keys bear. */
  readonly issuerName?: string;
}

/**
 * A new root key pair stands in the folders, the private half sealed.
 * @param test marks the root, and so every key and certificate under it, as without legal effect
 * @throws DomainError KEYS_EXIST when there is a root already: a root is never replaced silently
 */
export async function makeRoot(ceremony: Ceremony, test: boolean): Promise<RootJwk> {
  const { folders } = ceremony;
  if (existsSync(join(folders.publicKeysDir, 'root.json'))) {
    throw new DomainError('KEYS_EXIST', '已有根密钥；更换根密钥须先把 root.json 与全部密钥移到档案处。');
  }
  const pair = newPair();
  const root: RootJwk = { ...publicJwk(pair.publicKey.export({ format: 'jwk' })), ...(test ? { test: true } : {}) };
  await keepPrivateKey(folders, { name: 'root', key: pair.privateKey }, ceremony.rootPassphrase);
  writeWhole(join(folders.publicKeysDir, 'root.json'), `${JSON.stringify(root, null, 2)}\n`);
  return root;
}

export interface KeyPlan {
  readonly use: KeyUse;
  readonly month?: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/**
 * A new signing key stands in the manifest with its window; its private half is sealed beside the others.
 * @throws DomainError KEYS_EXIST when that month already has a key that may sign, MANIFEST_INVALID for an impossible plan
 */
export async function addKey(ceremony: Ceremony, plan: KeyPlan): Promise<ManifestKey> {
  const root = readRoot(ceremony.folders);
  const keys = await currentKeys(ceremony);
  if (plan.use === 'certificates' && keys.some(key => key.month === plan.month && isLive(key))) {
    throw new DomainError('KEYS_EXIST', `${plan.month} 已有签发密钥；如要更换，请先用 zhicheng keys retire 停用旧密钥。`);
  }
  const pair = newPair();
  const number = Math.max(0, ...keys.map(key => key.number)) + 1;
  const key: ManifestKey = {
    number,
    use: plan.use,
    ...(plan.month === undefined ? {} : { month: plan.month }),
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    ...(root.test === true ? { test: true } : {}),
    jwk: publicJwk(pair.publicKey.export({ format: 'jwk' })),
  };
  await keepPrivateKey(ceremony.folders, { name: keyId(number), key: pair.privateKey }, ceremony.keyPassphrase);
  writeWhole(join(ceremony.folders.publicKeysDir, `${keyId(number)}.json`), `${JSON.stringify(key.jwk, null, 2)}\n`);
  const rootKey = await openRoot(ceremony);
  if (plan.use === 'files') writeCertificates(ceremony, key, rootKey);
  await signManifest(ceremony, [...keys, key], rootKey);
  return key;
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
  writeCertificates(ceremony, key, await openRoot(ceremony));
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

async function changeKey(
  ceremony: Ceremony,
  number: number,
  change: (key: ManifestKey) => ManifestKey,
): Promise<ManifestKey> {
  const loaded = await loadManifest(ceremony.folders, ceremony.did);
  const found = findKey(loaded.manifest, number);
  if (!found) throw new DomainError('KEY_UNKNOWN', `清单里没有 ${keyId(number)}；用 zhicheng keys list 查看。`);
  const changed = change(found);
  await signManifest(
    ceremony,
    loaded.manifest.keys.map(key => (key.number === number ? changed : key)),
    await openRoot(ceremony),
  );
  return changed;
}

async function currentKeys(ceremony: Ceremony): Promise<readonly ManifestKey[]> {
  if (!existsSync(join(ceremony.folders.publicKeysDir, 'manifest.jws'))) return [];
  const loaded = await loadManifest(ceremony.folders, ceremony.did);
  return loaded.manifest.keys;
}

async function openRoot({ folders, rootPassphrase }: Ceremony): Promise<KeyObject> {
  return openPrivateKey(folders, 'root', rootPassphrase);
}

async function signManifest(ceremony: Ceremony, keys: readonly ManifestKey[], rootKey: KeyObject): Promise<void> {
  const file = join(ceremony.folders.publicKeysDir, 'manifest.jws');
  const version = existsSync(file) ? (await loadManifest(ceremony.folders, ceremony.did)).manifest.version + 1 : 1;
  const manifest: KeyManifest = { iss: ceremony.did, version, iat: ceremony.at, keys: [...keys] };
  const kid = await calculateJwkThumbprint(publicJwk(readRoot(ceremony.folders)));
  const input = `${jsonPart({ alg: 'ES256', typ: MANIFEST_TYP, kid })}.${jsonPart(manifest)}`;
  const jws = `${input}.${es256(input, rootKey)}`;
  // it must read back under the public root before it replaces the manifest in force: a bad one would stop the service
  if (!(await readManifest(jws, readRoot(ceremony.folders), ceremony.did))) {
    throw new DomainError('MANIFEST_INVALID', '新清单不合格（月份、起止时间或根私钥不对），原清单未改动；请核对后重做。');
  }
  writeWhole(file, `${jws}\n`);
}

/** The root's certificate outlives every key: its dates bound nothing of ours, the manifest does. */
const ROOT_FROM: Instant = startOf('2020-01-01');
const ROOT_UNTIL: Instant = startOf('2100-01-01') - 1;

/** Readers of PDF know the bureau by these: the key's under the root's, and the root's under itself. */
function writeCertificates({ folders, did, issuerName }: Ceremony, key: ManifestKey, rootKey: KeyObject): void {
  const root = readRoot(folders);
  const mark = root.test === true ? '（测试，无效力）' : '';
  const nameOf = (what: string) => ({ organisation: issuerName, commonName: `${did} ${what}${mark}` });
  const [issuer, rootHash, keyHash] = [nameOf('根密钥'), sha256(pointOf(root)), sha256(pointOf(key.jwk))];
  const own = { issuer, issuerKeyHash: rootHash };
  const plans: readonly [string, CertificatePlan][] = [
    [
      'root',
      { ...own, serial: serialOf(rootHash), subject: issuer, subjectKeyHash: rootHash, jwk: publicJwk(root),
        notBefore: Math.min(ROOT_FROM, key.notBefore), notAfter: ROOT_UNTIL, isRoot: true },
    ],
    [
      keyId(key.number),
      { ...own, serial: serialOf(keyHash), subject: nameOf(`文件签章 ${keyId(key.number)}`), subjectKeyHash: keyHash, jwk: key.jwk,
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

function newPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function jsonPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
