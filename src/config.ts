/**
 * The only reader of the environment: every setting named, checked and frozen once at the start, or an error that lists every
 * fault. `X_FILE` may stand for any secret `X`. Unknown names with our prefix are faults: a typing error must not pass silently.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DomainError } from './shared/errors.ts';

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
  readonly keyPassphrase: string | undefined;
  readonly rootPassphrase: string | undefined;
  /** 32 bytes; undefined outside production means: made once and kept in the data folder. */
  readonly dataKey: Uint8Array | undefined;
  readonly rarityPolicy: 'gb2312' | 'gbk' | 'font';
  readonly fontDirs: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly publishSeconds: number;
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
  ZHICHENG_KEY_PASSPHRASE: 'secret',
  ZHICHENG_ROOT_PASSPHRASE: 'secret',
  ZHICHENG_DATA_KEY: 'secret',
  ZHICHENG_RARITY_POLICY: 'plain',
  ZHICHENG_FONT_DIRS: 'plain',
  ZHICHENG_LOG_LEVEL: 'plain',
  ZHICHENG_PUBLISH_SECONDS: 'plain',
} as const;
const RARITY_POLICIES = ['gb2312', 'gbk', 'font'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/**
 * The settings of this process.
 * @throws DomainError CONFIG_INVALID naming every wrong or unknown setting at once
 */
export function readConfig(env: Environment): Config {
  const faults: string[] = unknownSettings(env);
  const text = (name: string, otherwise: string): string => secretOr(env, name, faults) ?? otherwise;
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
    keyPassphrase:
      secretOr(env, 'ZHICHENG_KEY_PASSPHRASE', faults) ?? demoSecret(production, privateKeysDir, 'key'),
    rootPassphrase:
      secretOr(env, 'ZHICHENG_ROOT_PASSPHRASE', faults) ?? demoSecret(production, privateKeysDir, 'root'),
    dataKey: dataKeyOf(secretOr(env, 'ZHICHENG_DATA_KEY', faults), production, faults),
    rarityPolicy: oneOf(
      text('ZHICHENG_RARITY_POLICY', 'gbk'),
      { name: 'ZHICHENG_RARITY_POLICY', all: RARITY_POLICIES },
      faults,
    ),
    fontDirs: text('ZHICHENG_FONT_DIRS', '').split(':').filter(Boolean),
    logLevel: oneOf(
      text('ZHICHENG_LOG_LEVEL', 'info'),
      { name: 'ZHICHENG_LOG_LEVEL', all: LOG_LEVELS },
      faults,
    ),
    publishSeconds: wholeNumber(
      text('ZHICHENG_PUBLISH_SECONDS', '20'),
      { name: 'ZHICHENG_PUBLISH_SECONDS', low: 1, high: 3600 },
      faults,
    ),
  };
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
    dataKey: hidden(config.dataKey),
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

function dataKeyOf(text: string | undefined, production: boolean, faults: string[]): Uint8Array | undefined {
  if (text === undefined) {
    if (production) faults.push('生产环境须设 ZHICHENG_DATA_KEY（32 字节的 base64url）');
    return undefined;
  }
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (bytes.length !== 32) faults.push('ZHICHENG_DATA_KEY 须为 32 字节的 base64url');
  return bytes;
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

function oneOf<T extends string>(
  text: string,
  rule: { name: string; all: readonly [T, ...T[]] },
  faults: string[],
): T {
  const found = rule.all.find(value => value === text);
  if (found === undefined) faults.push(`${rule.name} 须为 ${rule.all.join('、')} 之一`);
  return found ?? rule.all[0];
}
