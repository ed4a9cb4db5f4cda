/**
 * What the migrations make of an empty database, made once for each engine and kept beside the compiled tests: a test begins with a
 * copy, for a hundred steps take a second or three. The name holds a digest of the migrations, so a changed one makes another copy.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QueryTypes } from 'sequelize';
import { connect, disconnect, type Db } from '../../src/db/connect.ts';
import { migrate } from '../../src/db/migrate.ts';

const KEPT_IN = dirname(fileURLToPath(import.meta.url));
const SOURCES = fileURLToPath(new URL('../../src/db/', import.meta.url));
/** Sequelize's version decides too what a step makes. */
const LOCK_FILE = fileURLToPath(new URL('../../../package-lock.json', import.meta.url));

/** That absent SQLite file holds every table afterwards. */
export async function fillSqlite(url: string): Promise<void> {
  const kept = keptFile('sqlite');
  if (!existsSync(kept)) {
    const own = `${kept}.${randomBytes(6).toString('hex')}`;
    const db = await connect(`sqlite:${own}`);
    await migrate(db);
    await db.sequelize.query('PRAGMA wal_checkpoint(TRUNCATE)');
    await disconnect(db);
    renameSync(own, kept);
    for (const rest of ['-wal', '-shm']) rmSync(own + rest, { force: true });
  }
  copyFileSync(kept, url.slice('sqlite:'.length), constants.COPYFILE_EXCL);
}

/** That empty MariaDB database holds every table afterwards. */
export async function fillMysql(url: string): Promise<void> {
  const db = await connect(url);
  const [server] = await db.sequelize.query<{ version: string }>('SELECT VERSION() AS version', {
    type: QueryTypes.SELECT,
  });
  const kept = keptFile(
    `${createHash('sha256')
      .update(server?.version ?? '')
      .digest('hex')
      .slice(0, 8)}.json`,
  );
  if (existsSync(kept)) {
    // our own file, written below
    for (const statement of JSON.parse(readFileSync(kept, 'utf8')) as string[])
      await db.sequelize.query(statement);
  } else {
    await migrate(db);
    const own = `${kept}.${randomBytes(6).toString('hex')}`;
    writeFileSync(own, JSON.stringify(await statementsOf(db)));
    renameSync(own, kept);
  }
  await disconnect(db);
}

/** Statements that make every table of that MariaDB database as the server itself describes it, with its rows. */
export async function statementsOf(db: Db): Promise<readonly string[]> {
  const schema = db.sequelize.getQueryInterface();
  const statements: string[] = [];
  for (const table of await schema.showAllTables()) {
    const [made] = await db.sequelize.query<{ 'Create Table': string }>(`SHOW CREATE TABLE \`${table}\``, {
      type: QueryTypes.SELECT,
    });
    statements.push(made?.['Create Table'] ?? '');
    const rows = await db.sequelize.query<Record<string, string | number | null>>(
      `SELECT * FROM \`${table}\``,
      {
        type: QueryTypes.SELECT,
      },
    );
    for (const row of rows) {
      const values = Object.values(row).map(value => (value === null ? 'NULL' : db.sequelize.escape(value)));
      statements.push(`INSERT INTO \`${table}\` VALUES (${values.join(', ')})`);
    }
  }
  return statements;
}

function keptFile(kind: string): string {
  const digest = createHash('sha256');
  const sources = [LOCK_FILE, join(SOURCES, 'migrate.js'), join(SOURCES, 'connect.js')];
  const steps = readdirSync(join(SOURCES, 'migrations')).filter(file => file.endsWith('.js'));
  sources.push(...steps.sort().map(file => join(SOURCES, 'migrations', file)));
  for (const source of sources) digest.update(readFileSync(source));
  return join(KEPT_IN, `migrated-${digest.digest('hex').slice(0, 16)}.${kind}`);
}
