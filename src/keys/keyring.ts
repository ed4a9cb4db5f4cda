/**
 * Keys as files: public ones (root, signed manifest, one JWK per key) in one folder that may be published, private ones each
 * in a JWE under a passphrase in another. The root's half is needed only for the verbs in ceremony.ts and belongs offline.
 */
import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose';
import { DomainError } from '../shared/errors.ts';
import { keyId, publicJwk, readManifest, type KeyManifest, type PublicJwk } from './manifest.ts';
import { fromPem, readCertificate, type X509 } from './x509.ts';

/** Public root key as kept in root.json; `test` marks everything below it as without legal effect. */
export type RootJwk = PublicJwk & { readonly test?: true };

/** Signs with one private key, wherever that is (open-signer.ts). */
export interface Signer {
  readonly number: number;
  /** base64url of raw r‖s (IEEE P1363, 64 bytes) over SHA-256 of the bytes, of a text in UTF-8: JWA ES256 (RFC 7518 §3.4). */
  readonly sign: (input: string | Uint8Array) => Promise<string>;
}

export interface KeyFolders {
  readonly publicKeysDir: string;
  readonly privateKeysDir: string;
}

export interface LoadedManifest {
  readonly manifest: KeyManifest;
  readonly jws: string;
  readonly root: RootJwk;
}

/** PBKDF2 rounds for key files: slow enough for a stolen file, quick enough for a monthly start (OWASP 2023: 210,000). */
const PBES2_ROUNDS = 210_000;
const ALG = 'PBES2-HS512+A256KW';

/** @throws DomainError KEYS_MISSING before the first ceremony */
export function readRoot(folders: KeyFolders): RootJwk {
  const file = join(folders.publicKeysDir, 'root.json');
  if (!existsSync(file)) throw new DomainError('KEYS_MISSING', '还没有根密钥，请先运行 zhicheng keys root。');
  return readRootFile(file);
}

/** @throws DomainError MANIFEST_INVALID when it holds no public key */
export function readRootFile(file: string): RootJwk {
  try {
    const jwk = JSON.parse(readFileSync(file, 'utf8')) as { x?: string; y?: string; test?: boolean };
    return { ...publicJwk(jwk), ...(jwk.test === true ? { test: true } : {}) };
  } catch (error) {
    throw new DomainError('MANIFEST_INVALID', `${file} 不是根密钥的公钥，或已损坏；请从可信来源重新取得。`, { cause: error });
  }
}

/**
 * The manifest in force, checked against the pinned root.
 * @throws DomainError KEYS_MISSING, or MANIFEST_INVALID when another root signed it or it was altered
 */
export async function loadManifest(folders: KeyFolders, did: string): Promise<LoadedManifest> {
  const root = readRoot(folders);
  const file = join(folders.publicKeysDir, 'manifest.jws');
  if (!existsSync(file)) throw new DomainError('KEYS_MISSING', '还没有密钥清单，请先运行 zhicheng keys add。');
  const jws = readFileSync(file, 'utf8').trim();
  const manifest = await readManifest(jws, root, did);
  if (!manifest) {
    throw new DomainError('MANIFEST_INVALID', '密钥清单不是由本机固定的根密钥为本网址签发，或已被改动；请从可信来源重新取得。');
  }
  return { manifest, jws, root };
}

/** The certificates that readers of PDF know a files key by. */
export interface Chain {
  readonly leaf: X509;
  readonly root: X509;
}

/** File of the X.509 certificate of that name, `root` or `key-7`, among the public keys. */
export function certificateFile(folders: KeyFolders, name: string): string {
  return join(folders.publicKeysDir, `${name}.crt`);
}

/** The certificates of that files key and of the root. @throws DomainError KEYS_MISSING when one is absent or no certificate */
export function readChain(folders: KeyFolders, number: number): Chain {
  const read = (name: string): X509 => {
    const file = certificateFile(folders, name);
    const der = existsSync(file) ? fromPem(readFileSync(file, 'utf8')) : undefined;
    const certificate = der && readCertificate(der);
    if (certificate) return certificate;
    throw new DomainError('KEYS_MISSING', `缺少 ${name}.crt，请用 zhicheng keys certify ${keyId(number)} 建立证书。`);
  };
  return { leaf: read(keyId(number)), root: read('root') };
}

/** By which two manifests of one version are told apart. */
export function manifestHash(jws: string): string {
  return createHash('sha256').update(jws).digest('hex');
}

/** Changes whenever the manifest file does: lets a service notice a new manifest cheaply. */
export function manifestStamp(folders: KeyFolders): string {
  const file = join(folders.publicKeysDir, 'manifest.jws');
  if (!existsSync(file)) return 'none';
  const { mtimeMs, size, ino } = statSync(file);
  return `${mtimeMs}-${size}-${ino}`;
}

/**
 * A signer for that key, opened with the passphrase.
 * @throws DomainError KEY_UNKNOWN without a private file, PASSPHRASE_MISSING, PASSPHRASE_WRONG
 */
export async function openSigner(folders: KeyFolders, number: number, passphrase: string | undefined): Promise<Signer> {
  const key = await openPrivateKey(folders, keyId(number), passphrase);
  return { number, sign: input => Promise.resolve(es256(input, key)) };
}

/** ES256 by the engine's own code: nine times faster than did-jwt's signer (measured). */
export function es256(input: string | Uint8Array, key: KeyObject): string {
  return sign('sha256', typeof input === 'string' ? Buffer.from(input, 'utf8') : input, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

/** @param name `root` or `key-7` */
export async function openPrivateKey(folders: KeyFolders, name: string, passphrase: string | undefined): Promise<KeyObject> {
  const file = join(folders.privateKeysDir, `${name}.jwe`);
  if (!existsSync(file)) {
    const way = name === 'root' ? '如已遗失，请用 zhicheng keys root --adopt 建立新根密钥并承接现有密钥' : '或另建密钥';
    throw new DomainError('KEY_UNKNOWN', `本机没有 ${name} 的私钥文件；请在保管它的机器上操作；${way}。`);
  }
  const secret = demandPassphrase(name, passphrase);
  try {
    const opened = await compactDecrypt(readFileSync(file, 'utf8').trim(), secret, {
      keyManagementAlgorithms: [ALG],
      maxPBES2Count: PBES2_ROUNDS,
    });
    const jwk = JSON.parse(new TextDecoder().decode(opened.plaintext)) as JWK;
    return createPrivateKey({ key: jwk as Record<string, unknown>, format: 'jwk' });
  } catch (error) {
    throw new DomainError('PASSPHRASE_WRONG', `${name} 的口令不对，或私钥文件已损坏；请核对口令来源。`, { cause: error });
  }
}

/** The private half is on disk afterwards, readable only with the passphrase. @param kept `rounds` of PBKDF2, default 210,000 */
export async function keepPrivateKey(
  folders: KeyFolders,
  kept: { name: string; key: KeyObject; rounds: number | undefined },
  passphrase: string | undefined,
): Promise<void> {
  const secret = demandPassphrase(kept.name, passphrase);
  const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(kept.key.export({ format: 'jwk' }))))
    .setProtectedHeader({ alg: ALG, enc: 'A256GCM' })
    .setKeyManagementParameters({ p2c: kept.rounds ?? PBES2_ROUNDS })
    .encrypt(secret);
  writeWhole(join(folders.privateKeysDir, `${kept.name}.jwe`), `${jwe}\n`, 0o600);
}

/** The file holds the new text or still the old one, whatever happens meanwhile: temporary file, fsync, rename. */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  mkdirSync(join(file, '..'), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'w', mode);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

/** Shorter passphrases are refused when a key is made; NIST SP 800-63B asks at least 8, a key file deserves more. */
const MIN_PASSPHRASE = 12;

function demandPassphrase(name: string, passphrase: string | undefined): Uint8Array {
  const setting = name === 'root' ? 'ZHICHENG_ROOT_PASSPHRASE' : 'ZHICHENG_KEY_PASSPHRASE';
  if (passphrase === undefined || passphrase.length < MIN_PASSPHRASE) {
    throw new DomainError('PASSPHRASE_MISSING', `请用 ${setting} 或 ${setting}_FILE 提供至少 ${MIN_PASSPHRASE} 个字符的口令。`);
  }
  return new TextEncoder().encode(passphrase);
}
