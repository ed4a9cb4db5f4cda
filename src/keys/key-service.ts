/**
 * Keys as the running service sees them: the manifest in force, re-read when its file changes and never older than one seen
 * before, and signers opened once per key. Where a private half is, is open-signer.ts's to know.
 */
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import { isDestroyed } from './destroyed.ts';
import { loadManifest, manifestHash, manifestStamp, readChain, type Chain, type LoadedManifest, type Signer } from './keyring.ts';
import { findKey, isLive, maySign, keyId, type KeyUse, type ManifestKey } from './manifest.ts';
import { openKey, type OpeningSettings } from './open-signer.ts';

export interface KeyService {
  /** The manifest in force. @throws DomainError KEYS_MISSING, MANIFEST_INVALID, MANIFEST_ROLLED_BACK */
  readonly manifest: () => Promise<LoadedManifest>;
  /** The key that signs that month's certificates, or the status lists, at that instant. @throws DomainError KEY_UNKNOWN … */
  readonly keyFor: (wanted: { use: KeyUse; month?: string; at: Instant }) => Promise<ManifestKey>;
  /**
   * Asks anew before every signature whether the key may still sign: one that was retired, revoked or destroyed meanwhile signs no more.
   * @throws DomainError PASSPHRASE_MISSING, PASSPHRASE_WRONG, KEY_UNKNOWN, KEY_RETIRED, KEY_DESTROYED; its `sign` throws the same
   */
  readonly signer: (number: number) => Promise<Signer>;
  /**
   * That key has just signed a trial text, and rightly: what is promised now can be signed.
   * @throws DomainError as `signer`, SIGNER_UNAVAILABLE, SIGNER_WRONG
   */
  readonly prove: (number: number) => Promise<void>;
  /** X.509 certificates of that files key, for readers of PDF. @throws DomainError KEYS_MISSING, KEY_UNKNOWN */
  readonly chain: (number: number) => Promise<Chain>;
}

/** The manifests that were ever in force here, kept where an older file put back cannot reach it. */
export interface ManifestMemory {
  /** The highest version ever seen, with the SHA-256 of its JWS; undefined before the first. */
  readonly newest: () => Promise<{ readonly version: number; readonly sha256: string } | undefined>;
  readonly remember: (seen: LoadedManifest) => Promise<void>;
}

/** A newer manifest that another machine took up is noticed within this time: with the older one, a revoked key would stay green here. */
const LOOK_MILLISECONDS = 30_000;

/** No JWS, no CMS, no certificate begins like this: a signature over it vouches for nothing. */
const TRIAL = 'zhicheng: may this key sign?';

/**
 * @param settings key folders, the passphrase of the sealed keys, the signer of the others; @param did the issuer the manifest must name
 * @param memory without one, only what this process has seen counts
 */
export function keyService(settings: OpeningSettings, did: string, memory?: ManifestMemory): KeyService {
  let loaded: { stamp: string; value: LoadedManifest } | undefined;
  let lookedAt = -Infinity;
  const signers = new Map<number, Promise<Signer>>();

  async function manifest(): Promise<LoadedManifest> {
    for (const open of signers.keys()) if (isDestroyed(settings, open)) signers.delete(open);
    const stamp = manifestStamp(settings);
    const isKnown = loaded?.stamp === stamp;
    if (loaded && isKnown && performance.now() - lookedAt < LOOK_MILLISECONDS) return loaded.value;
    const value = loaded && isKnown ? loaded.value : await loadManifest(settings, did);
    const remembered = await memory?.newest();
    demandNoOlder(value, remembered, loaded?.value.manifest.version);
    if (value.manifest.version > (remembered?.version ?? 0)) await memory?.remember(value);
    loaded = { stamp, value };
    lookedAt = performance.now();
    return value;
  }

  /** What may sign no more is closed at the next look: the open private key goes with it. */
  async function demandSigning(number: number): Promise<ManifestKey> {
    const key = findKey((await manifest()).manifest, number);
    if (!key) throw new DomainError('KEY_UNKNOWN', `密钥清单里没有 ${keyId(number)}。`);
    if (!isLive(key)) {
      signers.delete(number);
      throw new DomainError('KEY_RETIRED', `${keyId(number)} 已停用或作废，不能再签发。`);
    }
    if (isDestroyed(settings, number)) throw new DomainError('KEY_DESTROYED', `${keyId(number)} 的私钥已销毁，不能再签发。`);
    return key;
  }

  async function opened(number: number): Promise<Signer> {
    const key = await demandSigning(number);
    const known = signers.get(number) ?? openKey(settings, key);
    signers.set(number, known);
    known.catch(() => signers.delete(number));
    return known;
  }

  return {
    manifest,
    keyFor: async wanted => {
      const { keys } = (await manifest()).manifest;
      return chosenKey(keys, { ...wanted, isDestroyed: number => isDestroyed(settings, number) });
    },
    signer: async number => {
      await opened(number);
      // the key itself stays in the map above, so that nobody holds it when it is dropped there
      return { number, sign: async input => (await opened(number)).sign(input) };
    },
    prove: async number => {
      await (await opened(number)).sign(TRIAL);
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

/** Of two manifests of one version the first that was seen is believed: the other came from a copy that lacked what was newest. */
function demandNoOlder(
  { manifest: { version }, jws }: LoadedManifest,
  remembered: { readonly version: number; readonly sha256: string } | undefined,
  inHand = 0,
): void {
  const highest = Math.max(inHand, remembered?.version ?? 0);
  if (version < highest) {
    const versions = `第 ${version} 版，见过第 ${highest} 版`;
    throw new DomainError('MANIFEST_ROLLED_BACK', `密钥清单的版本比先前见过的更旧（${versions}），拒绝使用；请放回最新清单。`);
  }
  if (version === remembered?.version && manifestHash(jws) !== remembered.sha256) {
    throw new DomainError('MANIFEST_ROLLED_BACK', `密钥清单与先前见过的第 ${version} 版内容不同，拒绝使用；请放回最新清单，在它之上重做。`);
  }
}

const USE_WORDS: Readonly<Record<Exclude<KeyUse, 'certificates'>, string>> = {
  'status-lists': '状态列表密钥',
  'use-copies': '加注副本密钥',
  files: '文件签章密钥',
};

interface Wanted {
  readonly use: KeyUse;
  readonly month?: string;
  readonly at: Instant;
  readonly isDestroyed: (number: number) => boolean;
}

function chosenKey(keys: readonly ManifestKey[], wanted: Wanted): ManifestKey {
  const fitting = keys.filter(key => key.use === wanted.use && key.month === wanted.month);
  const name = wanted.use === 'certificates' ? `${wanted.month} 的签发密钥` : USE_WORDS[wanted.use];
  const command = wanted.use === 'certificates' ? `--month ${wanted.month}` : `--use ${wanted.use}`;
  if (fitting.length === 0) throw new DomainError('KEY_UNKNOWN', `还没有${name}，请先运行 zhicheng keys add ${command}。`);
  const live = fitting.filter(isLive);
  if (live.length === 0) throw new DomainError('KEY_RETIRED', `${name}已停用，请先运行 zhicheng keys add ${command}。`);
  const whole = live.filter(key => !wanted.isDestroyed(key.number));
  if (whole.length === 0) throw destroyed(live, name, command);
  const open = whole.find(key => maySign(key, wanted.at));
  if (!open) throw new DomainError('KEY_OUTSIDE_WINDOW', `${name}不在有效的签发时间内，请停用它并另建新密钥。`);
  return open;
}

/** What came too late for its month has two ways on: the present month, or a new ceremony. */
function destroyed(live: readonly ManifestKey[], name: string, command: string): DomainError {
  const old = live.map(key => keyId(key.number)).join('、');
  const ways = `迟到的请报入本月批次；确需补制，请先运行 zhicheng keys retire ${old}，再运行 zhicheng keys add ${command}`;
  return new DomainError('KEY_DESTROYED', `${name}（${old}）的私钥已销毁。${ways}。`);
}
