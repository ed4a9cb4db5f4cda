/**
 * Keys as the running service sees them: the manifest in force, re-read when its file changes and never older than one seen
 * before, and signers opened once per key. Knows files only through keyring.ts, so a KMS can take that file's place.
 */
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import {
  loadManifest,
  manifestStamp,
  openSigner,
  readChain,
  type Chain,
  type KeyFolders,
  type LoadedManifest,
  type Signer,
} from './keyring.ts';
import { findKey, isLive, maySign, keyId, type KeyUse, type ManifestKey } from './manifest.ts';

export interface KeyService {
  /** The manifest in force. @throws DomainError KEYS_MISSING, MANIFEST_INVALID, MANIFEST_ROLLED_BACK */
  readonly manifest: () => Promise<LoadedManifest>;
  /** The key that signs that month's certificates, or the status lists, at that instant. @throws DomainError KEY_UNKNOWN … */
  readonly keyFor: (wanted: { use: KeyUse; month?: string; at: Instant }) => Promise<ManifestKey>;
  /** @throws DomainError PASSPHRASE_MISSING, PASSPHRASE_WRONG, KEY_UNKNOWN, KEY_RETIRED */
  readonly signer: (number: number) => Promise<Signer>;
  /** X.509 certificates of that files key, for readers of PDF. @throws DomainError KEYS_MISSING, KEY_UNKNOWN */
  readonly chain: (number: number) => Promise<Chain>;
}

/** @param settings key folders and the passphrase of the signing keys; @param did the issuer the manifest must name */
export function keyService(settings: KeyFolders & { readonly keyPassphrase: string | undefined }, did: string): KeyService {
  let loaded: { stamp: string; value: LoadedManifest } | undefined;
  const signers = new Map<number, Promise<Signer>>();

  async function manifest(): Promise<LoadedManifest> {
    const stamp = manifestStamp(settings);
    if (loaded?.stamp === stamp) return loaded.value;
    const value = await loadManifest(settings, did);
    if (loaded && value.manifest.version < loaded.value.manifest.version) {
      throw new DomainError('MANIFEST_ROLLED_BACK', '密钥清单的版本比先前见过的更旧，拒绝使用；请放回最新清单。');
    }
    loaded = { stamp, value };
    return value;
  }

  return {
    manifest,
    keyFor: async wanted => chosenKey((await manifest()).manifest.keys, wanted),
    signer: async number => {
      const key = findKey((await manifest()).manifest, number);
      if (!key) throw new DomainError('KEY_UNKNOWN', `密钥清单里没有 ${keyId(number)}。`);
      if (!isLive(key)) {
        throw new DomainError('KEY_RETIRED', `${keyId(number)} 已停用或作废，不能再签发。`);
      }
      const known = signers.get(number) ?? openSigner(settings, number, settings.keyPassphrase);
      signers.set(number, known);
      known.catch(() => signers.delete(number));
      return known;
    },
    chain: async number => {
      const { manifest: current, root } = await manifest();
      const chain = readChain(settings, number);
      // certificates of an older ceremony in the folder would make a signature that no verifier believes
      if (chain.leaf.jwk.x === findKey(current, number)?.jwk.x && chain.root.jwk.x === root.x) return chain;
      throw new DomainError('KEYS_MISSING', `${keyId(number)} 的证书与清单不符，请用 zhicheng keys certify ${keyId(number)} 重新建立。`);
    },
  };
}

const USE_WORDS: Readonly<Record<Exclude<KeyUse, 'certificates'>, string>> = {
  'status-lists': '状态列表密钥',
  'use-copies': '加注副本密钥',
  files: '文件签章密钥',
};

function chosenKey(keys: readonly ManifestKey[], wanted: { use: KeyUse; month?: string; at: Instant }): ManifestKey {
  const fitting = keys.filter(key => key.use === wanted.use && key.month === wanted.month);
  const name = wanted.use === 'certificates' ? `${wanted.month} 的签发密钥` : USE_WORDS[wanted.use];
  const command = wanted.use === 'certificates' ? `--month ${wanted.month}` : `--use ${wanted.use}`;
  if (fitting.length === 0) throw new DomainError('KEY_UNKNOWN', `还没有${name}，请先运行 zhicheng keys add ${command}。`);
  const live = fitting.filter(isLive);
  if (live.length === 0) throw new DomainError('KEY_RETIRED', `${name}已停用，请先运行 zhicheng keys add ${command}。`);
  const open = live.find(key => maySign(key, wanted.at));
  if (!open) throw new DomainError('KEY_OUTSIDE_WINDOW', `${name}不在有效的签发时间内，请停用它并另建新密钥。`);
  return open;
}
