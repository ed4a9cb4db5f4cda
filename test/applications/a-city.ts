/** A small city for tests of applications: units, links, a committee and an entitlement on the registers, and somebody at each desk. */
import type { ExecutionContext } from 'ava';
import { addLink } from '../../src/accounts/ties/store.ts';
import type { Capacity } from '../../src/accounts/organisation.ts';
import type { Actor, Duty, PersonalAct } from '../../src/accounts/role.ts';
import type { Application, ApplicationContent } from '../../src/applications/application.ts';
import { contentFrom } from '../../src/applications/content.ts';
import { addCommittee, addEntitlement } from '../../src/applications/register/change-register.ts';
import { EXAM_ROSTER } from '../../src/applications/roster/columns.ts';
import { readRoster } from '../../src/applications/roster/read-roster.ts';
import type { ReadRoster } from '../../src/applications/roster/roster.ts';
import { startDraft } from '../../src/applications/start-draft.ts';
import { submitApplication } from '../../src/applications/submit-application.ts';
import { takeInExamRoster } from '../../src/applications/take-in-passes.ts';
import { inTransaction } from '../../src/db/tx.ts';
import type { Instant } from '../../src/shared/time.ts';
import type { World } from '../../src/world.ts';
import { aHolder } from '../support/actor.ts';
import { aBureau, anAct, idNumberOf, JULY_30, someCells } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';
import { anOrganisation } from '../support/people.ts';

export const COMMITTEE = '天津市工程技术系列建筑工程专业高级职称评审委员会（测试）';
const UNITS = {
  bureau: ['天津市人力资源和社会保障局（测试）', '11120199TEXT00017Y', 'bureau'],
  employer: ['天津滨河建筑设计研究院有限公司', '91120199TEXT001130', 'employer'],
  university: ['津门大学', '12120199TEXT001210', 'employer'],
  department: ['天津市住房建设委员会人事处（测试）', '11120199TEXT00033L', 'department'],
  archive: ['天津市津门区人力资源服务中心（测试）', '12120199TEXT00025N', 'archive'],
  examBody: ['天津市人事考试中心（测试）', '12120199TEXT00092L', 'exam-body'],
  organiser: ['天津市职称评审服务中心（测试）', '12120199TEXT00287E', 'organiser'],
  otherOrganiser: ['天津市教育评审服务中心（测试）', '12120199TEXT001728', 'organiser'],
} as const satisfies Record<string, readonly [string, string, Capacity]>;
type UnitKey = keyof typeof UNITS;

export function codeOf(unit: UnitKey): string {
  return UNITS[unit][1];
}

export function nameOf(unit: UnitKey): string {
  return UNITS[unit][0];
}

export interface City {
  readonly world: World;
  readonly idOf: Readonly<Record<UnitKey, string>>;
  /** The clerk of that unit; of the bureau, whoever has that duty. */
  readonly desk: (unit: UnitKey, duty?: Duty) => Actor;
  /** Now, by that person. */
  readonly act: (by: Actor) => PersonalAct;
  /** The clock stands here from now on. */
  readonly setClock: (at: Instant) => void;
}

/**
 * 30 July 2021, noon. The employer stands under the department; the university under none. Both may appoint in series 05 to C, D and
 * E. The committee is filed for series 05, levels A and B, in 2021.
 */
export async function aCity(t: ExecutionContext, database: TestDatabase): Promise<City> {
  let now = JULY_30;
  const world = await aBureau(t, database, { clock: () => now });
  const ids: Partial<Record<UnitKey, string>> = {};
  for (const [key, [name, code, capacity]] of Object.entries(UNITS))
    ids[key as UnitKey] = await anOrganisation(world, { name, code, capacities: [capacity] });
  const idOf = ids as Record<UnitKey, string>; // every key was visited
  const desk = (unit: UnitKey, duty: Duty = 'clerk'): Actor => clerk(idOf[unit], UNITS[unit][2], duty);
  const act = (by: Actor): PersonalAct => ({ ...anAct(now), actor: by.accountId, by });

  const administrator = act(desk('bureau', 'administrator'));
  await inTransaction(world.db, async tx =>
    addLink(tx, world.db, {
      id: world.ids(),
      employerId: idOf.employer,
      departmentId: idOf.department,
      from: '2019-01-01',
      to: undefined,
    }),
  );
  await addCommittee(world, administrator, {
    filingNumber: '津职评备〔2021〕001号（测试）',
    name: COMMITTEE,
    organiserCode: codeOf('organiser'),
    subtype: '社会化评审',
    seriesCodes: ['05'],
    levels: ['B', 'A'],
    from: '2021-01-01',
    to: '2021-12-31',
  });
  for (const unit of ['employer', 'university'] as const)
    await addEntitlement(world, administrator, {
      organisationCode: codeOf(unit),
      seriesCode: '05',
      document: '津职聘备〔2021〕1号（测试）',
      from: '2021-01-01',
    });
  return { world, idOf, desk, act, setClock: at => (now = at) };
}

let accounts = 0;

function clerk(organisationId: string, capacity: Capacity, duty: Duty): Actor {
  accounts += 1;
  const accountId = accounts.toString(16).padStart(32, 'c');
  const grant = { id: accounts.toString(16).padStart(32, 'd'), organisationId, capacity, duty };
  return {
    accountId,
    kind: 'staff',
    name: '测试经办',
    idNumber: idNumberOf(20_000 + accounts),
    grants: [grant],
  };
}

/** The holder with that serial number; odd ones are men. */
export function holderOf(serial = 1): Actor {
  return { ...aHolder(idNumberOf(serial)), accountId: serial.toString(16).padStart(32, 'e') };
}

/** What an engineer of the employer writes, appointed on 9 July 2021. */
export function someContent(changes: Partial<ApplicationContent> = {}, serial = 1): ApplicationContent {
  return contentFrom({
    name: '张明远',
    gender: serial % 2 === 1 ? '男' : '女',
    idType: '居民身份证',
    idNumber: idNumberOf(serial),
    phone: '19900001001',
    employerCode: codeOf('employer'),
    series: '工程技术人员',
    specialty: '建筑结构设计',
    level: '中级',
    qualification: '工程师',
    obtainedOn: '2021-07-09',
    ...changes,
  });
}

/** The holder's draft of route 2. */
export async function aDraft(
  { world, act }: City,
  content = someContent(),
  by = holderOf(1),
): Promise<Application> {
  return startDraft(world, act(by), { id: world.ids(), route: 2, content });
}

/** Submitted, and waiting for the employer. */
export async function aSubmission(
  city: City,
  content = someContent(),
  by = holderOf(1),
): Promise<Application> {
  const draft = await aDraft(city, content, by);
  return submitApplication(city.world, city.act(by), seen(draft));
}

/** One pass of the exam body's, an accountant's; the id of what waits for its holder. */
export async function aPass(city: City, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const read = await examRoster([somePass(changes)]);
  const { applicationIds } = await takeInExamRoster(city.world, city.act(city.desk('examBody')), { read });
  return applicationIds[0] ?? '';
}

export function somePass(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { 姓名 = '', 性别 = '', 证件类型 = '', 证件号码 = '', 手机号码 = '' } = someCells(1);
  return {
    ...{ 姓名, 性别, 证件类型, 证件号码, 手机号码 },
    系列: '会计人员',
    专业: '会计',
    层级: '助理级',
    资格名称: '助理会计师',
    取得资格时间: '2021-05-16',
    通过通知日期: '2021-06-20',
    ...changes,
  };
}

export async function examRoster(rows: readonly Record<string, string>[]): Promise<ReadRoster> {
  return readRoster(new TextEncoder().encode(JSON.stringify(rows)), 'passes.json', EXAM_ROSTER);
}

export async function committeeRoster(rows: readonly Record<string, string>[]): Promise<ReadRoster> {
  return readRoster(new TextEncoder().encode(JSON.stringify(rows)), 'roster.json');
}

export function seen({ id, course }: Application): { id: string; version: number } {
  return { id, version: course.version };
}
