/**
 * The databases that a test of a store runs on: a fresh SQLite file always, a fresh MariaDB database too when
 * TEST_MYSQL_URL names a server, such as mysql://root@127.0.0.1:3306. Everything is gone when the test has ended.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { connect, disconnect, type Db } from '../../src/db/connect.ts';
import { fillMysql, fillSqlite } from './migrated.ts';

export interface TestDatabase {
  /** `SQLite` or `MariaDB`, for the test's title. */
  readonly name: string;
  /** What `freshDb` makes a new database of; for SQLite only the scheme. */
  readonly url: string;
}

/** Memory where there is plenty: a test then waits for no disk, and leaves nothing on it either way. */
const MEMORY = '/dev/shm';
const PLENTY_BYTES = 2 ** 30;
const FOLDERS_IN = hasPlenty(MEMORY) ? MEMORY : tmpdir();

const SERVER = process.env['TEST_MYSQL_URL'];
let hasWarned = false;

/** Where to run every test of a store; says loudly, once per process, when MariaDB is not among them. */
export function databases(): readonly TestDatabase[] {
  const sqlite = { name: 'SQLite', url: 'sqlite:' };
  if (SERVER !== undefined && SERVER !== '') return [sqlite, { name: 'MariaDB', url: SERVER }];
  if (!hasWarned) {
    process.stderr.write(
      '\n*** MariaDB was NOT tested: set TEST_MYSQL_URL=mysql://root@127.0.0.1:3306 to test it too ***\n\n',
    );
  }
  hasWarned = true;
  return [sqlite];
}

/** An empty database of its own with every table; closed and removed when the test has ended. */
export async function freshDb(t: ExecutionContext, database: TestDatabase | string): Promise<Db> {
  const db = await connect(await migratedUrl(t, database));
  t.teardown(async () => disconnect(db));
  return db;
}

/** The URL of an empty database with every table, exactly as the migrations make them; removed when the test has ended. */
export async function migratedUrl(t: ExecutionContext, database: TestDatabase | string): Promise<string> {
  const url = await freshUrl(t, database);
  if (url.startsWith('sqlite:')) await fillSqlite(url);
  else await fillMysql(url);
  return url;
}

/** The URL of an empty database without tables; removed when the test has ended. */
export async function freshUrl(t: ExecutionContext, database: TestDatabase | string): Promise<string> {
  const url = typeof database === 'string' ? database : database.url;
  return url.startsWith('sqlite:') ? `sqlite:${join(freshFolder(t), 'test.sqlite')}` : freshMysql(t, url);
}

/** A folder of its own; removed when the test has ended. */
export function freshFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(FOLDERS_IN, 'zhicheng-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function hasPlenty(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= PLENTY_BYTES;
}

async function freshMysql(t: ExecutionContext, server: string): Promise<string> {
  const name = `zhicheng_test_${randomBytes(6).toString('hex')}`;
  const base = server.replace(/\/+$/, '');
  await onServer(base, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  t.teardown(async () => onServer(base, `DROP DATABASE IF EXISTS ${name}`));
  return `${base}/${name}`;
}

async function onServer(base: string, sql: string): Promise<void> {
  const db = await connect(`${base}/mysql`);
  await db.sequelize.query(sql);
  await disconnect(db);
}
