/** What reviewers are told before they decide: what is open to them, what changed since their desk saw it, what to look at twice (R15). */
import test from 'ava';
import { entriesAfter } from '../../src/audit/store.ts';
import { countsFor, listFor } from '../../src/applications/list-applications.ts';
import { rewriteApplication } from '../../src/applications/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { decide } from '../../src/review/decide.ts';
import { reviewSheet } from '../../src/review/review-sheet.ts';
import { aHolder } from '../support/actor.ts';
import { aBureau } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import {
  actBy,
  anApplication,
  APPROVER,
  atDepartment,
  both,
  DEPARTMENT,
  EMPLOYER,
  HANDLER,
  now,
  ORGANISATION,
  put,
  seen,
  uploaded,
} from './a-case.ts';

for (const database of databases()) {
  test(`a reviewer is offered exactly what would be accepted, and told why not on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const mine = anApplication();
    const elsewhere = anApplication({ course: { employerId: ORGANISATION.other } });
    const own = anApplication({ idNumber: EMPLOYER.idNumber });
    const later = atDepartment();
    await put(world, [mine, elsewhere, own, later]);
    const ids = [later, mine, elsewhere, own].map(({ id }) => id);

    const sheet = await reviewSheet(world, actBy(EMPLOYER), ids);

    t.deepEqual(
      sheet.map(({ application, may, refusal }) => [application.id, may, refusal?.code]),
      [
        [later.id, [], undefined],
        [mine.id, ['approve', 'return'], undefined],
        [own.id, [], 'OWN_APPLICATION'],
      ],
    );
    const looked = (await entriesAfter(world.db, 0, 100)).filter(
      ({ action }) => action === 'application.viewed',
    );
    t.deepEqual(
      looked.map(({ subject }) => subject),
      [later.id, mine.id, own.id],
    );
    await t.throwsAsync(reviewSheet(world, actBy(aHolder(mine.idNumber)), [mine.id]), {
      message: /^FORBIDDEN/,
    });
  });

  test(`nobody is offered two levels of one round on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = anApplication();
    await put(world, [application]);
    const person = both(EMPLOYER, DEPARTMENT);
    await decide(world, actBy(person), { id: application.id, version: 1, decision: 'approve' });

    const [item] = await reviewSheet(world, actBy(person), [application.id]);

    t.deepEqual([item?.may, item?.refusal?.code], [[], 'SAME_REVIEWER']);
  });

  test(`what was mended is told to the desk that saw it before, and to others since the return, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const application = atDepartment();
    await put(world, [application]);
    const wanted = { ...seen([application])[0], id: application.id, version: 1 };
    await decide(world, actBy(DEPARTMENT), { ...wanted, decision: 'return', opinion: '专业写错' });
    const back = await now(world, application);
    const turn = { kind: 'employer', organisationId: ORGANISATION.employer } as const;
    const mended = {
      ...back,
      state: 'EMPLOYER_REVIEW',
      specialty: '岩土工程',
      course: { ...back.course, round: 2, turn },
    } as const;
    await inTransaction(world.db, tx => rewriteApplication(tx, world, mended));

    const forEmployer = await reviewSheet(world, actBy(EMPLOYER), [application.id]);
    await decide(world, actBy(EMPLOYER), { id: application.id, version: 3, decision: 'approve' });
    const forDepartment = await reviewSheet(world, actBy(DEPARTMENT), [application.id]);

    for (const [item] of [forEmployer, forDepartment]) {
      t.deepEqual(item?.changed, [{ field: 'specialty', before: '建筑结构设计', after: '岩土工程' }]);
      t.is(item?.since?.decision, 'return');
      t.deepEqual(
        item?.warnings.map(({ code }) => code),
        ['CHANGED', 'RETURNED_BEFORE'],
      );
    }
    t.deepEqual(forDepartment[0]?.may, ['approve', 'return', 'reject']);
  });

  test(`only the bureau's people list and read what its handler proposes to reject, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const [proposed, plain] = [uploaded(), uploaded()];
    await put(world, [proposed, plain]);
    const opinion = '不具备聘任资格';
    await decide(world, actBy(HANDLER), { id: proposed.id, version: 1, decision: 'propose-reject', opinion });

    const listed = await listFor(world, actBy(APPROVER), { rejectProposed: true });
    const { counts } = await countsFor(world, actBy(APPROVER), { rejectProposed: true });
    const [forApprover] = await reviewSheet(world, actBy(APPROVER), [proposed.id]);
    const [forDepartment] = await reviewSheet(world, actBy(DEPARTMENT), [proposed.id]);

    t.deepEqual(
      listed.items.map(({ id }) => id),
      [proposed.id],
    );
    t.deepEqual(
      counts.map(({ count }) => count),
      [1],
    );
    t.deepEqual(forApprover?.may, ['return', 'reject', 'back']);
    t.deepEqual(
      forApprover?.warnings.map(({ code }) => code),
      ['REJECT_PROPOSED'],
    );
    t.deepEqual(forDepartment?.warnings, []);
    await t.throwsAsync(listFor(world, actBy(DEPARTMENT), { rejectProposed: true }), {
      message: /^FORBIDDEN/,
    });
  });
}
