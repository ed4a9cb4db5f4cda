/**
 * The drill "lost root": another root takes the bureau's keys over as they are, by a manifest that follows the last one, so that whatever was
 * printed goes on verifying. The old root need not be at hand, only its public half. Who pins it refuses the new one until a person accepts it.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DomainError } from '../shared/errors.ts';
import { newPair, sealManifest, writeCertificates, writeManifest, type Ceremony } from './ceremony.ts';
import { rootFingerprint } from './fingerprint.ts';
import { keepPrivateKey, readRootFile, writeWhole, type KeyFolders, type RootJwk } from './keyring.ts';
import { findKey, keyId, publicJwk, readManifest, type KeyManifest, type ManifestKey } from './manifest.ts';

export interface AdoptionPlan {
  /** Folder of the old public keys; it may be the folder in use. */
  readonly from: string;
  /** The keys to take over, where the old root leaked and may have listed strangers' keys; without it all of them. */
  readonly numbers?: readonly number[] | undefined;
}

export interface Adoption {
  readonly root: RootJwk;
  readonly former: RootJwk;
  readonly version: number;
  readonly adopted: readonly ManifestKey[];
  readonly left: readonly ManifestKey[];
}

interface Former {
  readonly root: RootJwk;
  readonly manifest: KeyManifest;
}

/**
 * A new root stands in the folders, and a manifest of the next version in which it lists the old keys unchanged. The old root's files are
 * kept beside under its fingerprint. A run that was cut off is finished by running it again.
 * @throws DomainError KEYS_EXIST, KEYS_MISSING, KEY_UNKNOWN, MANIFEST_INVALID, PASSPHRASE_MISSING; the manifest in force then stays
 */
export async function adoptRoot(ceremony: Ceremony, { from, numbers }: AdoptionPlan): Promise<Adoption> {
  const { folders } = ceremony;
  demandPlace(folders, from);
  const former = await formerIn(from, ceremony.did);
  const adopted = chosen(former.manifest, numbers);
  const { publicKey, privateKey } = newPair();
  const mark = former.root.test === true ? { test: true as const } : {};
  const root: RootJwk = { ...publicJwk(publicKey.export({ format: 'jwk' })), ...mark };
  const version = former.manifest.version + 1;
  const manifest = await sealManifest({ ...former.manifest, version, iat: ceremony.at, keys: [...adopted] }, root, privateKey);

  await keepFormer(folders, former.root, from);
  const kept = { name: 'root', key: privateKey, rounds: ceremony.passphraseRounds };
  await keepPrivateKey(folders, kept, ceremony.rootPassphrase);
  for (const key of adopted) {
    writeWhole(join(folders.publicKeysDir, `${keyId(key.number)}.json`), `${JSON.stringify(key.jwk, null, 2)}\n`);
    if (key.use === 'files') writeCertificates(ceremony, key, { root, rootKey: privateKey });
  }
  // a running service looks at the root only when the manifest changes, which therefore comes last
  writeWhole(rootFile(folders.publicKeysDir), `${JSON.stringify(root, null, 2)}\n`);
  writeManifest(ceremony, manifest);
  const left = former.manifest.keys.filter(key => !adopted.includes(key));
  return { root, former: former.root, version, adopted, left };
}

/** Name of the old root's files, beside those of the new one. */
export async function formerName(root: RootJwk): Promise<string> {
  return `root-${(await rootFingerprint(root)).replaceAll(' ', '').slice(0, 8)}`;
}

/** Another bureau's keys, or newer ones, are never replaced by what is in an archive. */
function demandPlace({ publicKeysDir }: KeyFolders, from: string): void {
  if (resolve(from) === resolve(publicKeysDir)) return;
  if (!existsSync(rootFile(publicKeysDir)) && !existsSync(manifestIn(publicKeysDir))) return;
  throw new DomainError('KEYS_EXIST', `公钥目录 ${publicKeysDir} 里已有根密钥或清单；就地更换请写 --adopt ${publicKeysDir}，否则请先换一个空目录。`);
}

/**
 * The manifest and the root that signed it: the one in force, or, when a run was cut off before its manifest stood, the one kept beside.
 * @throws DomainError KEYS_MISSING, MANIFEST_INVALID
 */
async function formerIn(folder: string, did: string): Promise<Former> {
  const roots = rootFilesIn(folder);
  if (roots.length === 0 || !existsSync(manifestIn(folder))) {
    throw new DomainError('KEYS_MISSING', `${folder} 里没有原来的 root.json 与 manifest.jws；请指定原公钥目录。`);
  }
  const jws = readFileSync(manifestIn(folder), 'utf8').trim();
  for (const file of roots) {
    const root = readRootFile(join(folder, file));
    const manifest = await readManifest(jws, root, did);
    if (manifest) return { root, manifest };
  }
  throw new DomainError('MANIFEST_INVALID', `${folder} 里的密钥清单不是由其中的根密钥为本网址签发，或已被改动，没有承接；请换用可信的备份。`);
}

function rootFilesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder);
  return [...files.filter(file => file === 'root.json'), ...files.filter(file => /^root-[0-9A-F]{8}\.json$/.test(file))];
}

/** @throws DomainError KEY_UNKNOWN */
function chosen(manifest: KeyManifest, numbers: readonly number[] | undefined): readonly ManifestKey[] {
  if (numbers === undefined) return manifest.keys;
  for (const number of numbers) {
    if (!findKey(manifest, number)) throw new DomainError('KEY_UNKNOWN', `原清单里没有 ${keyId(number)}，没有承接；请核对 --keys。`);
  }
  return manifest.keys.filter(key => numbers.includes(key.number));
}

/** For the record; its private half too, should the passphrase be found again. Never over what was kept before. */
async function keepFormer({ publicKeysDir, privateKeysDir }: KeyFolders, root: RootJwk, from: string): Promise<void> {
  const name = await formerName(root);
  writeWhole(join(publicKeysDir, `${name}.json`), `${JSON.stringify(root, null, 2)}\n`);
  // after a run that was cut off these are the new root's
  if (!existsSync(rootFile(from)) || readRootFile(rootFile(from)).x !== root.x) return;
  const copies: readonly [string, string][] = [
    [join(from, 'root.crt'), join(publicKeysDir, `${name}.crt`)],
    [join(privateKeysDir, 'root.jwe'), join(privateKeysDir, `${name}.jwe`)],
  ];
  for (const [file, copy] of copies) if (existsSync(file) && !existsSync(copy)) copyFileSync(file, copy);
}

function rootFile(folder: string): string {
  return join(folder, 'root.json');
}

function manifestIn(folder: string): string {
  return join(folder, 'manifest.jws');
}
