import test from 'ava';
import { entriesAfter } from '../../src/audit/store.ts';
import { isEmployedBy } from '../../src/accounts/ties/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import { decide, decideMany, type ItemResult } from '../../src/review/decide.ts';
import { changedSince } from '../../src/review/seen.ts';
import { listDecisions } from '../../src/review/list-decisions.ts';
import { decisionsOn } from '../../src/review/store.ts';
import { digestOf } from '../../src/applications/row.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { rewriteApplication } from '../../src/applications/store.ts';
import { batchMonthAt, uploadMany } from '../../src/review/upload.ts';
import { BUILT_IN } from '../../src/shared/working-days.ts';
import { startOf } from '../../src/shared/time.ts';
import { aBureau, JULY_30, openWorld } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import {
  actBy,
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
  now,
  ORGANISATION,
  put,
  seen,
  uploaded,
} from './a-case.ts';

const codes = (results: readonly ItemResult[]) =>
  results.map(result => (result.ok ? result.state : result.code));

for (const database of databases()) {
  test(`many items are decided at once, each with its own answer in the order sent, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const good = Array.from({ length: 120 }, () => anApplication());
    const elsewhere = anApplication({ course: { employerId: ORGANISATION.other } });
    const later = atDepartment();
    const own = anApplication({ idNumber: EMPLOYER.idNumber });
    const stale = anApplication({ course: { version: 2 } });
    await put(world, [...good, elsewhere, later, own, stale]);
    const [first, ...rest] = good;
    if (!first) return t.fail();

    const items = [
      ...seen([elsewhere, later, first, own]),
      { id: stale.id, version: 1 },
      { id: 'a'.repeat(32), version: 1 },
      ...seen([...rest, first]),
    ];
    const results = await decideMany(world, actBy(EMPLOYER), { decision: 'approve', items });

    t.deepEqual(codes(results).slice(0, 6), [
      'NOT_FOUND',
      'APPLICATION_STATE',
      'DEPT_REVIEW',
      'OWN_APPLICATION',
      'STALE',
      'NOT_FOUND',
    ]);
    t.is(codes(results).at(-1), 'STALE');
    t.deepEqual(new Set(codes(results).slice(6, -1)), new Set(['DEPT_REVIEW']));
    t.deepEqual(
      results.map(result => result.id),
      items.map(item => item.id),
    );
    t.is((await now(world, own)).course.version, 1);
    t.like((await now(world, first)).course, {
      version: 2,
      turn: { kind: 'department', organisationId: ORGANISATION.department },
    });
    const working = { organisationId: ORGANISATION.employer, idNumber: first.idNumber, on: '2021-07-30' };
    t.true(await isEmployedBy(world, working));
    t.deepEqual((await checkEverything(world)).faults, []);
    return undefined;
  });

  test(`a decision keeps who, for whom, when, why and a digest of what was seen, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = atDepartment();
    await put(world, [application]);

    const [item] = seen([application]);
    if (!item) return t.fail();
    await decide(world, actBy(DEPARTMENT, JULY_30 + 5), {
      ...item,
      decision: 'return',
      opinion: ' 缺少聘书 ',
    });

    const [decision] = await decisionsOn(world, application.id);
    t.like(decision, {
      level: 'department',
      decision: 'return',
      accountId: DEPARTMENT.accountId,
      capacity: 'department',
      organisationId: ORGANISATION.department,
      at: JULY_30 + 5,
      opinion: '缺少聘书',
      version: 1,
      seenDigest: digestOf(world.cipher, application),
    });
    t.like(await now(world, application), {
      state: 'RETURNED',
      course: { reason: '缺少聘书', turn: { kind: 'holder' } },
    });
    const [message] = await recentMessages(world, 1);
    t.is(message?.phone, application.phone);
    t.regex(message?.text ?? '', /被主管部门退回修改/);
    const [rows] = await world.db.sequelize.query('SELECT * FROM review_decisions');
    t.false(JSON.stringify(rows).includes(application.idNumber));
    return undefined;
  });

  test(`a return, a rejection and its proposal need a reason of one line, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = atDepartment();
    await put(world, [application]);
    const items = seen([application]);
    const reason = { code: 'REASON_MISSING' };

    for (const decision of ['return', 'reject', 'propose-reject'] as const)
      await t.throwsAsync(decideMany(world, actBy(DEPARTMENT), { decision, opinion: ' 缺 ', items }), reason);
    for (const opinion of ['两\n行', '长'.repeat(501)])
      await t.throwsAsync(
        decideMany(world, actBy(DEPARTMENT), { decision: 'reject', opinion, items }),
        reason,
      );

    t.is((await now(world, application)).course.version, 1);
  });

  test(`of two decisions on one item at once one stands and the other is stale, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const other = await openWorld(t, world.config);
    const all = Array.from({ length: 20 }, () => anApplication());
    await put(world, all);
    const items = seen(all);

    const [one, two] = await Promise.all([
      decideMany(world, actBy(EMPLOYER), { decision: 'approve', items }),
      decideMany(other, actBy(aStaff(9, 'employer')), { decision: 'return', opinion: '材料不齐', items }),
    ]);

    const winners = [...one, ...two].filter(result => result.ok);
    t.is(winners.length, all.length);
    t.deepEqual(
      new Set([...one, ...two].flatMap(result => (result.ok ? [] : [result.code]))),
      new Set(['STALE']),
    );
    for (const application of all) t.is((await decisionsOn(world, application.id)).length, 1);
  });

  test(`where employer and department are one organisation two people are needed, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const employerId = ORGANISATION.department;
    const application = anApplication({
      course: { employerId, turn: { kind: 'employer', organisationId: employerId } },
    });
    await put(world, [application]);
    const clerk = both(
      aStaff(10, 'employer', { organisationId: employerId }),
      aStaff(10, 'department', { organisationId: employerId }),
    );
    const wanted = { id: application.id, decision: 'approve' } as const;

    await decide(world, actBy(clerk), { ...wanted, version: 1 });
    await t.throwsAsync(decide(world, actBy(clerk), { ...wanted, version: 2 }), { code: 'SAME_REVIEWER' });
    const done = await decide(world, actBy(DEPARTMENT), { ...wanted, version: 2 });

    t.is(done.state, 'DEPT_REVIEW');
  });

  test(`a handler proposes to reject, another person does, and the title is free again, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = uploaded();
    await put(world, [application]);
    const { id } = application;
    const person = both(HANDLER, aStaff(4, 'bureau', { duty: 'approver' }));

    await decide(world, actBy(person), { id, version: 1, decision: 'propose-reject', opinion: '资格不符' });
    const final = { id, version: 2, decision: 'reject', opinion: '资格不符合规定' } as const;
    await t.throwsAsync(decide(world, actBy(person), final), { code: 'TWO_PERSONS_NEEDED' });
    // until another person decides, the proposal is the bureau's own
    t.is((await listDecisions(world, actBy(APPROVER), id)).length, 1);
    t.deepEqual(await listDecisions(world, actBy(DEPARTMENT), id), []);
    await decide(world, actBy(APPROVER), final);

    t.deepEqual(
      (await listDecisions(world, actBy(DEPARTMENT), id)).map(({ opinion }) => opinion),
      ['资格不符合规定'],
    );
    t.like(await now(world, application), {
      state: 'REJECTED',
      course: { reason: '资格不符合规定', turn: undefined },
    });
    await t.notThrowsAsync(put(world, [uploaded({ idNumber: application.idNumber })]));
    const [message] = await recentMessages(world, 1);
    t.regex(message?.text ?? '', /未通过市人社局审核/);
  });

  test(`a look at the decisions stands in the audit, by whom and for whom, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = uploaded();
    await put(world, [application]);

    await listDecisions(world, actBy(APPROVER), application.id);

    const [look] = (await entriesAfter(world.db, 0, 1000)).filter(
      ({ action }) => action === 'decisions.viewed',
    );
    t.is(look?.subject, application.id);
    t.regex(look?.detail ?? '', /"capacity":"bureau"/);
  });

  test(`a return says afterwards what the next submission had otherwise, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = atDepartment();
    await put(world, [application]);
    const { id } = application;
    const mended = async () => (await listDecisions(world, actBy(DEPARTMENT), id)).map(each => each.mended);

    await decide(world, actBy(DEPARTMENT), { id, version: 1, decision: 'return', opinion: '专业不规范' });
    const before = await mended();
    const returned = await now(world, application);
    const { course, specialty } = returned;
    const again = { ...returned, specialty: '建筑设计', phone: '19900001002' };
    await inTransaction(world.db, async tx =>
      rewriteApplication(tx, world, { ...again, course: { ...course, round: 2 } }),
    );

    t.deepEqual(before, [[]]);
    t.deepEqual(await mended(), [
      [
        { field: 'phone', before: '199****1001', after: '199****1002' },
        { field: 'specialty', before: specialty, after: '建筑设计' },
      ],
    ]);
  });

  test(`what the bureau returned goes up again through its department, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = checked();
    await put(world, [application]);
    const { id } = application;

    await decide(world, actBy(HANDLER), { id, version: 1, decision: 'return', opinion: '呈报单位不对' });
    t.like(await now(world, application), {
      state: 'RETURNED',
      batchMonth: undefined,
      course: { checkedBy: undefined, turn: { kind: 'department', organisationId: ORGANISATION.department } },
    });
    await decide(world, actBy(DEPARTMENT), { id, version: 2, decision: 'approve' });
    const after = await uploadMany(world, actBy(DEPARTMENT), { items: [{ id, version: 3 }] });

    t.deepEqual(codes(after), ['UPLOADED']);
    // R10: returned after the cut-off, it re-enters with the next month
    t.is((await now(world, application)).batchMonth, '2021-08');
    t.deepEqual(await recentMessages(world, 1), [], 'the holder has nothing to do');
  });

  test(`only what was passed is uploaded, by whose turn it is, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const passed = atDepartment({ passedAt: JULY_30 });
    const open = atDepartment();
    const turn = { kind: 'exam-body', organisationId: ORGANISATION.examBody } as const;
    const exam = anApplication({
      route: 3,
      state: 'EXAM_REVIEW',
      course: {
        turn,
        examBodyId: ORGANISATION.examBody,
        passedAt: JULY_30,
        employerId: undefined,
        departmentId: undefined,
      },
    });
    const own = { ...atDepartment({ passedAt: JULY_30 }), idNumber: DEPARTMENT.idNumber };
    await put(world, [passed, open, exam, own]);
    const items = seen([passed, open, exam, own]);

    const byEmployer = await uploadMany(world, actBy(EMPLOYER), { items });
    const byDepartment = await uploadMany(world, actBy(DEPARTMENT), { items: [...items, ...seen([passed])] });
    const byExamBody = await uploadMany(world, actBy(EXAM_BODY), { items });

    t.deepEqual(codes(byEmployer), ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
    t.deepEqual(codes(byDepartment), [
      'UPLOADED',
      'APPLICATION_STATE',
      'NOT_FOUND',
      'OWN_APPLICATION',
      'STALE',
    ]);
    t.deepEqual(codes(byExamBody), ['NOT_FOUND', 'NOT_FOUND', 'UPLOADED', 'NOT_FOUND']);
    t.like(await now(world, passed), {
      state: 'UPLOADED',
      batchMonth: '2021-08',
      uploadLate: false,
      uploadedAt: JULY_30,
    });
    t.like(await now(world, exam), {
      state: 'UPLOADED',
      batchMonth: '2021-07',
      course: { turn: { kind: 'bureau' } },
    });
  });

  test(`in a year without a calendar a route 2 upload is refused and the others go on, on ${database.name}`, async t => {
    const at = startOf('2027-05-10');
    const world = await aBureau(t, database, { clock: () => at });
    const one = atDepartment({ passedAt: at });
    const four: typeof one = { ...atDepartment({ passedAt: at }), route: 4 };
    await put(world, [one, four]);

    const results = await uploadMany(world, actBy(DEPARTMENT, at), { items: seen([one, four]) });

    t.deepEqual(codes(results), ['CALENDAR_MISSING', 'UPLOADED']);
  });

  test(`what changed since a decision is told, masked, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = anApplication();
    await put(world, [application]);
    await decide(world, actBy(EMPLOYER), { id: application.id, version: 1, decision: 'approve' });

    const before = await now(world, application);
    const after = {
      ...before,
      name: '张明',
      printedName: '张明',
      phone: '19900001002',
      batchMonth: '2021-08',
    };
    await inTransaction(world.db, tx => rewriteApplication(tx, world, after));

    const [decision] = await decisionsOn(world, application.id);
    t.deepEqual(changedSince(decision?.seen ?? '', await now(world, application)), [
      { field: 'name', before: '张明远', after: '张明' },
      { field: 'printedName', before: '张明远', after: '张明' },
      { field: 'phone', before: '199****1001', after: '199****1002' },
    ]);
  });
}

// R10: the 15th inclusive, to 24:00 in Shanghai; P13: in Spring Festival it moves to the next working day
for (const [name, route, at, month] of [
  ['the last second of the 15th', 2, startOf('2020-09-16') - 1, '2020-09'],
  ['P12: the 16th', 2, startOf('2020-09-16'), '2020-10'],
  [
    'P13: 18 February 2021, first working day after the Spring Festival',
    2,
    startOf('2021-02-18') + 3600,
    '2021-02',
  ],
  ['the day after it', 2, startOf('2021-02-19'), '2021-03'],
  ['the end of a year', 2, startOf('2020-12-31'), '2021-01'],
  ['31 January 23:59:59', 4, startOf('2021-02-01') - 1, '2021-01'],
  ['1 February 00:00:00', 4, startOf('2021-02-01'), '2021-02'],
  ['route 3 has no cut-off', 3, startOf('2020-09-30'), '2020-09'],
] as const) {
  test(`an upload joins the batch of its month: ${name}`, t => {
    t.is(batchMonthAt(route, at, { calendar: BUILT_IN, rollover: 'next-workday' }), month);
  });
}

test('without roll-over the cut-off stays on the 15th', t => {
  t.is(batchMonthAt(2, startOf('2021-02-18'), { calendar: BUILT_IN, rollover: 'none' }), '2021-03');
});
