import test from 'ava';
import { ROLES, type Actor } from '../../src/accounts/role.ts';
import { APPLICATION_STATES, type Application, type Turn } from '../../src/applications/application.ts';
import { DECISIONS, type DecisionKind, type PriorDecision } from '../../src/review/decision.ts';
import { judge, judgeAbsent } from '../../src/review/path.ts';
import { JULY_30 } from '../support/bureau.ts';
import {
  anApplication,
  APPROVER,
  aStaff,
  atDepartment,
  both,
  checked,
  DEPARTMENT,
  EMPLOYER,
  EXAM_BODY,
  HANDLER,
  ORGANISATION,
  uploaded,
} from './a-case.ts';

const opinion = '材料不齐';

function judged(
  application: Application,
  actor: Actor,
  ...[decision, prior = []]: readonly [decision: DecisionKind, prior?: readonly PriorDecision[]]
): string {
  const { version } = application.course;
  const answer = judge(application, { actor, at: JULY_30, prior }, { decision, version, opinion });
  return answer.ok ? answer.step.state : answer.code;
}

/** The whole table: role, whose turn, state, decision → next state. Everything else is refused. */
const ALLOWED: readonly [role: string, turn: Turn['kind'], state: string, decision: string, next: string][] =
  [
    ['employer', 'employer', 'EMPLOYER_REVIEW', 'approve', 'DEPT_REVIEW'],
    ['employer', 'employer', 'EMPLOYER_REVIEW', 'return', 'RETURNED'],
    ['department', 'department', 'DEPT_REVIEW', 'approve', 'DEPT_REVIEW'],
    ['department', 'department', 'DEPT_REVIEW', 'return', 'RETURNED'],
    ['department', 'department', 'DEPT_REVIEW', 'reject', 'REJECTED'],
    ['department', 'department', 'RETURNED', 'approve', 'DEPT_REVIEW'],
    ['department', 'department', 'RETURNED', 'return', 'RETURNED'],
    ['department', 'department', 'RETURNED', 'reject', 'REJECTED'],
    ['exam-body', 'exam-body', 'EXAM_REVIEW', 'approve', 'EXAM_REVIEW'],
    ['exam-body', 'exam-body', 'EXAM_REVIEW', 'return', 'RETURNED'],
    ['exam-body', 'exam-body', 'EXAM_REVIEW', 'reject', 'REJECTED'],
    ['exam-body', 'exam-body', 'RETURNED', 'approve', 'EXAM_REVIEW'],
    ['exam-body', 'exam-body', 'RETURNED', 'return', 'RETURNED'],
    ['exam-body', 'exam-body', 'RETURNED', 'reject', 'REJECTED'],
    ['handler', 'bureau', 'UPLOADED', 'check', 'BUREAU_CHECK'],
    ['handler', 'bureau', 'UPLOADED', 'return', 'RETURNED'],
    ['handler', 'bureau', 'UPLOADED', 'propose-reject', 'BUREAU_CHECK'],
    ['handler', 'bureau', 'BUREAU_CHECK', 'return', 'RETURNED'],
    ['handler', 'bureau', 'BUREAU_CHECK', 'propose-reject', 'BUREAU_CHECK'],
    ['handler', 'bureau', 'BUREAU_CHECK', 'back', 'UPLOADED'],
    ['approver', 'bureau', 'BUREAU_CHECK', 'return', 'RETURNED'],
    ['approver', 'bureau', 'BUREAU_CHECK', 'back', 'UPLOADED'],
  ];

const PEOPLE: Readonly<Record<(typeof ROLES)[number], Actor>> = {
  holder: { ...aStaff(20, 'employer'), kind: 'holder', grants: [] },
  employer: EMPLOYER,
  department: DEPARTMENT,
  organiser: aStaff(21, 'organiser'),
  'exam-body': EXAM_BODY,
  'registration-body': aStaff(22, 'registration-body'),
  handler: HANDLER,
  approver: APPROVER,
  'revocation-officer': aStaff(23, 'bureau', { duty: 'revocation-officer' }),
  administrator: aStaff(24, 'bureau', { duty: 'administrator' }),
  auditor: aStaff(25, 'bureau', { duty: 'auditor' }),
};

const TURNS: readonly (Turn | undefined)[] = [
  undefined,
  { kind: 'holder', organisationId: undefined },
  { kind: 'employer', organisationId: ORGANISATION.employer },
  { kind: 'department', organisationId: ORGANISATION.department },
  { kind: 'exam-body', organisationId: ORGANISATION.examBody },
  { kind: 'organiser', organisationId: ORGANISATION.organiser },
  { kind: 'bureau', organisationId: undefined },
];

test('every role, turn, state and decision that the table does not name is refused', t => {
  const found: string[] = [];
  for (const role of ROLES)
    for (const turn of TURNS)
      for (const state of APPLICATION_STATES)
        for (const decision of DECISIONS) {
          const examBodyId = ORGANISATION.examBody;
          const application = anApplication({
            state,
            course: { turn, examBodyId, organiserId: ORGANISATION.organiser },
          });
          const next = judged(application, PEOPLE[role], decision);
          if ((APPLICATION_STATES as readonly string[]).includes(next))
            found.push([role, turn?.kind, state, decision, next].join());
        }

  const expected = ALLOWED.map(row => row.join());
  t.deepEqual(found.sort(), expected.sort());
});

test('an employer cannot reject: only its department can end an application', t => {
  t.is(judged(anApplication(), EMPLOYER, 'reject'), 'FORBIDDEN');
  t.is(judged(atDepartment(), DEPARTMENT, 'reject'), 'REJECTED');
});

test('a level cannot be skipped, and none decides twice', t => {
  t.is(judged(anApplication(), DEPARTMENT, 'approve'), 'APPLICATION_STATE');
  t.is(judged(atDepartment(), EMPLOYER, 'approve'), 'APPLICATION_STATE');
  t.is(judged(atDepartment({ passedAt: JULY_30 }), DEPARTMENT, 'approve'), 'APPLICATION_STATE');
  t.is(judged(uploaded(), APPROVER, 'back'), 'APPLICATION_STATE');
  t.is(judged(checked(), HANDLER, 'check'), 'APPLICATION_STATE');
});

test('what has not reached the bureau is not there for its handlers', t => {
  t.is(judged(atDepartment(), HANDLER, 'check'), 'NOT_FOUND');
});

test('an application of another organisation is answered as if it were not there', t => {
  const elsewhere = { organisationId: ORGANISATION.other };

  t.is(judged(anApplication(), aStaff(7, 'employer', elsewhere), 'approve'), 'NOT_FOUND');
  t.is(judged(atDepartment(), aStaff(7, 'department', elsewhere), 'approve'), 'NOT_FOUND');
});

test('nobody learns from a refusal whether an application exists', t => {
  const others = { organisationId: ORGANISATION.other } as const;
  const strangers: readonly Actor[] = [
    aStaff(40, 'employer', others),
    aStaff(41, 'department', others),
    aStaff(42, 'exam-body', others),
    aStaff(43, 'organiser', others),
    aStaff(44, 'registration-body'),
    aStaff(45, 'bureau', { duty: 'administrator' }),
    { ...aStaff(46, 'employer'), grants: [] },
  ];

  for (const stranger of strangers)
    t.is(judged(atDepartment(), stranger, 'return'), judgeAbsent(stranger).code);
});

test('an archive body decides as a department', t => {
  t.is(judged(atDepartment(), aStaff(7, 'archive'), 'approve'), 'DEPT_REVIEW');
});

test('nobody decides on an application of their own, at any level', t => {
  const { idNumber } = EMPLOYER;

  t.is(judged(anApplication({ idNumber }), EMPLOYER, 'approve'), 'OWN_APPLICATION');
  t.is(judged({ ...atDepartment(), idNumber: DEPARTMENT.idNumber }, DEPARTMENT, 'reject'), 'OWN_APPLICATION');
  t.is(judged(uploaded({ idNumber: HANDLER.idNumber }), HANDLER, 'check'), 'OWN_APPLICATION');
  t.is(judged(checked({ idNumber: APPROVER.idNumber }), APPROVER, 'back'), 'OWN_APPLICATION');
});

// R15: where employer and department are the same organisation, two people are needed
test('one account decides at most one level of a round', t => {
  const one = both(EMPLOYER, DEPARTMENT);
  const earlier: PriorDecision = {
    level: 'employer',
    decision: 'approve',
    round: 1,
    accountId: one.accountId,
  };

  t.is(judged(atDepartment(), one, 'approve', [earlier]), 'SAME_REVIEWER');
  t.is(judged(atDepartment({ round: 2 }), one, 'approve', [earlier]), 'DEPT_REVIEW');
  t.is(judged(atDepartment(), DEPARTMENT, 'approve', [earlier]), 'DEPT_REVIEW');
});

test('the handler of an item never is its approver', t => {
  const one = both(HANDLER, APPROVER);
  const earlier: PriorDecision = {
    level: 'bureau-check',
    decision: 'check',
    round: 1,
    accountId: APPROVER.accountId,
  };
  const proposed = checked({ course: { rejectProposed: true } });

  t.is(judged(proposed, one, 'reject'), 'TWO_PERSONS_NEEDED');
  t.is(judged(proposed, APPROVER, 'reject', [earlier]), 'TWO_PERSONS_NEEDED');
  t.is(judged(proposed, APPROVER, 'reject'), 'REJECTED');
});

test('an approver rejects only what a handler proposed to reject', t => {
  t.is(judged(checked(), APPROVER, 'reject'), 'APPLICATION_STATE');
});

test('a handler may think better of a proposal to reject', t => {
  t.is(judged(checked({ course: { rejectProposed: true } }), HANDLER, 'check'), 'BUREAU_CHECK');
  t.is(judged(checked({ course: { rejectProposed: true } }), HANDLER, 'propose-reject'), 'APPLICATION_STATE');
});

test('a stale page decides nothing', t => {
  const wanted = { decision: 'approve', version: 1, opinion: '' } as const;
  const circumstances = { actor: EMPLOYER, at: JULY_30, prior: [] };

  const answer = judge(anApplication({ course: { version: 2 } }), circumstances, wanted);

  t.like(answer, { ok: false, code: 'STALE' });
});

function stepOf(application: Application, actor: Actor, decision: DecisionKind): object {
  const { version } = application.course;
  const answer = judge(application, { actor, at: JULY_30, prior: [] }, { decision, version, opinion });
  return answer.ok ? answer.step : answer;
}

test('a return goes to whoever filled the application in', t => {
  t.like(stepOf(anApplication(), EMPLOYER, 'return'), { turn: { kind: 'holder' }, reason: opinion });
  const originated = atDepartment({ originator: 'employer' });
  t.like(stepOf(originated, DEPARTMENT, 'return'), {
    turn: { kind: 'employer', organisationId: ORGANISATION.employer },
  });
});

test('the bureau returns to whoever uploaded, and the item drops out of its batch', t => {
  const { department, examBody, organiser } = ORGANISATION;
  const cases = [
    [1, 'organiser', organiser],
    [2, 'department', department],
    [3, 'exam-body', examBody],
    [4, 'department', department],
  ] as const;

  for (const [route, kind, organisationId] of cases) {
    const application = uploaded({ route, course: { organiserId: organiser, examBodyId: examBody } });
    const step = stepOf(application, HANDLER, 'return');
    t.like(
      step,
      { state: 'RETURNED', turn: { kind, organisationId }, batchMonth: undefined },
      `route ${route}`,
    );
    t.true('batchMonth' in step, `route ${route}`);
  }
});

test('an application that nobody uploaded cannot be returned', t => {
  t.is(judged(uploaded({ course: { originator: 'bureau' } }), HANDLER, 'return'), 'APPLICATION_STATE');
});
