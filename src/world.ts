/**
 * What every verb is given: configuration, database, clock, ids, randomness, keys, cipher, log. The only file that reads the
 * clock, makes ids and draws randomness; tests and the demo make a World with parts of their own.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import type { Issuer } from './certificate/credential.ts';
import { makeRenderer, type Renderer } from './certificate/render.ts';
import type { Config } from './config.ts';
import { connect, disconnect, type Db } from './db/connect.ts';
import { fieldCipher, toDataKeys, type FieldCipher, type KeyRing } from './db/field-cipher.ts';
import { didOf } from './keys/did-document.ts';
import { keyService, type KeyService } from './keys/key-service.ts';
import { writeWhole } from './keys/keyring.ts';
import { manifestMemory } from './keys/store.ts';
import type { Act } from './shared/act.ts';
import { DomainError } from './shared/errors.ts';
import type { Instant } from './shared/time.ts';

export interface World {
  readonly config: Config;
  readonly issuer: Issuer;
  readonly db: Db;
  /** Seconds since 1970, whole. */
  readonly clock: () => Instant;
  /** 32 hex digits, rising with time, unguessable. */
  readonly ids: () => string;
  /** A uniform whole number from 0 to below the limit. */
  readonly random: (below: number) => number;
  readonly keys: KeyService;
  readonly cipher: FieldCipher;
  readonly log: Logger;
  /** The certificate's renderer with its fonts, made at first use and kept. */
  readonly renderer: () => Renderer;
}

/** An open World for this configuration; nothing is migrated or started. */
export async function makeWorld(
  config: Config,
  parts: { clock?: () => Instant; log?: Logger } = {},
): Promise<World> {
  const clock = parts.clock ?? (() => Math.floor(Date.now() / 1000));
  const issuer: Issuer = { origin: config.origin, did: didOf(config.origin) };
  const db = await connect(config.databaseUrl);
  let renderer: Renderer | undefined;
  return {
    config,
    issuer,
    db,
    clock,
    ids: newId,
    random: below => randomInt(below),
    keys: keyService(config, issuer.did, manifestMemory(db, clock)),
    cipher: fieldCipher(keyRingOf(config)),
    log: parts.log ?? pino({ level: config.logLevel }, pino.destination(2)),
    renderer: () => (renderer ??= makeRenderer({ fontFolders: config.fontDirs })),
  };
}

/** Milliseconds, then 80 random bits; those of a UUID, for Node draws its randomness ahead, many at a time. */
function newId(): string {
  const uuid = randomUUID();
  return Date.now().toString(16).padStart(12, '0') + uuid.slice(0, 8) + uuid.slice(24);
}

/** Ends the World's connections. */
export async function closeWorld(world: World): Promise<void> {
  await disconnect(world.db);
}

/** A new act of that actor now. */
export function newAct(world: World, actor: string): Act {
  return { actor, at: world.clock(), requestId: world.ids() };
}

/** The field keys of this configuration. @throws DomainError CONFIG_INVALID */
export function keyRingOf(config: Config): KeyRing {
  return { keys: config.dataKeys ?? keptDataKeys(config), indexKey: config.dataIndexKey };
}

/**
 * Outside production the data key is made once and kept beside the data, as a setting would write it; production must bring its own.
 * @throws DomainError CONFIG_INVALID when the file holds no keys
 */
function keptDataKeys({ dataDir, dataIndexKey }: Config): KeyRing['keys'] {
  const file = dataKeyFile(dataDir);
  mkdirSync(dataDir, { recursive: true });
  if (!existsSync(file)) writeWhole(file, `${randomBytes(32).toString('base64url')}\n`, 0o600);
  const keys = toDataKeys(readFileSync(file, 'utf8').trim());
  if (!keys) throw new DomainError('CONFIG_INVALID', `数据密钥文件 ${file} 内容不对，请恢复备份。`);
  if (dataIndexKey === undefined && !keys.some(({ id }) => id === 1))
    throw new DomainError('CONFIG_INVALID', `${file} 不再含 1 号密钥，须设 ZHICHENG_DATA_INDEX_KEY。`);
  return keys;
}

/** Where the data keys are kept outside production. */
export function dataKeyFile(dataDir: string): string {
  return join(dataDir, 'data.key');
}
