/**
 * What the key custodians do with the offline root at hand: make it, add a signing key, retire one, revoke one. Every change
 * is a new manifest version signed by the root; the service only ever reads the result. One certificates key per month.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import {
  es256,
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

/** Everything a ceremony needs besides the key folders. */
export interface Ceremony {
  readonly folders: KeyFolders;
  readonly did: string;
  readonly at: Instant;
  readonly rootPassphrase: string | undefined;
  readonly keyPassphrase: string | undefined;
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
  await signManifest(ceremony, [...keys, key]);
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
  );
  return changed;
}

async function currentKeys(ceremony: Ceremony): Promise<readonly ManifestKey[]> {
  if (!existsSync(join(ceremony.folders.publicKeysDir, 'manifest.jws'))) return [];
  const loaded = await loadManifest(ceremony.folders, ceremony.did);
  return loaded.manifest.keys;
}

async function signManifest(ceremony: Ceremony, keys: readonly ManifestKey[]): Promise<void> {
  const file = join(ceremony.folders.publicKeysDir, 'manifest.jws');
  const version = existsSync(file) ? (await loadManifest(ceremony.folders, ceremony.did)).manifest.version + 1 : 1;
  const rootKey = await openPrivateKey(ceremony.folders, 'root', ceremony.rootPassphrase);
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

function newPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function jsonPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
