import test from 'ava';
import { addAccountFor } from './an-account.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { certificatesFor, countCertificates } from '../../src/certificate/store.ts';
import { approveBatch } from '../../src/issuance/approve.ts';
import { batchItems } from '../../src/issuance/batch-items.ts';
import { listBatches, viewBatch } from '../../src/issuance/batch-view.ts';
import { carryOver } from '../../src/issuance/carry-over.ts';
import { resumeReleases, startReleasing } from '../../src/issuance/release/release.ts';
import { releasesOf } from '../../src/issuance/release/store.ts';
import { resumeIssuance, stopIssuance, viewIssuance } from '../../src/issuance/switch/switch.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import { decide, decideMany } from '../../src/review/decide.ts';
import type { Application } from '../../src/applications/application.ts';
import { startOf } from '../../src/shared/time.ts';
import { disconnect } from '../../src/db/connect.ts';
import { makeWorld, type World } from '../../src/world.ts';
import { aBureau, anAct, JULY, JULY_30, openWorld } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import {
  actBy,
  APPROVER,
  APPROVER_2,
  both,
  checked,
  HANDLER,
  aStaff,
  now,
  put,
  seen,
  uploaded,
} from '../review/a-case.ts';

const options = { unprintable: () => [] };
const AUGUST_1 = startOf('2021-08-01');

class Killed extends Error {}

/** So many applications, checked by the handler, and the digest that an approver is shown. */
async function aBatch(world: World, count: number): Promise<{ all: readonly Application[]; digest: string }> {
  const all = Array.from({ length: count }, () => uploaded({ level: 'B', qualification: '高级工程师' }));
  await put(world, all);
  await decideMany(world, actBy(HANDLER), { decision: 'check', items: seen(all) });
  const { digest } = await viewBatch(world, actBy(APPROVER), JULY);
  return { all, digest };
}

for (const database of databases()) {
  test(`what was checked and approved by two people is issued, and its holders are told once, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { all, digest } = await aBatch(world, 60);
    const ids = all.map(each => each.id);

    const release = await approveBatch(world, actBy(APPROVER), { month: JULY, digest });
    t.like(release, { month: JULY, items: 60, state: 'releasing' });
    t.like((await viewBatch(world, actBy(HANDLER), JULY)).release, { state: 'releasing', done: 0, all: 60 });
    t.is(await resumeReleases(world, anAct(), options), 1);
    t.is(await resumeReleases(world, anAct(), options), 0);

    t.is((await certificatesFor(world.db, ids)).length, 60);
    const view = await viewBatch(world, actBy(HANDLER), JULY);
    t.like(view.release, { state: 'released', done: 60, all: 60, fault: undefined });
    t.like(view.counts, { unchecked: 0, checked: 0, planned: 0, issued: 60, stopped: 0 });
    t.is(view.checkDue, '2021-07-31');
    const messages = await recentMessages(world, 200);
    t.is(messages.length, 60);
    t.regex(messages[0]?.text ?? '', /2021年8月15日/);
    t.deepEqual(await listBatches(world, actBy(HANDLER)), [
      { month: JULY, unchecked: 0, inCheck: 0, issued: 60 },
    ]);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`the same approval twice has one effect; another person's is refused, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { digest } = await aBatch(world, 3);
    const wanted = { month: JULY, digest };

    const first = await approveBatch(world, actBy(APPROVER), wanted);
    const again = await approveBatch(world, actBy(APPROVER), wanted);
    await t.throwsAsync(approveBatch(world, actBy(APPROVER_2), wanted), { code: 'BATCH_DIGEST_WRONG' });

    t.is(again.id, first.id);
    t.is((await releasesOf(world.db, JULY)).length, 1);
    const { digest: rest } = await viewBatch(world, actBy(APPROVER), JULY);
    await t.throwsAsync(approveBatch(world, actBy(APPROVER), { month: JULY, digest: rest }), {
      code: 'BATCH_EMPTY',
    });
  });

  test(`of two people who approve at once one does, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const other = await openWorld(t, world.config);
    const { digest } = await aBatch(world, 10);
    const wanted = { month: JULY, digest };

    const both = await Promise.allSettled([
      approveBatch(world, actBy(APPROVER), wanted),
      approveBatch(other, actBy(APPROVER_2), wanted),
    ]);

    const refused = both.flatMap(each =>
      each.status === 'rejected' ? [each.reason as { code: string }] : [],
    );
    t.deepEqual(
      refused.map(error => error.code),
      ['BATCH_DIGEST_WRONG'],
    );
    t.is((await releasesOf(world.db, JULY)).length, 1);
    await resumeReleases(world, anAct(), options);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`an approval of what has changed since it was shown is refused and leaves nothing, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { all, digest } = await aBatch(world, 3);
    const [first] = all;
    if (!first) return t.fail();
    await decide(world, actBy(HANDLER), {
      id: first.id,
      version: 2,
      decision: 'return',
      opinion: '专业有误',
    });

    await t.throwsAsync(approveBatch(world, actBy(APPROVER), { month: JULY, digest }), {
      code: 'BATCH_DIGEST_WRONG',
    });

    t.deepEqual(await releasesOf(world.db, JULY), []);
    t.like((await viewBatch(world, actBy(APPROVER), JULY)).counts, { checked: 2, planned: 0 });
    return undefined;
  });

  test(`nobody approves what they checked, or their own application, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const person = both(HANDLER, aStaff(4, 'bureau', { duty: 'approver' }));
    const { digest } = await aBatch(world, 2);
    await t.throwsAsync(approveBatch(world, actBy(person), { month: JULY, digest }), {
      code: 'TWO_PERSONS_NEEDED',
    });
    await t.throwsAsync(approveBatch(world, actBy(HANDLER), { month: JULY, digest }), { code: 'FORBIDDEN' });

    await put(world, [checked({ idNumber: APPROVER.idNumber })]);
    const { digest: withOwn } = await viewBatch(world, actBy(APPROVER), JULY);
    await t.throwsAsync(approveBatch(world, actBy(APPROVER), { month: JULY, digest: withOwn }), {
      code: 'OWN_APPLICATION',
    });
    t.is((await approveBatch(world, actBy(APPROVER_2), { month: JULY, digest: withOwn })).items, 3);
  });

  test(`an item proposed for rejection is not released with the others, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { all } = await aBatch(world, 2);
    const [first] = all;
    if (!first) return t.fail();
    const proposal = { decision: 'propose-reject', opinion: '资格不符' } as const;
    await decide(world, actBy(HANDLER), { id: first.id, version: 2, ...proposal });
    const { digest, count } = await viewBatch(world, actBy(APPROVER), JULY);

    await approveBatch(world, actBy(APPROVER), { month: JULY, digest });
    await resumeReleases(world, anAct(), options);

    t.is(count, 1);
    t.is(await countCertificates(world.db), 1);
    t.is((await now(world, first)).state, 'BUREAU_CHECK');
    return undefined;
  });

  test(`the stop switch halts a release in the middle, and it goes on when an approver says so, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { digest } = await aBatch(world, 120);
    await approveBatch(world, actBy(APPROVER), { month: JULY, digest });
    let kept = 0;
    const stopping: Promise<unknown>[] = [];
    const failpoint = (name: string): void => {
      if (name !== 'reserved' || kept++ > 0) return;
      stopping.push(stopIssuance(world, actBy(HANDLER), { reason: '发现字库问题' }));
    };

    const before = await resumeReleases(world, anAct(), { ...options, failpoint });
    await Promise.all(stopping);
    const done = await countCertificates(world.db);
    await t.throwsAsync(approveBatch(world, actBy(APPROVER_2), { month: JULY, digest: 'f'.repeat(64) }), {
      code: 'ISSUANCE_STOPPED',
    });
    t.is(await resumeReleases(world, anAct(), options), 0);
    t.is(await countCertificates(world.db), done);
    t.like(await viewIssuance(world, HANDLER), { stopped: true, reason: '发现字库问题' });
    t.like(await viewBatch(world, actBy(HANDLER), JULY), {
      issuanceStopped: true,
      release: { fault: undefined },
    });
    await t.throwsAsync(resumeIssuance(world, actBy(HANDLER), { reason: '已解决' }), { code: 'FORBIDDEN' });
    await resumeIssuance(world, actBy(APPROVER), { reason: '已解决' });
    const after = await resumeReleases(world, anAct(), options);

    t.deepEqual([before, after], [0, 1]);
    t.true(done < 120);
    t.is(await countCertificates(world.db), 120);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  for (const point of ['reserved', 'signed', 'kept']) {
    test(`a process killed when ${point} is replaced by another, which finishes the release, on ${database.name}`, async t => {
      const world = await aBureau(t, database);
      const { digest } = await aBatch(world, 60);
      await approveBatch(world, actBy(APPROVER), { month: JULY, digest });
      const dying = await makeWorld(world.config, { clock: () => JULY_30, log: world.log });
      const failpoint = (name: string): void => {
        if (name !== point) return;
        void disconnect(dying.db); // it cannot even give its lease back
        throw new Killed();
      };

      await t.throwsAsync(resumeReleases(dying, anAct(), { ...options, failpoint }));
      const soon = await resumeReleases(world, anAct(), options);
      const later = await openWorld(t, world.config, () => JULY_30 + 120);
      const finished = await resumeReleases(later, anAct(JULY_30 + 120), options);

      t.deepEqual([soon, finished], [0, 1]);
      t.is(await countCertificates(world.db), 60);
      t.is((await recentMessages(world, 200)).length, 60);
      t.deepEqual((await checkEverything(later)).faults, []);
    });
  }

  test(`two processes share a release without a duplicate, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const other = await openWorld(t, world.config);
    const { digest } = await aBatch(world, 60);
    await approveBatch(world, actBy(APPROVER), { month: JULY, digest });

    await Promise.all([resumeReleases(world, anAct(), options), resumeReleases(other, anAct(), options)]);
    await resumeReleases(other, anAct(), options);

    t.is(await countCertificates(world.db), 60);
    t.is((await recentMessages(world, 200)).length, 60);
    t.deepEqual(
      (await releasesOf(world.db, JULY)).map(release => release.state),
      ['released'],
    );
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`what cannot be printed is stopped, seen with its reason, and can be checked and approved again, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { all, digest } = await aBatch(world, 2);
    const [first] = all;
    if (!first) return t.fail();
    const unprintable = ({ id }: Application): readonly string[] =>
      id === first.id ? ['𡈽（U+2123D）'] : [];

    await approveBatch(world, actBy(APPROVER), { month: JULY, digest });
    await resumeReleases(world, anAct(), { unprintable });

    const view = await viewBatch(world, actBy(HANDLER), JULY);
    t.like(view.counts, { issued: 1, stopped: 1, unchecked: 1 });
    t.like(view.stopped[0], { applicationId: first.id, code: 'GLYPH_MISSING' });
    t.is(view.count, 0);
    const wanted = { month: JULY, part: 'unchecked', after: undefined, limit: 10 } as const;
    const { entries } = await batchItems(world, actBy(HANDLER), wanted);
    t.deepEqual(
      entries.map(entry => entry.warnings.map(warning => warning.code)),
      [['STOPPED']],
    );
    const { course } = await now(world, first);
    await decide(world, actBy(HANDLER), { id: first.id, version: course.version, decision: 'check' });
    const { digest: rest } = await viewBatch(world, actBy(APPROVER), JULY);
    await approveBatch(world, actBy(APPROVER), { month: JULY, digest: rest });
    await resumeReleases(world, anAct(), options);
    t.is(await countCertificates(world.db), 2);
    t.deepEqual((await checkEverything(world)).faults, []);
    return undefined;
  });

  test(`a release that cannot go on says why, and goes on when it can, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const { digest } = await aBatch(world, 2);
    await approveBatch(world, actBy(APPROVER), { month: JULY, digest });

    // long after the signing key's window
    const late = startOf('2031-01-01');
    t.is(await resumeReleases(world, anAct(late), options), 0);
    const { fault } = (await viewBatch(world, actBy(APPROVER), JULY)).release;
    t.is(fault?.code, 'KEY_OUTSIDE_WINDOW');
    t.is(await resumeReleases(world, anAct(), options), 1);

    t.is((await viewBatch(world, actBy(APPROVER), JULY)).release.fault, undefined);
  });

  test(`what deserves a second look comes first, page by page, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const plain = Array.from({ length: 5 }, () => uploaded());
    const late = uploaded({ uploadLate: true, uploadDeadline: '2021-06-28' });
    const rare = uploaded({ name: '吕𫖮', printedName: '吕YI' });
    const second = uploaded({ specialty: '岩土工程', qualification: '高级工程师（岩土）' });
    const beside = uploaded({ idNumber: second.idNumber, qualification: '高级工程师（建筑）' });
    const carried = uploaded({ course: { carriedFrom: '2021-06' } });
    await put(world, [...plain, late, rare, second, beside, carried]);

    const read = async (after?: { weight: number; id: string }): ReturnType<typeof batchItems> =>
      batchItems(world, actBy(HANDLER), { month: JULY, part: 'unchecked', after, limit: 6 });
    const first = await read();
    const rest = await read(first.next);

    const codesOf = (page: typeof first) =>
      new Map(
        page.entries.map(({ application, warnings }) => [application.id, warnings.map(each => each.code)]),
      );
    const found = codesOf(first);
    t.deepEqual(found.get(late.id), ['UPLOAD_LATE']);
    t.deepEqual(found.get(rare.id), ['RARE_CHARACTER']);
    t.deepEqual(found.get(second.id), ['OTHER_SPECIALTY']);
    t.deepEqual(found.get(beside.id), ['OTHER_SPECIALTY']);
    t.deepEqual(found.get(carried.id), ['CARRIED_OVER']);
    t.deepEqual(rest.entries.length, 4);
    t.true([...codesOf(rest).values()].every(codes => codes.length === 0));
    t.is(rest.next, undefined);
  });

  test(`what is not finished when its month ends is carried over once, and the bureau is told, on ${database.name}`, async t => {
    const world = await aBureau(t, database, { months: [JULY, '2021-08'], clock: () => AUGUST_1 });
    await addAccountFor(world, { actor: HANDLER, phone: '19900002001' });
    await addAccountFor(world, { actor: APPROVER, phone: '19900002002' });
    const other = await openWorld(t, world.config, () => AUGUST_1);
    const { all, digest } = await aBatch(world, 2);
    await approveBatch(world, actBy(APPROVER), { month: JULY, digest });
    const open = uploaded();
    const ready = checked();
    const again = uploaded({ course: { carriedFrom: '2021-05' } });
    const next = uploaded({ batchMonth: '2021-08' });
    await put(world, [open, ready, again, next]);

    t.is(await carryOver(world, anAct(AUGUST_1 - 1)), 0);
    const counts = await Promise.all([carryOver(world, anAct(AUGUST_1)), carryOver(other, anAct(AUGUST_1))]);

    t.deepEqual([...counts].sort(), [0, 3]);
    t.like(await now(world, open), {
      state: 'UPLOADED',
      batchMonth: '2021-08',
      course: { carriedFrom: JULY, version: 2 },
    });
    t.like(await now(world, ready), {
      state: 'BUREAU_CHECK',
      batchMonth: '2021-08',
      course: { carriedFrom: JULY, checkedBy: HANDLER.accountId },
    });
    t.is((await now(world, again)).course.carriedFrom, '2021-05');
    t.is((await now(world, next)).course.version, 1);
    for (const planned of all) t.is((await now(world, planned)).batchMonth, JULY);
    const messages = await recentMessages(world, 10);
    t.deepEqual(messages.map(message => message.phone).sort(), ['19900002001', '19900002002']);
    t.regex(messages[0]?.text ?? '', /2021-07 批次有 3 件/);
    // a release of July approved in July is signed in August
    t.is(await resumeReleases(world, anAct(AUGUST_1), options), 1);
    t.is(await countCertificates(world.db), 2);
  });
}

test('a release started in the background ends by itself and looks again at what was approved meanwhile', async t => {
  const [sqlite] = databases();
  if (!sqlite) return t.fail();
  const world = await aBureau(t, sqlite);
  const { digest } = await aBatch(world, 2);
  await approveBatch(world, actBy(APPROVER), { month: JULY, digest });

  const run = startReleasing(world);
  t.is(startReleasing(world), run);
  await run;

  t.is(await countCertificates(world.db), 2);
  return undefined;
});
