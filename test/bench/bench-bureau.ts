/** A bureau for measurements: a World on SQLite in that folder, with keys, and with the certificates of July 2021 released. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { readRoster } from '../../src/applications/roster/read-roster.ts';
import { takeInRoster } from '../../src/applications/take-in-roster.ts';
import { readConfig } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { addKey, makeRoot } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { startOf, type Instant } from '../../src/shared/time.ts';
import { makeWorld, type World } from '../../src/world.ts';
import { anAct, bureauEnv, JULY, JULY_30, someCells } from '../support/bureau.ts';

export async function benchBureau(
  folder: string,
  { clock, log }: { clock: () => Instant; log: Logger },
): Promise<World> {
  const config = readConfig({
    ...bureauEnv(folder, `sqlite:${join(folder, 'bench.sqlite')}`),
    ZHICHENG_LOG_LEVEL: 'info',
  });
  const { keyPassphrase, rootPassphrase, origin } = config;
  const ceremony = { folders: config, did: didOf(origin), at: JULY_30, keyPassphrase, rootPassphrase };
  await makeRoot(ceremony, true);
  const window = { notBefore: startOf('2020-05-01'), notAfter: startOf('2030-01-01') };
  for (const use of ['status-lists', 'use-copies', 'files'] as const)
    await addKey(ceremony, { use, ...window });
  await addKey(ceremony, { use: 'certificates', month: JULY, ...window });
  const world = await makeWorld(config, { clock, log });
  await migrate(world.db);
  return world;
}

/** That many certificates, of the people with serial 1 and up. @returns ids of their applications */
export async function released(world: World, count: number): Promise<readonly string[]> {
  const cells = Array.from({ length: count }, (_, place) => someCells(place + 1));
  const read = await readRoster(new TextEncoder().encode(JSON.stringify(cells)), 'bench.json');
  const { applicationIds } = await takeInRoster(world, anAct(), {
    read,
    month: JULY,
    displayable: () => true,
  });
  await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  return applicationIds;
}
