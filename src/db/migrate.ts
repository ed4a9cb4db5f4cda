/**
 * Brings the tables to what this release needs, one DDL statement at a time; a killed run continues where it stopped.
 * The server never migrates by itself: it refuses to start when something is pending (architecture: forward only).
 */
import { DataTypes, QueryTypes, type QueryInterface } from 'sequelize';
import type { Umzug } from 'umzug';
import type { Db } from './connect.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { isDuplicate } from './tx.ts';
import { DomainError } from '../shared/errors.ts';

/** Locks are the server's: each database has its own. A name has room for 64 characters. */
const NAMED = "CONCAT('zhicheng-', MD5(DATABASE()))";
const LOCK_SECONDS = 60;

/** Every migration has run afterwards. @returns names of those that ran now */
export async function migrate(db: Db): Promise<readonly string[]> {
  await takeLock(db);
  try {
    return await runPending(db);
  } finally {
    await freeLock(db);
  }
}

/** Names of the migrations that have not run on this database. */
export async function pendingMigrations(db: Db): Promise<readonly string[]> {
  const umzug = await umzugOf(db);
  const pending = await umzug.pending();
  return pending.map(migration => migration.name);
}

/** @throws DomainError MIGRATION_PENDING when the tables are older than this release */
export async function demandMigrated(db: Db): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return;
  throw new DomainError(
    'MIGRATION_PENDING',
    `数据库还有 ${pending.length} 项升级未执行，请先运行 zhicheng migrate。`,
  );
}

/** Two processes on one SQLite file may log the same step: the second goes on from there, at most once per step. */
async function runPending(db: Db): Promise<readonly string[]> {
  const done: string[] = [];
  const umzug = await umzugOf(db);
  umzug.on('migrated', ({ name }) => {
    done.push(name);
  });
  for (let round = 0; ; round += 1) {
    try {
      await umzug.up();
      return done;
    } catch (error) {
      if (!isDuplicate(error) || round > MIGRATIONS.length) throw error;
    }
  }
}

async function umzugOf(db: Db): Promise<Umzug<QueryInterface>> {
  // loaded here: it brings a command line of its own, a third of what this module would cost whoever only imports it
  const { SequelizeStorage, Umzug } = await import('umzug');
  return new Umzug<QueryInterface>({
    migrations: MIGRATIONS.map(({ name, up }) => ({
      name,
      up: async ({ context }) => repeatable(db, { name, up, context }),
    })),
    context: db.sequelize.getQueryInterface(),
    storage: new SequelizeStorage({
      sequelize: db.sequelize,
      modelName: 'migrations',
      columnType: DataTypes.STRING(120),
    }),
    logger: undefined,
  });
}

/** A kill between a table's creation and its entry in the log leaves the object there: finding it again is success. */
async function repeatable(
  db: Db,
  step: { name: string; up: (schema: QueryInterface) => Promise<void>; context: QueryInterface },
): Promise<void> {
  try {
    await step.up(step.context);
  } catch (error) {
    if (!/already exists|Duplicate key name/i.test(String(error))) throw error;
  }
}

/** One instance of a MySQL service migrates at a time; on SQLite the steps themselves bear company (runPending). */
async function takeLock(db: Db): Promise<void> {
  if (db.dialect !== 'mysql') return;
  const [row] = await db.sequelize.query<{ got: number }>(
    `SELECT GET_LOCK(${NAMED}, ${LOCK_SECONDS}) AS got`,
    {
      type: QueryTypes.SELECT,
    },
  );
  if (row?.got !== 1) throw new DomainError('DATABASE_BUSY', '另一个进程正在升级数据库，请稍后再试。');
}

async function freeLock(db: Db): Promise<void> {
  if (db.dialect !== 'mysql') return;
  await db.sequelize.query(`SELECT RELEASE_LOCK(${NAMED})`, { type: QueryTypes.SELECT });
}
