/** Rosters by their senders: a committee's organiser (R4, R9) and an exam body (R6, R12). */
import test from 'ava';
import { employmentsOf } from '../../src/accounts/ties/store.ts';
import { applyForPass, reopenPass } from '../../src/applications/exam-pass.ts';
import { endCommittee } from '../../src/applications/register/change-register.ts';
import { committeesOf } from '../../src/applications/register/store.ts';
import { RosterRowsInvalid } from '../../src/applications/roster/check-roster.ts';
import { reservedPhoneOf } from '../../src/applications/reserved-phone.ts';
import { applicationsOf, stepApplications } from '../../src/applications/store.ts';
import { submitApplication } from '../../src/applications/submit-application.ts';
import { takeInExamRoster } from '../../src/applications/take-in-passes.ts';
import { uploadRoster } from '../../src/applications/upload-roster.ts';
import { findApplicationFor } from '../../src/applications/find-application.ts';
import { withdrawApplication } from '../../src/applications/withdraw-application.ts';
import { writeContent } from '../../src/applications/write-content.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import type { DomainError } from '../../src/shared/errors.ts';
import { startOf } from '../../src/shared/time.ts';
import { idNumberOf, someCells } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import {
  aCity,
  aPass,
  codeOf,
  committeeRoster,
  examRoster,
  holderOf,
  nameOf,
  seen,
  somePass,
} from './a-city.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

for (const database of databases()) {
  test(`a committee's roster is uploaded in its organiser's name, and its people are known to work there (${database.name})`, async t => {
    const city = await aCity(t, database);
    const act = city.act(city.desk('organiser'));

    const taken = await uploadRoster(city.world, act, {
      read: await committeeRoster([someCells(1), someCells(2)]),
    });

    t.like(taken, { batchMonth: '2021-07', taken: 2, known: 0, late: 0 });
    const application = await findApplicationFor(
      city.world,
      city.desk('organiser'),
      taken.applicationIds[0] ?? '',
    );
    t.is(application.subtype, '社会化评审');
    t.is(application.course.employerId, city.idOf.employer);
    t.is(application.course.departmentId, city.idOf.department);
    const staff = await employmentsOf(city.world, { organisationId: city.idOf.employer, on: '2021-07-30' });
    t.deepEqual(staff.map(({ idNumber }) => idNumber).sort(), [idNumberOf(1), idNumberOf(2)].sort());
    t.is(await reservedPhoneOf(city.world, idNumberOf(1)), '19900001001');
  });

  test(`the same pass on two rosters, also at once, waits once (${database.name})`, async t => {
    const city = await aCity(t, database);
    const act = city.act(city.desk('examBody'));
    const read = await examRoster([somePass()]);

    const both = await Promise.all([
      takeInExamRoster(city.world, act, { read }),
      takeInExamRoster(city.world, act, { read }),
    ]);

    t.deepEqual(both.map(({ taken }) => taken).sort(), [0, 1]);
    t.deepEqual(both[0]?.applicationIds, both[1]?.applicationIds);
    t.is((await applicationsOf(city.world, idNumberOf(1))).length, 1);
  });
}

const strangers: readonly [title: string, cells: Record<string, string>, code: string][] = [
  ['a committee that is not on the register', { 评审机构: '某评审委员会' }, 'COMMITTEE_UNKNOWN'],
  ['a series outside its filing', { 系列: '经济专业人员', 资格名称: '高级经济师' }, 'COMMITTEE_SERIES'],
  ['a level outside its filing', { 层级: '中级', 资格名称: '工程师' }, 'COMMITTEE_LEVEL'],
  ['a day before its filing began', { 取得资格时间: '2020-12-31' }, 'COMMITTEE_NOT_VALID'],
];

for (const [title, cells, code] of strangers) {
  test(`a roster is refused for ${title}`, async t => {
    const city = await aCity(t, sqlite);
    const read = await committeeRoster([someCells(1), someCells(2, cells)]);

    const error = await t.throwsAsync(uploadRoster(city.world, city.act(city.desk('organiser')), { read }), {
      instanceOf: RosterRowsInvalid,
    });

    t.deepEqual(
      (error as RosterRowsInvalid).faults.map(({ line, column, code: told }) => [line, column, told]),
      [[2, '评审机构', code]],
    );
    t.is((await applicationsOf(city.world, idNumberOf(1))).length, 0, 'all rows or none');
  });
}

test("another organiser's committee is unknown to this one", async t => {
  const city = await aCity(t, sqlite);
  const read = await committeeRoster([someCells(1)]);

  const error = await t.throwsAsync(
    uploadRoster(city.world, city.act(city.desk('otherOrganiser')), { read }),
    {
      instanceOf: RosterRowsInvalid,
    },
  );

  t.is((error as RosterRowsInvalid).faults[0]?.code, 'COMMITTEE_UNKNOWN');
});

test('a committee whose filing ended keeps what it passed before', async t => {
  const city = await aCity(t, sqlite);
  const [committee] = await committeesOf(city.world.db);
  const administrator = city.act(city.desk('bureau', 'administrator'));
  await endCommittee(city.world, administrator, { id: committee?.id ?? '', to: '2021-07-09' });
  const send = async (cells: Record<string, string>) =>
    uploadRoster(city.world, city.act(city.desk('organiser')), { read: await committeeRoster([cells]) });

  t.is((await send(someCells(1))).taken, 1);
  await t.throwsAsync(send(someCells(2, { 取得资格时间: '2021-07-10' })), { instanceOf: RosterRowsInvalid });
});

test('the batch month is that of the upload in Shanghai, to the second', async t => {
  const city = await aCity(t, sqlite);
  const send = async (serial: number) =>
    uploadRoster(city.world, city.act(city.desk('organiser')), {
      read: await committeeRoster([someCells(serial)]),
    });

  city.setClock(startOf('2022-02-01') - 1);
  t.is((await send(1)).batchMonth, '2022-01');
  city.setClock(startOf('2022-02-01'));
  t.is((await send(2)).batchMonth, '2022-02');
});

test('an upload after the fifth working day is taken in, flagged and told', async t => {
  const city = await aCity(t, sqlite);
  city.setClock(startOf('2021-08-03'));

  const taken = await uploadRoster(city.world, city.act(city.desk('organiser')), {
    read: await committeeRoster([someCells(1)]),
  });

  t.is(taken.late, 1);
  t.deepEqual(
    taken.warnings.map(({ line, column, code }) => [line, column, code]),
    [[1, '核准备案日期', 'UPLOAD_LATE']],
  );
});

test('a filing in a year without calendar is refused in its cell', async t => {
  const city = await aCity(t, sqlite);
  city.setClock(startOf('2027-01-05'));
  const cells = someCells(1, { 取得资格时间: '2021-12-01', 核准备案日期: '2027-01-04' });

  const error = await t.throwsAsync(
    uploadRoster(city.world, city.act(city.desk('organiser')), { read: await committeeRoster([cells]) }),
    { instanceOf: RosterRowsInvalid },
  );

  t.deepEqual(
    (error as RosterRowsInvalid).faults.map(({ column, code }) => [column, code]),
    [['核准备案日期', 'CALENDAR_MISSING']],
  );
});

test('a roster the bureau returned is amended by its organiser and joins the month of its return', async t => {
  const city = await aCity(t, sqlite);
  const { world } = city;
  const organiser = city.desk('organiser');
  const taken = await uploadRoster(world, city.act(organiser), {
    read: await committeeRoster([someCells(1)]),
  });
  const id = taken.applicationIds[0] ?? '';
  const turn = { kind: 'organiser', organisationId: city.idOf.organiser } as const;
  const step = {
    state: 'RETURNED',
    turn,
    at: city.act(organiser).at,
    batchMonth: undefined,
    reason: '专业有误',
  } as const;
  await inTransaction(world.db, async tx => stepApplications(tx, world.db, { ids: [id], step }));
  city.setClock(startOf('2021-08-02'));
  const returned = await findApplicationFor(world, organiser, id);
  const { name, gender, idType, idNumber, phone, series, qualification, reviewBody, obtainedOn } = returned;
  const content = {
    ...{ name, gender, idType, idNumber, phone, series, qualification, reviewBody, obtainedOn },
    ...{ namePinyin: '', archiveCode: '', entrustLetter: '', externalNumber: '' },
    ...{ level: '副高级', specialty: '岩土工程', employerCode: codeOf('employer') },
  };

  const written = await writeContent(world, city.act(organiser), { ...seen(returned), content });
  const again = await submitApplication(world, city.act(organiser), seen(written));

  t.is(again.state, 'UPLOADED');
  t.is(again.batchMonth, '2021-08');
  t.is(again.specialty, '岩土工程');
  t.is(again.submittingUnit, nameOf('department'));
  t.is(again.filedOn, '2021-07-26');
});

test('a pass waits for its holder, who is told, applies, and goes to the exam body with what it said', async t => {
  const city = await aCity(t, sqlite);
  const { world } = city;
  const act = city.act(holderOf());
  const id = await aPass(city, { 管理号: '2021053112000001' });
  t.regex((await newestMessageTo(world, '19900001001')) ?? '', /天津市人事考试中心/);

  const waiting = await findApplicationFor(world, holderOf(), id);
  const draft = await applyForPass(world, act, seen(waiting));
  const content = { ...(draft.draft ?? t.fail()), archiveCode: codeOf('archive'), specialty: '会计学' };
  const written = await writeContent(world, act, { ...seen(draft), content: content as never });
  const submitted = await submitApplication(world, act, seen(written));

  t.is(waiting.state, 'AWAITING_APPLICATION');
  t.is(submitted.state, 'EXAM_REVIEW');
  t.deepEqual(submitted.course.turn, { kind: 'exam-body', organisationId: city.idOf.examBody });
  t.is(submitted.reviewBody, nameOf('examBody'));
  t.is(submitted.submittingUnit, nameOf('archive'));
  t.is(submitted.specialty, '会计学');
  t.is(submitted.externalNumber, '2021053112000001');
  t.is(submitted.course.departmentId, undefined);
});

test('what the exam body said of a pass cannot be changed', async t => {
  const city = await aCity(t, sqlite);
  const act = city.act(holderOf());
  const waiting = await findApplicationFor(city.world, holderOf(), await aPass(city));
  const draft = await applyForPass(city.world, act, seen(waiting));
  const changed = { level: '中级', qualification: '会计师', obtainedOn: '2021-05-15', name: '张明' };
  const content = { ...draft.draft, ...changed } as NonNullable<typeof draft.draft>;

  const error = await t.throwsAsync(writeContent(city.world, act, { ...seen(draft), content }));

  t.deepEqual((error as DomainError).placed.map(({ pointer, code }) => `${pointer} ${code}`).sort(), [
    '/content/level PASS_FIXED',
    '/content/name PASS_FIXED',
    '/content/obtainedOn PASS_FIXED',
    '/content/qualification PASS_FIXED',
  ]);
});

test('after a withdrawal or a rejection the pass waits anew, once, and the same roster adds nothing', async t => {
  const city = await aCity(t, sqlite);
  const { world } = city;
  const act = city.act(holderOf());
  const waiting = await findApplicationFor(world, holderOf(), await aPass(city));
  const draft = await applyForPass(world, act, seen(waiting));

  await withdrawApplication(world, act, seen(draft));
  await inTransaction(world.db, async tx =>
    reopenPass({ tx, world }, act, { ...waiting, passKey: undefined }),
  );
  const again = await takeInExamRoster(world, city.act(city.desk('examBody')), {
    read: await examRoster([somePass()]),
  });

  t.is(again.taken, 0);
  const all = await applicationsOf(world, idNumberOf(1));
  t.deepEqual(all.map(({ state }) => state).sort(), ['AWAITING_APPLICATION', 'WITHDRAWN']);
  t.is(all.find(({ state }) => state === 'WITHDRAWN')?.passKey, undefined);
});

test('a roster of passes is refused whole, cell by cell', async t => {
  const city = await aCity(t, sqlite);
  const rows = [
    somePass({ 通过通知日期: '2021-05-01', 管理号: '编号' }),
    somePass(),
    somePass({ 证件号码: idNumberOf(3), 通过通知日期: '2021-08-01' }),
  ];

  const error = await t.throwsAsync(
    takeInExamRoster(city.world, city.act(city.desk('examBody')), { read: await examRoster(rows) }),
    { instanceOf: RosterRowsInvalid },
  );

  t.deepEqual(
    (error as RosterRowsInvalid).faults.map(({ line, column, code }) => `${line} ${column} ${code}`),
    [
      '1 通过通知日期 DATES_OUT_OF_ORDER',
      '1 管理号 EXTERNAL_NUMBER_FORM',
      '2 证件号码 ROW_REPEATED',
      '3 通过通知日期 NOTIFIED_IN_FUTURE',
    ],
  );
});

test('only organisers upload committee rosters, and only exam bodies passes', async t => {
  const city = await aCity(t, sqlite);
  const read = await committeeRoster([someCells(1)]);

  await t.throwsAsync(uploadRoster(city.world, city.act(city.desk('examBody')), { read }), {
    message: /^FORBIDDEN/,
  });
  await t.throwsAsync(takeInExamRoster(city.world, city.act(city.desk('organiser')), { read }), {
    message: /^FORBIDDEN/,
  });
});
