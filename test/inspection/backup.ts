/** Yesterday's backup of a test's database, and its return: a copy of the file, or on MariaDB every table as it was, beneath whoever runs. */
import type { ExecutionContext } from 'ava';
import type { Db } from '../../src/db/connect.ts';
import { freshFolder } from '../support/database.ts';

export interface Backup {
  /** @returns the URL of the restored database: on SQLite the copy itself, for the old file is never quite let go of in this process */
  readonly restore: () => Promise<string>;
}

export async function backUp(t: ExecutionContext, db: Db, url: string): Promise<Backup> {
  return url.startsWith('sqlite:') ? backUpFile(t, db) : backUpTables(t, db, url);
}

async function backUpFile(t: ExecutionContext, db: Db): Promise<Backup> {
  const copy = `${freshFolder(t)}/backup.sqlite`;
  await db.sequelize.query(`VACUUM INTO '${copy}'`);
  return { restore: async () => Promise.resolve(`sqlite:${copy}`) };
}

async function backUpTables(t: ExecutionContext, db: Db, url: string): Promise<Backup> {
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_backup`;
  const run = async (sql: string): Promise<unknown> => db.sequelize.query(sql);
  const tables = await db.sequelize.getQueryInterface().showAllTables();
  await run(`CREATE DATABASE ${copy}`);
  t.teardown(async () => run(`DROP DATABASE IF EXISTS ${copy}`));
  for (const table of tables)
    await run(`CREATE TABLE ${copy}.\`${table}\` AS SELECT * FROM ${name}.\`${table}\``);
  const restore = async (): Promise<string> => {
    await db.sequelize.transaction(async transaction => {
      for (const table of tables) {
        await db.sequelize.query(`DELETE FROM ${name}.\`${table}\``, { transaction });
        const back = `INSERT INTO ${name}.\`${table}\` SELECT * FROM ${copy}.\`${table}\``;
        await db.sequelize.query(back, { transaction });
      }
    });
    return url;
  };
  return { restore };
}
