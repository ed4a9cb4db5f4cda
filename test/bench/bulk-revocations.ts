/** A review overturned takes many: from the sheet's upload to its revocations published, on SQLite and MariaDB, each step with its share. */
import { readRoster } from '../../src/applications/roster/read-roster.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { carrySheet } from '../../src/changes/sheets/carry-sheets.ts';
import { checkSheet } from '../../src/changes/sheets/check-sheet.ts';
import { CHANGE_SHEET } from '../../src/changes/sheets/columns.ts';
import { decideSheet } from '../../src/changes/sheets/decide-sheet.ts';
import { proposeSheet } from '../../src/changes/sheets/propose-sheet.ts';
import { findSheet } from '../../src/changes/sheets/store.ts';
import { newestVersion } from '../../src/revocation/store.ts';
import type { Duty, PersonalAct } from '../../src/accounts/role.ts';
import type { World } from '../../src/world.ts';
import { anAct, JULY_30 } from '../support/bureau.ts';
import { released } from './bench-bureau.ts';
import { onEngines } from './engines.ts';

/** Rows of figures for `count` revocations on each engine that is there. */
export async function bulkRevocationsBench(count: number): Promise<readonly string[]> {
  return onEngines(async (engine, world) => {
    const numbers = await numbersOf(world, count);
    const csv = ['证书编号', ...numbers].join('\r\n');
    const read = await readRoster(new TextEncoder().encode(csv), 'sheet.csv', CHANGE_SHEET);
    const document = '津人社撤字〔2021〕1号（测试）';
    const whole = { change: 'REVOKE', reason: 'REVIEW_OVERTURNED', document } as const;
    const handler = actOf('handler', 'handler');
    const [, checkMs] = await timed(async () => checkSheet(world, handler, { read, whole }));
    const id = world.ids();
    const [sheet, proposeMs] = await timed(async () =>
      proposeSheet(world, handler, { id, fileName: 'sheet.csv', read, whole }),
    );
    const officer = actOf('officer', 'revocation-officer');
    let carriedAt = 0;
    const [, ms] = await timed(async () => {
      await decideSheet(world, officer, { id, decision: 'confirm', digest: sheet.digest });
      const failpoint = (name: string): void => void (name === 'carried' && (carriedAt = performance.now()));
      await carrySheet(world, anAct(), { id, options: { failpoint } });
    });
    const publishMs = performance.now() - carriedAt;
    await demandDone(world, id, count);
    return [
      `${engine}: ${count} revocations confirmed and published in ${seconds(ms)} s (≤ 60) · publication ${seconds(publishMs)} s of it`,
      `  before that: check ${seconds(checkMs)} s · proposal ${seconds(proposeMs)} s`,
    ];
  });
}

/** Real certificates, signed by way of a roster and its release. */
async function numbersOf(world: World, count: number): Promise<readonly string[]> {
  const certificates = await certificatesFor(world.db, await released(world, count));
  return certificates.map(({ number }) => number);
}

async function demandDone(world: World, id: string, count: number): Promise<void> {
  const sheet = await findSheet(world.db, id);
  const list = await newestVersion(world.db, 1, 'revocation');
  if (sheet?.state !== 'done' || sheet.done !== count || list?.version !== 2)
    throw new RangeError(`not carried out: ${JSON.stringify(sheet)}, list version ${list?.version}`);
}

function actOf(login: string, duty: Duty): PersonalAct {
  const grants = [{ id: login, organisationId: 'bureau', capacity: 'bureau' as const, duty }];
  const by = { accountId: login, kind: 'staff' as const, name: login, idNumber: login, grants };
  return { actor: login, at: JULY_30, requestId: '1'.repeat(32), by };
}

async function timed<T>(body: () => Promise<T>): Promise<[T, number]> {
  const since = performance.now();
  return [await body(), performance.now() - since];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
