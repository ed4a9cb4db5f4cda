/** A small bureau for tests of verbs: a World on a fresh database, with test keys in a folder of its own. Everything is gone afterwards. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { readRoster } from '../../src/applications/roster/read-roster.ts';
import { takeInRoster } from '../../src/applications/take-in-roster.ts';
import { readConfig } from '../../src/config.ts';
import { addKey, makeRoot } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import type { Act } from '../../src/shared/act.ts';
import { startOf, type Instant, type Month } from '../../src/shared/time.ts';
import { closeWorld, makeWorld, type World } from '../../src/world.ts';
import { freshFolder, migratedUrl, type TestDatabase } from './database.ts';

export const JULY: Month = '2021-07';
/** 2021-07-30 12:00 in Shanghai. */
export const JULY_30: Instant = startOf('2021-07-30') + 12 * 3600;

/** Of PBKDF2, for passphrases that stand in this file: 210,000 would be most of what a test costs. */
const TEST_ROUNDS = 1000;

/** Environment of a bureau in that folder. */
export function bureauEnv(folder: string, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: '0',
    ZHICHENG_ORIGIN: 'http://localhost:3000',
    ZHICHENG_DATA_DIR: folder,
    ZHICHENG_PUBLIC_KEYS_DIR: join(folder, 'public-keys'),
    ZHICHENG_KEY_PASSPHRASE: 'a passphrase for tests',
    ZHICHENG_ROOT_PASSPHRASE: 'another passphrase for tests',
    ZHICHENG_LOG_LEVEL: 'silent',
  };
}

/**
 * A World whose clock stands at 2021-07-30, with a status-list key and a certificates key for each month.
 * @param options with the settings of a `signer`, every key is made in it and none in a file; `pinned` for a root that verifiers hold on to,
 * as they do to none that is for tests
 */
export async function aBureau(
  t: ExecutionContext,
  database: TestDatabase,
  options: {
    months?: readonly Month[];
    clock?: () => Instant;
    signer?: Readonly<Record<string, string>>;
    pinned?: boolean;
  } = {},
): Promise<World> {
  const folder = freshFolder(t);
  const config = readConfig({ ...bureauEnv(folder, await migratedUrl(t, database)), ...options.signer });
  const { keyPassphrase, rootPassphrase, origin } = config;
  const secrets = { keyPassphrase, rootPassphrase, passphraseRounds: TEST_ROUNDS };
  const ceremony = { folders: config, did: didOf(origin), at: JULY_30, signer: config.signer, ...secrets };
  await makeRoot(ceremony, options.pinned !== true);
  const window = {
    notBefore: startOf('2020-05-01'),
    notAfter: startOf('2030-01-01'),
    inKms: options.signer !== undefined,
  };
  for (const use of ['status-lists', 'use-copies', 'files'] as const)
    await addKey(ceremony, { use, ...window });
  for (const month of options.months ?? [JULY])
    await addKey(ceremony, { use: 'certificates', month, ...window });
  return openWorld(t, config, options.clock);
}

/** Another World on the same configuration: a second process, as far as the database can tell. */
export async function openWorld(
  t: ExecutionContext,
  config: World['config'],
  clock = () => JULY_30,
): Promise<World> {
  const world = await makeWorld(config, { clock, log: pino({ level: 'silent' }) });
  t.teardown(async () => closeWorld(world));
  return world;
}

export function anAct(at: Instant = JULY_30): Act {
  return { actor: 'test:clerk', at, requestId: '0'.repeat(32) };
}

/** Raw cells of a good roster row; `serial` makes another person of it. */
export function someCells(
  serial = 1,
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    姓名: '张明远',
    性别: serial % 2 === 1 ? '男' : '女',
    证件类型: '居民身份证',
    证件号码: idNumberOf(serial),
    手机号码: '19900001001',
    工作单位: '天津滨河建筑设计研究院有限公司',
    工作单位代码: '91120199TEXT001130',
    呈报单位: '天津市住房建设委员会人事处（测试）',
    系列: '工程技术人员',
    专业: '建筑结构设计',
    层级: '副高级',
    资格名称: '高级工程师',
    评审机构: '天津市工程技术系列建筑工程专业高级职称评审委员会（测试）',
    取得资格时间: '2021-07-09',
    核准备案日期: '2021-07-26',
    ...changes,
  };
}

/** A valid number of a region that nobody has (120199), GB 11643. @param serial 1 to 998 × 28 */
export function idNumberOf(serial: number): string {
  const day = String(1 + Math.floor((serial - 1) / 998)).padStart(2, '0');
  const head = `120199198203${day}${String(((serial - 1) % 998) + 1).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, place) => total + weight * Number(head.charAt(place)), 0);
  return head + '10X98765432'.charAt(sum % 11);
}

/** The rows are uploaded applications of that month, July unless told. */
export async function takeIn(
  world: World,
  rows: readonly Record<string, string>[],
  { act = anAct(), month = JULY }: { act?: Act; month?: Month } = {},
): Promise<readonly string[]> {
  const read = await readRoster(new TextEncoder().encode(JSON.stringify(rows)), 'roster.json');
  const taken = await takeInRoster(world, act, { read, month, displayable: () => true });
  return taken.applicationIds;
}
