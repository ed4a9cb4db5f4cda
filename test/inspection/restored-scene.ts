/**
 * A day lost: certificates issued before a backup and after it, some of them suspended, revoked or corrected since, and the backup restored
 * where the service runs.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ExecutionContext } from 'ava';
import { certificatesFor, versionsOf, type Certificate } from '../../src/certificate/store.ts';
import { toCheckpoint } from '../../src/inspection/checkpoint.ts';
import { checkpointFile } from '../../src/inspection/kept-checkpoint.ts';
import { standingOf } from '../../src/inspection/standing.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { startService } from '../../src/service.ts';
import { projectFile } from '../../src/shared/project.ts';
import { monthAt } from '../../src/shared/time.ts';
import { trustDocument } from '../../src/verification/current-trust.ts';
import { readTrust, type Trust } from '../../src/verification/trust.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, bureauEnv, openWorld, someCells, takeIn } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';
import { aStaff, type StaffPerson } from '../support/people.ts';
import { backUp } from './backup.ts';

/** The command line knows no clock but the machine's. */
export const now = (): number => Math.floor(Date.now() / 1000);
const BUREAU = '11120199TEXT00017Y';
export const DOCUMENT = '津人社撤字〔2026〕1号';
export const OPTIONS = { unprintable: () => [] };

/** What the holders of the certificates have in hand, by story. */
export type Papers = Readonly<
  Record<'revoked' | 'suspended' | 'superseded' | 'valid' | 'lostRevoked' | 'lostValid', string>
>;

export interface Restored {
  readonly world: World;
  readonly url: string;
  readonly papers: Papers;
  /** Every number and place that was given before the disaster. */
  readonly numbers: ReadonlySet<string>;
  readonly places: ReadonlySet<string>;
  /** What a verifier had fetched last. */
  readonly seen: Trust;
  readonly auditor: StaffPerson;
  readonly administrator: StaffPerson;
}

export async function issued(world: World, from: number, to: number): Promise<readonly Certificate[]> {
  const month = monthAt(now());
  const rows = Array.from({ length: to - from + 1 }, (_, place) => someCells(from + place));
  const ids = await takeIn(world, rows, { act: anAct(now()), month });
  await releaseAll(world, anAct(now()), { month, options: OPTIONS });
  return certificatesFor(world.db, ids);
}

/** Six certificates; a backup; a day's work; then the backup again. */
export async function yesterdayRestored(t: ExecutionContext, database: TestDatabase): Promise<Restored> {
  const month = monthAt(now());
  let world = await aBureau(t, database, { months: [month], clock: now });
  const { config } = world;
  const auditor = await aStaff(world, { organisationCode: BUREAU, capacity: 'bureau', duty: 'auditor' });
  const administrator = await aStaff(world, {
    organisationCode: BUREAU,
    capacity: 'bureau',
    duty: 'administrator',
  });
  let service = await startService(world);
  t.teardown(async () => service.stop());
  const early = await issued(world, 1, 6);
  const { restore } = await backUp(t, world.db, config.databaseUrl);

  const [revoked, suspended, corrected, valid] = early as [
    Certificate,
    Certificate,
    Certificate,
    Certificate,
  ];
  await changeState(world, anAct(now()), {
    number: revoked.number,
    change: 'REVOKE',
    reason: 'FRAUD',
    document: DOCUMENT,
  });
  await changeState(world, anAct(now()), {
    number: suspended.number,
    change: 'SUSPEND',
    reason: 'UNDER_INVESTIGATION',
  });
  await requestCorrection(world, anAct(now()), {
    number: corrected.number,
    name: '张明原',
    proof: '户口簿（测试）',
  });
  const late = await issued(world, 7, 8);
  const [lostRevoked, lostValid] = late as [Certificate, Certificate];
  await changeState(world, anAct(now()), {
    number: lostRevoked.number,
    change: 'CANCEL',
    reason: 'ISSUED_BY_MISTAKE',
    document: DOCUMENT,
  });
  await publish(world, anAct(now()));
  const seen = await readTrust(await trustDocument(world, now()));
  const all = [...early, ...late, ...(await versionsOf(world.db, corrected.number))];

  if (database.name === 'SQLite') {
    await service.stop();
    world = await openWorld(t, { ...config, databaseUrl: await restore() }, now);
    service = await startService(world);
  } else {
    await untilKept(world);
    await restore(); // beneath the running service
    await until(async () => isReadOnly(service.url));
  }
  const text = ({ qrText }: Certificate): string => qrText;
  return {
    world,
    url: service.url,
    papers: {
      revoked: text(revoked),
      suspended: text(suspended),
      superseded: text(corrected),
      valid: text(valid),
      lostRevoked: text(lostRevoked),
      lostValid: text(lostValid),
    },
    numbers: new Set(all.map(({ number }) => number)),
    places: new Set(all.map(({ list, index }) => `${list}:${index}`)),
    seen,
    auditor,
    administrator,
  };
}

export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(50);
}

export async function isReadOnly(url: string): Promise<boolean> {
  const { readOnly } = (await (await fetch(`${url}/readyz`)).json()) as { readOnly?: boolean };
  return readOnly === true;
}

/** The service itself has kept where the register stands. */
async function untilKept(world: World): Promise<void> {
  const standing = await standingOf(world);
  await until(async () => {
    const kept = toCheckpoint(readFileSync(checkpointFile(world.config), 'utf8'));
    const versions = kept?.register?.lists.map(({ list, purpose, version }) => ({ list, purpose, version }));
    return isDeepStrictEqual([kept?.register?.counters, versions], [standing.counters, standing.versions]);
  });
}

interface Said {
  readonly code: number;
  readonly out: string;
}

/** The command as an operator types it. */
export async function cli({ config }: Pick<World, 'config'>, ...words: string[]): Promise<Said> {
  const env = { PATH: process.env['PATH'] ?? '', ...envOf({ config }) };
  const main = projectFile('dist/src/cli/main.js');
  return new Promise(resolve => {
    execFile(process.execPath, [main, ...words], { env }, (refused, out, err) =>
      resolve({ code: typeof refused?.code === 'number' ? refused.code : 0, out: out + err }),
    );
  });
}

export function envOf({ config }: Pick<World, 'config'>): Record<string, string> {
  return bureauEnv(config.dataDir, config.databaseUrl);
}
