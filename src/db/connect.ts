/**
 * Opens the one database of the service: embedded SQLite by default, MySQL/MariaDB (or a compatible cluster) by URL.
 * Knows dialects and nothing about tables; every table belongs to a store.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  Sequelize,
  type Model,
  type ModelAttributes,
  type ModelStatic,
  type Options,
  type Transaction,
} from 'sequelize';
import { DomainError } from '../shared/errors.ts';
import { openGate, type WriteGate } from './write-gate.ts';

export interface Db {
  readonly sequelize: Sequelize;
  readonly dialect: 'sqlite' | 'mysql';
  readonly writes: WriteGate;
}

/** An open transaction; only `inTransaction` makes one, so a write outside a transaction does not compile. */
export type Tx = Transaction & { readonly __tx: unique symbol };

/** A table as its store sees it: plain rows in, plain rows out. */
export type Table<Row extends object> = ModelStatic<Model<Row, Row>>;

/**
 * A connected database; nothing is created but the SQLite file and its folder.
 * @param url `sqlite:path/to/file`, `sqlite::memory:` is refused; or `mysql://user:password@host:port/name`
 * @throws DomainError CONFIG_INVALID for any other URL
 */
export async function connect(url: string): Promise<Db> {
  if (url.startsWith('sqlite:')) return connectSqlite(url.slice('sqlite:'.length));
  if (/^(mysql|mariadb):\/\//.test(url)) return connectMysql(url);
  throw new DomainError(
    'CONFIG_INVALID',
    'DATABASE_URL 须为 sqlite:文件路径 或 mysql://用户:密码@主机:端口/库名。',
  );
}

/** Closes every connection; pending queries finish first. */
export async function disconnect(db: Db): Promise<void> {
  await db.sequelize.close();
}

const COMMON: Options = {
  logging: false,
  define: { timestamps: false, freezeTableName: true, charset: 'utf8mb4', collate: 'utf8mb4_bin' },
};

async function connectSqlite(path: string): Promise<Db> {
  if (path === '' || path === ':memory:') {
    throw new DomainError('CONFIG_INVALID', '内嵌数据库须为一个文件，例如 sqlite:data/zhicheng.sqlite。');
  }
  const storage = resolve(path);
  mkdirSync(dirname(storage), { recursive: true });
  // Loaded only here: hosts that use MySQL never load the native engine.
  const { sqliteDriver } = await import('./sqlite-driver.ts');
  const sequelize = new Sequelize({ ...COMMON, dialect: 'sqlite', storage, dialectModule: sqliteDriver });
  return { sequelize, dialect: 'sqlite', writes: openGate() };
}

function connectMysql(url: string): Db {
  const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), {
    ...COMMON,
    dialect: 'mysql',
    timezone: '+00:00',
    pool: { max: 10, min: 0, acquire: 20_000, idle: 30_000 },
    dialectOptions: {
      charset: 'utf8mb4',
      supportBigNumbers: true,
      bigNumberStrings: false,
      connectTimeout: 10_000,
    },
  });
  return { sequelize, dialect: 'mysql', writes: openGate() };
}

/** The store's table on this connection, defined once; the columns must equal what the migrations made. */
export function table<Row extends object>(
  db: Db,
  name: string,
  attributes: ModelAttributes<Model<Row, Row>>,
): Table<Row> {
  if (db.sequelize.isDefined(name)) return db.sequelize.model(name) as Table<Row>;
  return db.sequelize.define<Model<Row, Row>>(name, attributes);
}
