/**
 * The only reader of the environment: every setting named, checked and frozen once at the start, or an error that lists every
 * fault. `X_FILE` may stand for any secret `X`. Unknown names with our prefix are faults: a typing error must not pass silently.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toDataKeys, type KeyRing } from './db/field-cipher.ts';
import type { SignerSettings } from './keys/remote-signer.ts';
import { TEMPLATES } from './messages/message.ts';
import { DomainError } from './shared/errors.ts';
import { ROLLOVERS, type Rollover } from './shared/working-days.ts';

export interface Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Lower-case, without trailing slash; printed in every QR, so it can never change afterwards. */
  readonly origin: string;
  readonly issuerName: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly publicKeysDir: string;
  readonly privateKeysDir: string;
  /** Where the register's newest checkpoint is kept, outside the database. */
  readonly checkpointDir: string;
  readonly keyPassphrase: string | undefined;
  readonly rootPassphrase: string | undefined;
  /** Where private halves are that are not on this machine; undefined: all are. */
  readonly signer: SignerSettings | undefined;
  /** Undefined outside production means: made once and kept in the data folder. */
  readonly dataKeys: KeyRing['keys'] | undefined;
  /** 32 bytes; undefined means: derived from data key 1. */
  readonly dataIndexKey: Uint8Array | undefined;
  readonly rarityPolicy: 'gb2312' | 'gbk' | 'font';
  readonly fontDirs: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly publishSeconds: number;
  /** R18: collection opens by the notice's rule (R17), or as soon as the bureau has issued, as its Q&A says. */
  readonly collectionPolicy: 'notice' | 'qa';
  /** R10: where the cut-off goes from a day without work. */
  readonly cutoffRollover: Rollover;
  /** The provider of short messages; undefined: messages stay in the outbox. */
  readonly sms: SmsConfig | undefined;
  /** Shows the outbox to whoever asks; demonstrations only. */
  readonly demoOutbox: boolean;
  /** Clients' notifications may go to http and private addresses: trials on one's own machine only. */
  readonly webhookPrivate: boolean;
  /** A month's signing key is destroyed so many days after the month closed; undefined: only by hand. */
  readonly destroyKeysAfterDays: number | undefined;
  /** Reverse proxies of ours in front of the service: that many of the last X-Forwarded-For entries are believed; 0 believes none. */
  readonly proxyHops: number;
}

export interface SmsConfig {
  readonly url: string;
  readonly keyId: string;
  readonly keySecret: string;
  /** 短信签名, as registered with the provider. */
  readonly signName: string;
  /** The provider's template code for each of ours. */
  readonly templates: ReadonlyMap<string, string>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'ZHICHENG_';
/** Every setting but the three without prefix (NODE_ENV, PORT, DATABASE_URL); those marked secret may come from a file. */
const SETTINGS = {
  ZHICHENG_HOST: 'plain',
  ZHICHENG_ORIGIN: 'plain',
  ZHICHENG_ISSUER_NAME: 'plain',
  ZHICHENG_DATA_DIR: 'plain',
  ZHICHENG_PUBLIC_KEYS_DIR: 'plain',
  ZHICHENG_PRIVATE_KEYS_DIR: 'plain',
  ZHICHENG_CHECKPOINT_DIR: 'plain',
  ZHICHENG_KEY_PASSPHRASE: 'secret',
  ZHICHENG_ROOT_PASSPHRASE: 'secret',
  ZHICHENG_SIGNER_URL: 'plain',
  ZHICHENG_SIGNER_TOKEN: 'secret',
  ZHICHENG_SIGNER_CUSTODIAN_TOKEN: 'secret',
  ZHICHENG_SIGNER_TIMEOUT_SECONDS: 'plain',
  ZHICHENG_DATA_KEY: 'secret',
  ZHICHENG_DATA_INDEX_KEY: 'secret',
  ZHICHENG_RARITY_POLICY: 'plain',
  ZHICHENG_FONT_DIRS: 'plain',
  ZHICHENG_LOG_LEVEL: 'plain',
  ZHICHENG_PUBLISH_SECONDS: 'plain',
  ZHICHENG_COLLECTION_POLICY: 'plain',
  ZHICHENG_CUTOFF_ROLLOVER: 'plain',
  ZHICHENG_SMS_URL: 'plain',
  ZHICHENG_SMS_KEY_ID: 'plain',
  ZHICHENG_SMS_KEY_SECRET: 'secret',
  ZHICHENG_SMS_SIGN_NAME: 'plain',
  ZHICHENG_SMS_TEMPLATES: 'plain',
  ZHICHENG_DEMO_OUTBOX: 'plain',
  ZHICHENG_DESTROY_KEYS_AFTER_DAYS: 'plain',
  ZHICHENG_PROXY_HOPS: 'plain',
  ZHICHENG_WEBHOOK_PRIVATE: 'plain',
} as const;
/**
 * In production: when collection opens (R17) the month is over for its key; corrections are signed by the key of their own month. Outside it
 * keys are test keys, and demonstrations issue for past months again and again.
 */
const DESTROY_AFTER_DAYS = '15';
// in each list the first is what holds when nothing is set
const RARITY_POLICIES = ['gbk', 'gb2312', 'font'] as const;
const COLLECTION_POLICIES = ['notice', 'qa'] as const;
const LOG_LEVELS = ['info', 'debug', 'warn', 'error', 'silent'] as const;

/**
 * The settings of this process.
 * @throws DomainError CONFIG_INVALID naming every wrong or unknown setting at once
 */
export function readConfig(env: Environment): Config {
  const faults: string[] = unknownSettings(env);
  const text = (name: string, otherwise: string): string => secretOr(env, name, faults) ?? otherwise;
  const choose = <T extends string>(name: string, all: readonly [T, ...T[]]): T =>
    oneOf(text(name, all[0]), { name, all }, faults);
  const production = env['NODE_ENV'] === 'production';
  const port = wholeNumber(env['PORT'] ?? '3000', { name: 'PORT', low: 0, high: 65_535 }, faults);
  const dataDir = resolve(text('ZHICHENG_DATA_DIR', 'data'));
  const privateKeysDir = resolve(text('ZHICHENG_PRIVATE_KEYS_DIR', join(dataDir, 'keys')));
  const config: Config = {
    production,
    host: text('ZHICHENG_HOST', '127.0.0.1'),
    port,
    origin: originOf(env['ZHICHENG_ORIGIN'] ?? `http://localhost:${port}`, production, faults),
    issuerName: text('ZHICHENG_ISSUER_NAME', '天津市人力资源和社会保障局'),
    databaseUrl: secretOr(env, 'DATABASE_URL', faults) ?? `sqlite:${join(dataDir, 'zhicheng.sqlite')}`,
    dataDir,
    publicKeysDir: resolve(text('ZHICHENG_PUBLIC_KEYS_DIR', 'keys')),
    privateKeysDir,
    checkpointDir: resolve(text('ZHICHENG_CHECKPOINT_DIR', join(dataDir, 'checkpoint'))),
    keyPassphrase:
      secretOr(env, 'ZHICHENG_KEY_PASSPHRASE', faults) ?? demoSecret(production, privateKeysDir, 'key'),
    rootPassphrase:
      secretOr(env, 'ZHICHENG_ROOT_PASSPHRASE', faults) ?? demoSecret(production, privateKeysDir, 'root'),
    signer: signerOf(env, faults),
    dataKeys: dataKeysOf(secretOr(env, 'ZHICHENG_DATA_KEY', faults), production, faults),
    dataIndexKey: indexKeyFrom(secretOr(env, 'ZHICHENG_DATA_INDEX_KEY', faults), faults),
    rarityPolicy: choose('ZHICHENG_RARITY_POLICY', RARITY_POLICIES),
    fontDirs: text('ZHICHENG_FONT_DIRS', '').split(':').filter(Boolean),
    logLevel: choose('ZHICHENG_LOG_LEVEL', LOG_LEVELS),
    publishSeconds: wholeNumber(
      text('ZHICHENG_PUBLISH_SECONDS', '20'),
      { name: 'ZHICHENG_PUBLISH_SECONDS', low: 1, high: 3600 },
      faults,
    ),
    collectionPolicy: choose('ZHICHENG_COLLECTION_POLICY', COLLECTION_POLICIES),
    cutoffRollover: choose('ZHICHENG_CUTOFF_ROLLOVER', ROLLOVERS),
    sms: smsOf(env, production, faults),
    proxyHops: wholeNumber(
      text('ZHICHENG_PROXY_HOPS', '0'),
      { name: 'ZHICHENG_PROXY_HOPS', low: 0, high: 9 },
      faults,
    ),
    destroyKeysAfterDays: daysOrNever(
      text('ZHICHENG_DESTROY_KEYS_AFTER_DAYS', production ? DESTROY_AFTER_DAYS : 'never'),
      'ZHICHENG_DESTROY_KEYS_AFTER_DAYS',
      faults,
    ),
    webhookPrivate: webhookPrivateOf(text('ZHICHENG_WEBHOOK_PRIVATE', 'false'), production, faults),
    demoOutbox: demoOutboxOf(text('ZHICHENG_DEMO_OUTBOX', '0'), production, faults),
  };
  demandIndexKey(config, faults);
  if (faults.length > 0)
    throw new DomainError('CONFIG_INVALID', `配置有误，请改正后再启动：${faults.join('；')}。`);
  return Object.freeze(config);
}

/** The settings as they may be printed: secrets only as present or absent. */
export function printable(config: Config): Record<string, unknown> {
  const hidden = (value: unknown): string => (value === undefined ? '(未设置)' : '(已设置)');
  return {
    ...config,
    // up to the last @, for a password may hold @ and /; and without parameters, which may hold one too
    databaseUrl: config.databaseUrl.replace(/\/\/.*@/, '//***@').replace(/\?.*$/, '?***'),
    keyPassphrase: hidden(config.keyPassphrase),
    rootPassphrase: hidden(config.rootPassphrase),
    signer: config.signer && {
      ...config.signer,
      token: hidden(config.signer.token),
      custodianToken: hidden(config.signer.custodianToken),
    },
    dataKeys: hidden(config.dataKeys),
    dataIndexKey: hidden(config.dataIndexKey),
    sms: hidden(config.sms),
  };
}

/** Where the demo keeps the passphrases of its own test keys; never read in production. */
export function demoPassphraseFile(privateKeysDir: string, which: 'key' | 'root'): string {
  return join(privateKeysDir, `demo-${which}-passphrase`);
}

function demoSecret(production: boolean, privateKeysDir: string, which: 'key' | 'root'): string | undefined {
  const file = demoPassphraseFile(privateKeysDir, which);
  return !production && existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function unknownSettings(env: Environment): string[] {
  const known = new Set<string>();
  for (const [name, kind] of Object.entries(SETTINGS)) {
    known.add(name);
    if (kind === 'secret') known.add(`${name}_FILE`);
  }
  return Object.keys(env)
    .filter(name => name.startsWith(PREFIX) && !known.has(name))
    .map(name => `不认识的设置 ${name}`);
}

function secretOr(env: Environment, name: string, faults: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined) return env[name] === '' ? undefined : env[name];
  if (env[name] !== undefined) faults.push(`${name} 与 ${name}_FILE 只能设一个`);
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') faults.push(`${name}_FILE 指向的文件是空的`);
    return text === '' ? undefined : text;
  } catch {
    faults.push(`${name}_FILE 指向的文件不存在或不能读`); // ENOENT, EACCES, EISDIR: the person checks the path
    return undefined;
  }
}

function originOf(text: string, production: boolean, faults: string[]): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.origin !== text.toLowerCase() || !/^https?:$/.test(url.protocol)) {
    faults.push('ZHICHENG_ORIGIN 须为不带路径的网址，例如 https://zc.example.gov.cn');
    return text;
  }
  if (production && url.protocol !== 'https:') faults.push('生产环境的 ZHICHENG_ORIGIN 须为 https');
  return url.origin;
}

/** The tokens travel in the clear on http, so that stays on this machine. */
function signerOf(env: Environment, faults: string[]): SignerSettings | undefined {
  const rule = { name: 'ZHICHENG_SIGNER_TIMEOUT_SECONDS', low: 1, high: 60 };
  const timeoutSeconds = wholeNumber(env[rule.name] ?? '5', rule, faults);
  const [token, custodianToken] = ['ZHICHENG_SIGNER_TOKEN', 'ZHICHENG_SIGNER_CUSTODIAN_TOKEN'].map(name =>
    secretOr(env, name, faults),
  );
  const text = env['ZHICHENG_SIGNER_URL'] ?? '';
  if (text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (!url || (url.protocol !== 'https:' && !isLocal) || /[?#@]/.test(text))
    faults.push('ZHICHENG_SIGNER_URL 须为 https 网址，或本机的 http 网址，例如 http://127.0.0.1:7443');
  return { url: text.replace(/\/+$/, ''), token, custodianToken, timeoutSeconds };
}

function dataKeysOf(
  text: string | undefined,
  production: boolean,
  faults: string[],
): KeyRing['keys'] | undefined {
  if (text === undefined) {
    if (production) faults.push('生产环境须设 ZHICHENG_DATA_KEY（32 字节的 base64url）');
    return undefined;
  }
  const keys = toDataKeys(text);
  if (!keys)
    faults.push('ZHICHENG_DATA_KEY 须为 32 字节的 base64url，或 2:密钥,1:密钥 这样带编号、不重号的若干个');
  return keys;
}

function indexKeyFrom(text: string | undefined, faults: string[]): Uint8Array | undefined {
  const [key] = text === undefined || text.includes(':') ? [] : (toDataKeys(text) ?? []);
  if (text !== undefined && !key) faults.push('ZHICHENG_DATA_INDEX_KEY 须为 32 字节的 base64url');
  return key?.key;
}

/** Without key 1 nothing could be found by its old index, unless the index key is set by itself. */
function demandIndexKey({ dataKeys, dataIndexKey }: Config, faults: string[]): void {
  if (dataKeys && !dataIndexKey && !dataKeys.some(({ id }) => id === 1))
    faults.push('ZHICHENG_DATA_KEY 不再含 1 号密钥时须设 ZHICHENG_DATA_INDEX_KEY');
}

const SMS_SETTINGS = [
  'ZHICHENG_SMS_URL',
  'ZHICHENG_SMS_KEY_ID',
  'ZHICHENG_SMS_KEY_SECRET',
  'ZHICHENG_SMS_SIGN_NAME',
  'ZHICHENG_SMS_TEMPLATES',
] as const;

/** All of the provider's settings, or none. */
function smsOf(env: Environment, production: boolean, faults: string[]): SmsConfig | undefined {
  const given = SMS_SETTINGS.map(name => secretOr(env, name, faults));
  if (given.every(value => value === undefined)) return undefined;
  const missing = SMS_SETTINGS.filter((_, place) => given[place] === undefined);
  if (missing.length > 0) faults.push(`短信设置须一并设定，还缺 ${missing.join('、')}`);
  const [url = '', keyId = '', keySecret = '', signName = '', templates = ''] = given;
  const scheme = URL.canParse(url) ? new URL(url).protocol : '';
  if (url !== '' && !/^https?:$/.test(scheme))
    faults.push('ZHICHENG_SMS_URL 须为网址，例如 https://dysmsapi.aliyuncs.com/');
  if (production && scheme === 'http:') faults.push('生产环境的 ZHICHENG_SMS_URL 须为 https');
  return { url, keyId, keySecret, signName, templates: templateCodes(templates, faults) };
}

/** `sign-in-code=SMS_1,returned=SMS_2`: a code for every template, so that no message is found unsendable at run time. */
function templateCodes(text: string, faults: string[]): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const pair of text.split(',').filter(Boolean)) {
    const [, name = '', code = ''] = /^\s*([a-z-]+)=([\w-]{1,60})\s*$/.exec(pair) ?? [];
    if (!Object.hasOwn(TEMPLATES, name) || codes.has(name))
      faults.push(`ZHICHENG_SMS_TEMPLATES 中的“${pair.trim().slice(0, 60)}”不对，须为 模板名=编码`);
    else codes.set(name, code);
  }
  const missing = Object.keys(TEMPLATES).filter(name => !codes.has(name));
  if (text !== '' && missing.length > 0) faults.push(`ZHICHENG_SMS_TEMPLATES 缺少 ${missing.join('、')}`);
  return codes;
}

function demoOutboxOf(text: string, production: boolean, faults: string[]): boolean {
  const isOn = oneOf(text, { name: 'ZHICHENG_DEMO_OUTBOX', all: ['0', '1'] }, faults) === '1';
  if (isOn && production) faults.push('生产环境不得设 ZHICHENG_DEMO_OUTBOX：短信内容会被任何人看到');
  return isOn;
}

function webhookPrivateOf(text: string, production: boolean, faults: string[]): boolean {
  const isOn = oneOf(text, { name: 'ZHICHENG_WEBHOOK_PRIVATE', all: ['false', 'true'] }, faults) === 'true';
  if (isOn && production)
    faults.push('生产环境不得设 ZHICHENG_WEBHOOK_PRIVATE：接入方可借通知地址访问内部网络');
  return isOn;
}

function wholeNumber(
  text: string,
  rule: { name: string; low: number; high: number },
  faults: string[],
): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= rule.low && value <= rule.high) return value;
  faults.push(`${rule.name} 须为 ${rule.low} 到 ${rule.high} 的整数`);
  return rule.low;
}

function daysOrNever(text: string, name: string, faults: string[]): number | undefined {
  if (text === 'never') return undefined;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  faults.push(`${name} 须为天数（0 到 9999）或 never`);
  return undefined;
}

function oneOf<T extends string>(
  text: string,
  rule: { name: string; all: readonly [T, ...T[]] },
  faults: string[],
): T {
  const found = rule.all.find(value => value === text);
  if (found === undefined) faults.push(`${rule.name} 须为 ${rule.all.join('、')} 之一`);
  return found ?? rule.all[0];
}
