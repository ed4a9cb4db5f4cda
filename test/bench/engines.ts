/** The databases that a figure is measured on, each with a fresh World whose clock stands at 2021-07-30; gone afterwards. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { connect, disconnect } from '../../src/db/connect.ts';
import { migrate } from '../../src/db/migrate.ts';
import { addKey, makeRoot } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { startOf } from '../../src/shared/time.ts';
import { closeWorld, makeWorld, type World } from '../../src/world.ts';
import { bureauEnv, JULY, JULY_30 } from '../support/bureau.ts';

/** Rows of figures from the measurement on each engine that is there. */
export async function onEngines(
  measure: (engine: string, world: World) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const rows = await onSqlite(measure);
  const server = process.env['TEST_MYSQL_URL'];
  if (server === undefined)
    return [...rows, '*** MariaDB was NOT measured: set TEST_MYSQL_URL=mysql://root@127.0.0.1:3306 ***'];
  const name = `zhicheng_bench_${randomBytes(4).toString('hex')}`;
  await sql(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  try {
    return [...rows, ...(await onEngine('MariaDB', () => `${server}/${name}`, measure))];
  } finally {
    await sql(server, `DROP DATABASE ${name}`);
  }
}

/** The same on SQLite alone: for what is measured on the other side of HTTP. */
export async function onSqlite(
  measure: (engine: string, world: World) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  return onEngine('SQLite', folder => `sqlite:${join(folder, 'bench.sqlite')}`, measure);
}

async function onEngine(
  engine: string,
  urlIn: (folder: string) => string,
  measure: (engine: string, world: World) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zhicheng-bench-'));
  const config = readConfig(bureauEnv(folder, urlIn(folder)));
  const world = await makeWorld(config, { clock: () => JULY_30, log: pino({ level: 'silent' }) });
  try {
    const { keyPassphrase, rootPassphrase, origin } = config;
    const ceremony = { folders: config, did: didOf(origin), at: JULY_30, keyPassphrase, rootPassphrase };
    await makeRoot(ceremony, true);
    const window = { notBefore: startOf('2020-05-01'), notAfter: startOf('2030-01-01') };
    for (const use of ['status-lists', 'use-copies', 'files'] as const)
      await addKey(ceremony, { use, ...window });
    await addKey(ceremony, { use: 'certificates', month: JULY, ...window });
    await migrate(world.db);
    return await measure(engine, world);
  } finally {
    await closeWorld(world);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sql(server: string, statement: string): Promise<void> {
  const db = await connect(`${server}/mysql`);
  await db.sequelize.query(statement);
  await disconnect(db);
}
