/**
 * The bureau's month at the size of a city: 10,000 applications of the second route decided level by level, uploaded, checked, approved
 * and released; and pages of a list of 100,000 over HTTP.
 */
import {
  APPLICATION_STATES,
  courseFrom,
  type Application,
  type ApplicationState,
} from '../../src/applications/application.ts';
import { addApplications } from '../../src/applications/store.ts';
import type { Capacity, Organisation } from '../../src/accounts/organisation.ts';
import type { Duty, Grant, PersonalAct } from '../../src/accounts/role.ts';
import { addOrganisations } from '../../src/accounts/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { approveBatch } from '../../src/issuance/approve.ts';
import { viewBatch } from '../../src/issuance/batch-view.ts';
import { resumeReleases } from '../../src/issuance/release/release.ts';
import { decideMany } from '../../src/review/decide.ts';
import type { DecisionKind } from '../../src/review/decision.ts';
import { uploadMany } from '../../src/review/upload.ts';
import type { World } from '../../src/world.ts';
import { anAct, idNumberOf, JULY, JULY_30 } from '../support/bureau.ts';
import { onEngines } from './engines.ts';

export const EMPLOYER = { id: '1'.repeat(32), code: '91120199TEXT00148J' } as const;
export const DEPARTMENT = { id: '2'.repeat(32), code: '91120199TEXT00068Y' } as const;
export const BUREAU = { id: '3'.repeat(32), code: '11120199TEXT00017Y' } as const;
/** Items of one request: what a desk sends at once. */
const BULK = 500;

/** Rows of figures for `count` applications on each engine that is there. */
export async function monthBench(count: number): Promise<readonly string[]> {
  return onEngines(async (engine, world) => {
    await organisations(world);
    const ids = await fill(world, { count, state: 'EMPLOYER_REVIEW' });
    const rss = process.memoryUsage().rss;
    const spent: string[] = [];
    const since = performance.now();
    const step = async (name: string, body: () => Promise<void>): Promise<void> => {
      const start = performance.now();
      await body();
      spent.push(`${name} ${((performance.now() - start) / 1000).toFixed(1)} s`);
    };
    const decide = (decision: DecisionKind, act: PersonalAct, version: number) => async (): Promise<void> => {
      for (const items of bulks(ids, version)) {
        const results = await decideMany(world, act, { decision, items });
        const refused = results.find(result => !result.ok);
        if (refused) throw new Error(`bench: ${JSON.stringify(refused)}`);
      }
    };
    await step('employer', decide('approve', actOf(EMPLOYER.id, 'employer', 'clerk'), 1));
    await step('department', decide('approve', actOf(DEPARTMENT.id, 'department', 'clerk'), 2));
    await step('upload', async () => {
      for (const items of bulks(ids, 3))
        await uploadMany(world, actOf(DEPARTMENT.id, 'department', 'clerk'), { items });
    });
    await step('check', decide('check', actOf(BUREAU.id, 'bureau', 'handler'), 4));
    await step('approve', async () => {
      const approver = actOf(BUREAU.id, 'bureau', 'approver');
      const { digest } = await viewBatch(world, approver, JULY);
      await approveBatch(world, approver, { month: JULY, digest });
    });
    await step('release', async () => {
      await resumeReleases(world, anAct());
    });
    const seconds = (performance.now() - since) / 1000;
    const grown = (process.memoryUsage().rss - rss) / 1e6;
    return [
      `${engine}: ${count} through review and released: ${(count / seconds).toFixed(0)}/s (≥ 60) · memory +${grown.toFixed(0)} MB`,
      `  ${spent.join(' · ')}`,
    ];
  });
}

function* bulks(ids: readonly string[], version: number): Generator<{ id: string; version: number }[]> {
  for (let at = 0; at < ids.length; at += BULK) yield ids.slice(at, at + BULK).map(id => ({ id, version }));
}

export async function organisations(world: World): Promise<void> {
  const entry = (key: { id: string; code: string }, name: string, capacity: Capacity): Organisation => ({
    ...key,
    name,
    capacities: [capacity],
  });
  await inTransaction(world.db, tx =>
    addOrganisations(tx, world.db, [
      entry(EMPLOYER, '天津滨河装备制造有限公司', 'employer'),
      entry(DEPARTMENT, '天津滨河装备控股集团有限公司（测试）', 'department'),
      entry(BUREAU, '天津市人力资源和社会保障局（测试）', 'bureau'),
    ]),
  );
}

/** @returns ids of `count` applications of the second route in that state */
export async function fill(
  world: World,
  wanted: { count: number; state: ApplicationState },
): Promise<readonly string[]> {
  const ids: string[] = [];
  const offset = APPLICATION_STATES.indexOf(wanted.state) * 1_000_000;
  for (let from = 0; from < wanted.count; from += 1000) {
    const page = Array.from({ length: Math.min(1000, wanted.count - from) }, (_, place) =>
      anApplication(world, offset + from + place + 1, wanted.state),
    );
    await inTransaction(world.db, tx => addApplications(tx, world, page));
    ids.push(...page.map(each => each.id));
  }
  return ids;
}

function anApplication(world: World, serial: number, state: ApplicationState): Application {
  return {
    id: world.ids(),
    route: 2,
    subtype: undefined,
    state,
    batchMonth: undefined,
    rosterId: undefined,
    name: '李明',
    printedName: '李明',
    rarityPolicy: 'gbk',
    gender: serial % 2 === 1 ? '男' : '女',
    idType: '居民身份证',
    idNumber: `${idNumberOf(((serial - 1) % 27_000) + 1).slice(0, 6)}${String(serial).padStart(12, '0')}`,
    phone: '19900001001',
    employer: '天津滨河装备制造有限公司',
    employerCode: '91120199TEXT00148J',
    submittingUnit: '天津滨河装备控股集团有限公司（测试）',
    seriesCode: '05',
    series: '工程技术人员',
    specialty: '机械设计制造',
    level: 'D',
    qualification: '助理工程师',
    reviewBody: '天津滨河装备制造有限公司',
    obtainedOn: '2021-06-01',
    filedOn: undefined,
    uploadedAt: undefined,
    uploadDeadline: undefined,
    uploadLate: false,
    corrects: undefined,
    entrustLetter: undefined,
    externalNumber: undefined,
    draft: undefined,
    passKey: undefined,
    course: courseFrom({
      originator: 'holder',
      changedAt: JULY_30 - serial,
      submittedAt: JULY_30 - serial,
      employerId: EMPLOYER.id,
      departmentId: DEPARTMENT.id,
      turn: { kind: 'employer', organisationId: EMPLOYER.id },
    }),
  };
}

/** The cut-off of July is the 15th: people act on the 14th. */
const JULY_14 = JULY_30 - 16 * 86_400;

function actOf(organisationId: string, capacity: Capacity, duty: Duty): PersonalAct {
  const accountId = `${capacity}-${duty}`.padEnd(32, '0').slice(0, 32);
  const grant: Grant = { id: accountId, organisationId, capacity, duty };
  const by = { accountId, kind: 'staff' as const, name: '测试', idNumber: accountId, grants: [grant] };
  return { actor: accountId, at: JULY_14, requestId: '0'.repeat(32), by };
}
