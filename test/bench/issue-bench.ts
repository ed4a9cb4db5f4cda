/** The line of issue without images, on SQLite and MariaDB: certificates per second and each step's share. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readRoster } from '../../src/applications/roster/read-roster.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { takeInRoster } from '../../src/applications/take-in-roster.ts';
import { readConfig } from '../../src/config.ts';
import { connect, disconnect } from '../../src/db/connect.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Step } from '../../src/issuance/issue-batch.ts';
import { addKey, makeRoot } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { startOf } from '../../src/shared/time.ts';
import { closeWorld, makeWorld } from '../../src/world.ts';
import { anAct, bureauEnv, JULY, JULY_30, someCells } from '../support/bureau.ts';

/** Rows of figures for `count` certificates on each engine that is there. */
export async function issueBench(count: number): Promise<readonly string[]> {
  const rows = await onEngine('SQLite', count, folder =>
    Promise.resolve(`sqlite:${join(folder, 'bench.sqlite')}`),
  );
  const server = process.env['TEST_MYSQL_URL'];
  if (server === undefined)
    return [...rows, '*** MariaDB was NOT measured: set TEST_MYSQL_URL=mysql://root@127.0.0.1:3306 ***'];
  const name = `zhicheng_bench_${randomBytes(4).toString('hex')}`;
  await sql(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  try {
    return [...rows, ...(await onEngine('MariaDB', count, () => Promise.resolve(`${server}/${name}`)))];
  } finally {
    await sql(server, `DROP DATABASE ${name}`);
  }
}

async function onEngine(
  engine: string,
  count: number,
  urlIn: (folder: string) => Promise<string>,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zhicheng-bench-'));
  const config = readConfig(bureauEnv(folder, await urlIn(folder)));
  const world = await makeWorld(config, { clock: () => JULY_30, log: pino({ level: 'silent' }) });
  try {
    const { keyPassphrase, rootPassphrase, origin } = config;
    const ceremony = { folders: config, did: didOf(origin), at: JULY_30, keyPassphrase, rootPassphrase };
    await makeRoot(ceremony, true);
    const window = { notBefore: startOf('2020-05-01'), notAfter: startOf('2030-01-01') };
    await addKey(ceremony, { use: 'status-lists', ...window });
    await addKey(ceremony, { use: 'certificates', month: JULY, ...window });
    await migrate(world.db);
    const cells = Array.from({ length: count }, (_, place) => someCells(place + 1));
    const read = await readRoster(new TextEncoder().encode(JSON.stringify(cells)), 'bench.json');
    await takeInRoster(world, anAct(), { read, month: JULY, displayable: () => true });
    const shares = new Map<Step, number>();
    const onStep = (step: Step, ms: number): void => void shares.set(step, (shares.get(step) ?? 0) + ms);
    const since = performance.now();
    await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [], onStep } });
    return report(engine, { count, ms: performance.now() - since, shares });
  } finally {
    await closeWorld(world);
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(
  engine: string,
  run: { count: number; ms: number; shares: ReadonlyMap<Step, number> },
): readonly string[] {
  const { count, ms, shares } = run;
  const without = ms - (shares.get('second-opinion') ?? 0);
  const parts = [...shares].map(([step, spent]) => `${step} ${((spent * 100) / ms).toFixed(0)} %`);
  return [
    `${engine}: ${((count * 1000) / ms).toFixed(0)} certificates/s (≥ 80) · without did-jwt-vc's opinion ${((count * 1000) / without).toFixed(0)}/s (≥ 300)`,
    `  ${parts.join(' · ')}`,
  ];
}

async function sql(server: string, statement: string): Promise<void> {
  const db = await connect(`${server}/mysql`);
  await db.sequelize.query(statement);
  await disconnect(db);
}
