import test from 'ava';
import { faultsOfWay } from '../../src/cli/fsck-decisions.ts';
import { warningsFor } from '../../src/review/warnings.ts';
import { opinionFault, reasonFor, type DecisionKind, type ReviewLevel } from '../../src/review/decision.ts';
import type { PlacedDecision } from '../../src/review/store.ts';
import { anApplication, uploaded } from './a-case.ts';

type Entry = readonly [level: ReviewLevel, decision: DecisionKind, accountId: string, round?: number];

/** Decisions one after the other; versions count from 1. */
function way(...entries: readonly Entry[]): readonly PlacedDecision[] {
  return entries.map(([level, decision, accountId, round = 1], place) => ({
    level,
    decision,
    accountId,
    round,
    version: place + 1,
  }));
}

const EMPLOYER: Entry = ['employer', 'approve', 'e'];
const DEPARTMENT: Entry = ['department', 'approve', 'd'];
const CHECK: Entry = ['bureau-check', 'check', 'h'];
const APPROVE: Entry = ['bureau-approve', 'approve', 'a'];

for (const [name, decisions] of [
  ['straight through', way(EMPLOYER, DEPARTMENT, CHECK, APPROVE)],
  ['route 1', way(CHECK, APPROVE)],
  ['route 3', way(['exam-body', 'approve', 'x'], CHECK, APPROVE)],
  [
    'returned by the bureau and passed again',
    way(EMPLOYER, DEPARTMENT, ['bureau-check', 'return', 'h'], DEPARTMENT, CHECK, APPROVE),
  ],
  ['put back by the approver', way(CHECK, ['bureau-approve', 'back', 'a'], CHECK, APPROVE)],
  [
    'in a second round',
    way(['employer', 'return', 'e'], ['employer', 'approve', 'e', 2], ['department', 'approve', 'd', 2]),
  ],
] as const) {
  test(`fsck finds nothing wrong with a way that is right: ${name}`, t => {
    t.deepEqual(faultsOfWay(decisions), []);
  });
}

for (const [name, decisions, fault] of [
  ['the employer was skipped', way(DEPARTMENT), /越级办理（department）/],
  ['the department was skipped', way(EMPLOYER, CHECK), /越级办理（bureau-check）/],
  ['nobody checked', way(APPROVE), /越级办理（bureau-approve）/],
  ['handler and approver are one', way(CHECK, ['bureau-approve', 'approve', 'h']), /同一人办理/],
  ['one person at two levels', way(EMPLOYER, ['department', 'approve', 'e']), /同一人办理/],
  ['one version decided twice', [...way(CHECK), ...way(CHECK)], /办理了两次/],
  ['a round after its next', way(['employer', 'approve', 'e', 2], DEPARTMENT), /在后一轮之后/],
] as const) {
  test(`fsck names a way that is wrong: ${name}`, t => {
    t.true(faultsOfWay(decisions).some(each => fault.test(each)));
  });
}

test('the warnings name what the handler should look at, gravest first', t => {
  const around = {
    changed: [{}],
    otherSpecialty: true,
    otherName: true,
    registeredName: '别的单位',
    wasReturned: true,
  };
  const application = uploaded({
    uploadLate: true,
    name: '吕𫖮',
    printedName: '吕YI',
    course: { carriedFrom: '2021-06', reason: '字库缺字' },
  });

  t.deepEqual(
    warningsFor(application, around).map(warning => warning.code),
    [
      'STOPPED',
      'CHANGED',
      'UPLOAD_LATE',
      'CARRIED_OVER',
      'RETURNED_BEFORE',
      'OTHER_SPECIALTY',
      'NAME_DIFFERS',
      'RARE_CHARACTER',
      'CODE_OF_ANOTHER',
    ],
  );
});

test('an application like any other has no warnings', t => {
  const { employer } = anApplication();
  const around = {
    changed: [],
    otherSpecialty: false,
    otherName: false,
    registeredName: employer,
    wasReturned: false,
  };

  t.deepEqual(warningsFor(uploaded(), around), []);
});

test('an opinion is one line; a reason has at least two characters', t => {
  t.is(opinionFault('', undefined), undefined);
  t.is(opinionFault('同意', undefined), undefined);
  t.is(reasonFor('approve'), undefined);
  for (const decision of ['return', 'reject', 'propose-reject'] as const) {
    t.regex(opinionFault('𠮷', reasonFor(decision)) ?? '', /理由/);
    t.is(opinionFault('缺页', reasonFor(decision)), undefined);
  }
  for (const text of ['两\n行', '\u202e倒写', 'a\u0000b', '长'.repeat(501)])
    t.not(opinionFault(text, undefined), undefined);
});
