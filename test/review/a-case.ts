/** Applications and people at the points of their way that the tests of review and issuance need. */
import type { Capacity } from '../../src/accounts/organisation.ts';
import type { Actor, Duty, PersonalAct } from '../../src/accounts/role.ts';
import { courseFrom, type Application, type Course } from '../../src/applications/application.ts';
import { addApplications, applicationsById } from '../../src/applications/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { startOf, type Instant } from '../../src/shared/time.ts';
import type { World } from '../../src/world.ts';
import { idNumberOf, JULY, JULY_30 } from '../support/bureau.ts';

export const ORGANISATION = {
  employer: 'e'.repeat(32),
  department: 'd'.repeat(32),
  examBody: 'c'.repeat(32),
  organiser: '0'.repeat(32),
  bureau: 'b'.repeat(32),
  other: 'f'.repeat(32),
} as const;

/** A member of staff; accounts are told apart by their serial number. */
export function aStaff(
  serial: number,
  capacity: Capacity,
  grant: { organisationId?: string; duty?: Duty } = {},
): Actor {
  const organisationId =
    grant.organisationId ??
    {
      employer: ORGANISATION.employer,
      department: ORGANISATION.department,
      archive: ORGANISATION.department,
      'exam-body': ORGANISATION.examBody,
      organiser: ORGANISATION.organiser,
      bureau: ORGANISATION.bureau,
      'registration-body': ORGANISATION.other,
    }[capacity];
  const accountId = serial.toString(16).padStart(32, '0');
  return {
    accountId,
    kind: 'staff',
    name: `测试人员${serial}`,
    idNumber: idNumberOf(20_000 + serial), // far from those of applicants
    grants: [{ id: accountId, organisationId, capacity, duty: grant.duty ?? 'clerk' }],
  };
}

export const EMPLOYER = aStaff(1, 'employer');
export const DEPARTMENT = aStaff(2, 'department');
export const EXAM_BODY = aStaff(3, 'exam-body');
export const HANDLER = aStaff(4, 'bureau', { duty: 'handler' });
export const APPROVER = aStaff(5, 'bureau', { duty: 'approver' });
export const APPROVER_2 = aStaff(6, 'bureau', { duty: 'approver' });

export function actBy(by: Actor, at: Instant = JULY_30): PersonalAct {
  return { actor: by.accountId, at, requestId: '0'.repeat(32), by };
}

/** One person with the duties of several. */
export function both(first: Actor, ...others: readonly Actor[]): Actor {
  return { ...first, grants: [first, ...others].flatMap(each => each.grants) };
}

let made = 0;

/** A route 2 application as it waits for its employer, unless changed. */
export function anApplication(
  changes: Partial<Omit<Application, 'course'>> & { course?: Partial<Course> } = {},
): Application {
  made += 1;
  const { course, ...rest } = changes;
  return {
    id: made.toString(16).padStart(32, '9'),
    route: 2,
    subtype: undefined,
    state: 'EMPLOYER_REVIEW',
    batchMonth: undefined,
    rosterId: undefined,
    name: '张明远',
    printedName: '张明远',
    rarityPolicy: 'gbk',
    gender: '男',
    idType: '居民身份证',
    idNumber: idNumberOf(made),
    phone: '19900001001',
    employer: '天津滨河建筑设计研究院有限公司',
    employerCode: '91120199TEXT001130',
    submittingUnit: '天津市住房建设委员会人事处（测试）',
    seriesCode: '05',
    series: '工程技术人员',
    specialty: '建筑结构设计',
    level: 'C',
    qualification: '工程师',
    reviewBody: '天津滨河建筑设计研究院有限公司',
    obtainedOn: '2021-07-01',
    filedOn: undefined,
    uploadedAt: undefined,
    uploadDeadline: undefined,
    uploadLate: false,
    corrects: undefined,
    entrustLetter: undefined,
    externalNumber: undefined,
    draft: undefined,
    passKey: undefined,
    ...rest,
    course: {
      ...courseFrom({
        originator: 'holder',
        changedAt: JULY_30,
        submittedAt: JULY_30,
        employerId: ORGANISATION.employer,
        departmentId: ORGANISATION.department,
        turn: { kind: 'employer', organisationId: ORGANISATION.employer },
      }),
      ...course,
    },
  };
}

/** The same at its department, which the employer passed it to. */
export function atDepartment(course: Partial<Course> = {}): Application {
  const turn = { kind: 'department', organisationId: ORGANISATION.department } as const;
  return anApplication({ state: 'DEPT_REVIEW', course: { turn, ...course } });
}

/** Uploaded to the bureau on 1 July for July. */
export function uploaded(changes: Parameters<typeof anApplication>[0] = {}): Application {
  const { course, ...rest } = changes;
  return anApplication({
    state: 'UPLOADED',
    batchMonth: JULY,
    uploadedAt: startOf('2021-07-01'),
    ...rest,
    course: { turn: { kind: 'bureau', organisationId: undefined }, ...course },
  });
}

/** Checked by the handler, waiting for the approver. */
export function checked(changes: Parameters<typeof anApplication>[0] = {}): Application {
  const { course, ...rest } = changes;
  return uploaded({ state: 'BUREAU_CHECK', ...rest, course: { checkedBy: HANDLER.accountId, ...course } });
}

/** The applications stand in that World. */
export async function put(world: World, applications: readonly Application[]): Promise<void> {
  await inTransaction(world.db, tx => addApplications(tx, world, applications));
}

/** The application as it stands now. */
export async function now(world: World, { id }: { readonly id: string }): Promise<Application> {
  const found = (await applicationsById(world, [id])).get(id);
  if (!found) throw new RangeError(`application ${id} is gone`);
  return found;
}

/** What a page that shows these applications would send. */
export function seen(applications: readonly Application[]): readonly { id: string; version: number }[] {
  return applications.map(({ id, course }) => ({ id, version: course.version }));
}
