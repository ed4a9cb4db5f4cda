/** Routes 2 and 4 from the first word to the first reviewer: what is refused, who is asked, what is derived (R5, R7, R10, R11, R14). */
import test from 'ava';
import { ContentInvalid } from '../../src/applications/check-content.ts';
import { confirmApplication, declineApplication } from '../../src/applications/confirm-application.ts';
import type { ApplicationContent } from '../../src/applications/application.ts';
import { addEntitlement } from '../../src/applications/register/change-register.ts';
import { startDraft } from '../../src/applications/start-draft.ts';
import { applicationsOf, stepApplications } from '../../src/applications/store.ts';
import { submitApplication } from '../../src/applications/submit-application.ts';
import { findApplicationFor } from '../../src/applications/find-application.ts';
import { withdrawApplication } from '../../src/applications/withdraw-application.ts';
import { writeContent } from '../../src/applications/write-content.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { databases } from '../support/database.ts';
import { idNumberOf } from '../support/bureau.ts';
import { aCity, aDraft, aSubmission, codeOf, holderOf, nameOf, seen, someContent } from './a-city.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

for (const database of databases()) {
  test(`a submitted route 2 application waits for the employer, with review body and submitting unit derived (${database.name})`, async t => {
    const city = await aCity(t, database);

    const submitted = await aSubmission(city);

    const kept = await findApplicationFor(city.world, city.desk('employer'), submitted.id);
    t.is(kept.state, 'EMPLOYER_REVIEW');
    t.deepEqual(kept.course.turn, { kind: 'employer', organisationId: city.idOf.employer });
    t.is(kept.reviewBody, nameOf('employer'));
    t.is(kept.submittingUnit, nameOf('department'));
    t.is(kept.course.departmentId, city.idOf.department);
    t.is(kept.level, 'C');
    t.is(kept.course.version, 2);
  });

  test(`of two submissions of one title at once one stands (${database.name})`, async t => {
    const city = await aCity(t, database);
    const drafts = [await aDraft(city), await aDraft(city)];

    const results = await Promise.allSettled(
      drafts.map(async draft => submitApplication(city.world, city.act(holderOf()), seen(draft))),
    );

    t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
    const refused = results.find(result => result.status === 'rejected');
    t.is((refused?.reason as DomainError).code, 'TITLE_HELD');
  });

  test(`of two steps on one version at once one is stale (${database.name})`, async t => {
    const city = await aCity(t, database);
    const draft = await aDraft(city);
    const step = async () => submitApplication(city.world, city.act(holderOf()), seen(draft));

    const results = await Promise.allSettled([step(), step()]);

    t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
    const refused = results.find(result => result.status === 'rejected');
    t.is((refused?.reason as DomainError).code, 'STALE');
  });
}

const faulty: readonly [title: string, changes: Partial<ApplicationContent>, faults: readonly string[]][] = [
  [
    'an unknown employer',
    { employerCode: '91120199TEXT00148J' },
    ['/content/employerCode ORGANISATION_UNKNOWN'],
  ],
  [
    'a department named as employer',
    { employerCode: codeOf('department') },
    ['/content/employerCode ORGANISATION_UNKNOWN'],
  ],
  ['a day to come', { obtainedOn: '2021-07-31' }, ['/content/obtainedOn OBTAINED_IN_FUTURE']],
  ['a day before e-certificates', { obtainedOn: '2019-12-31' }, ['/content/obtainedOn OBTAINED_TOO_EARLY']],
  ['a title of another level', { level: '副高级' }, ['/content/level TITLE_LEVEL_WRONG']],
  [
    'several faults at once',
    { name: '张3', gender: '女', specialty: '', obtainedOn: '昨天' },
    [
      '/content/gender GENDER_MISMATCH',
      '/content/name NAME_CHARACTER',
      '/content/obtainedOn DATE_FORMAT',
      '/content/specialty CELL_EMPTY',
    ],
  ],
];

for (const [title, changes, faults] of faulty) {
  test(`content is refused with every fault in its place: ${title}`, async t => {
    const city = await aCity(t, sqlite);
    const draft = await aDraft(city, someContent(changes));

    const error = await t.throwsAsync(submitApplication(city.world, city.act(holderOf()), seen(draft)), {
      instanceOf: ContentInvalid,
    });

    t.deepEqual(placesOf(error), faults);
  });
}

test('an employer without entitlement cannot appoint to level B; with one that names the level it can', async t => {
  const city = await aCity(t, sqlite);
  const draft = await aDraft(city, someContent({ level: '副高级', qualification: '高级工程师' }));
  const submit = async () => submitApplication(city.world, city.act(holderOf()), seen(draft));

  await t.throwsAsync(submit(), { instanceOf: DomainError, message: /^ENTITLEMENT_MISSING/ });

  await addEntitlement(city.world, city.act(city.desk('bureau', 'administrator')), {
    organisationCode: codeOf('employer'),
    seriesCode: '05',
    levels: ['B'],
    document: '津职聘备〔2021〕2号（测试）',
    from: '2021-07-09',
  });
  t.is((await submit()).level, 'B');
});

test('an entitlement counts on the day of the appointment, not before it began', async t => {
  const city = await aCity(t, sqlite);
  const draft = await aDraft(city, someContent({ obtainedOn: '2020-12-31' }));

  await t.throwsAsync(submitApplication(city.world, city.act(holderOf()), seen(draft)), {
    message: /^ENTITLEMENT_MISSING/,
  });
});

test('without department and archive body nobody can apply; with the archive body it submits (R14)', async t => {
  const city = await aCity(t, sqlite);
  const content = someContent({ employerCode: codeOf('university') });
  const draft = await aDraft(city, content);

  const error = await t.throwsAsync(submitApplication(city.world, city.act(holderOf()), seen(draft)), {
    message: /^SUBMITTING_UNIT_MISSING/,
  });
  t.regex((error as DomainError).detail, /存入人力资源服务机构/);

  const wanted = { ...seen(draft), content: { ...content, archiveCode: codeOf('archive') } };
  const written = await writeContent(city.world, city.act(holderOf()), wanted);
  const submitted = await submitApplication(city.world, city.act(holderOf()), seen(written));
  t.is(submitted.submittingUnit, nameOf('archive'));
  t.is(submitted.course.departmentId, city.idOf.archive);
});

test('an employer with a department submits through it, whatever archive body is named', async t => {
  const city = await aCity(t, sqlite);

  const submitted = await aSubmission(city, someContent({ archiveCode: codeOf('archive') }));

  t.is(submitted.submittingUnit, nameOf('department'));
});

test('route 4 needs the entrusting letter and the result document (R7)', async t => {
  const city = await aCity(t, sqlite);
  const content = someContent({
    reviewBody: '外省某评审委员会',
    level: '副高级',
    qualification: '高级工程师',
  });
  const by = city.act(holderOf());
  const draft = await startDraft(city.world, by, { id: city.world.ids(), route: 4, content });

  await t.throwsAsync(submitApplication(city.world, by, seen(draft)), { message: /^ATTACHMENT_MISSING/ });
});

test('a holder cannot write another person into a draft', async t => {
  const city = await aCity(t, sqlite);

  const error = await t.throwsAsync(aDraft(city, someContent({}, 3)), { instanceOf: ContentInvalid });

  t.deepEqual(placesOf(error), ['/content/idNumber IDENTITY_FIXED']);
});

test('one person has at most twenty drafts open', async t => {
  const city = await aCity(t, sqlite);
  for (let count = 0; count < 20; count += 1) await aDraft(city);

  await t.throwsAsync(aDraft(city), { message: /^TOO_MANY_DRAFTS/ });
  await t.notThrowsAsync(aDraft(city, someContent({}, 2), holderOf(2)));
});

test('the same creation twice is one application', async t => {
  const city = await aCity(t, sqlite);
  const wanted = { id: city.world.ids(), route: 2 as const, content: someContent() };

  const first = await startDraft(city.world, city.act(holderOf()), wanted);
  const second = await startDraft(city.world, city.act(holderOf()), wanted);

  t.is(second.id, first.id);
  t.is((await applicationsOf(city.world, holderOf().idNumber)).length, 1);
  await t.throwsAsync(startDraft(city.world, city.act(holderOf(3)), wanted), { message: /^NOT_FOUND/ });
});

test('what an employer fills in, the holder is asked to confirm before anybody reviews it (R11)', async t => {
  const city = await aCity(t, sqlite);
  const { world, act } = city;
  const clerk = city.desk('employer');
  const draft = await aDraft(city, someContent({ employerCode: '' }), clerk);

  await t.throwsAsync(findApplicationFor(world, holderOf(), draft.id), { message: /^NOT_FOUND/ });
  const submitted = await submitApplication(world, act(clerk), seen(draft));

  t.is(submitted.state, 'HOLDER_CONFIRM');
  t.regex((await newestMessageTo(world, '19900001001')) ?? '', /天津滨河建筑设计研究院有限公司.*10 天内/);
  await t.throwsAsync(confirmApplication(world, act(holderOf(3)), seen(submitted)), {
    message: /^NOT_FOUND/,
  });
  await t.throwsAsync(confirmApplication(world, act(clerk), seen(submitted)), { message: /^FORBIDDEN/ });
  const confirmed = await confirmApplication(world, act(holderOf()), seen(submitted));
  t.is(confirmed.state, 'EMPLOYER_REVIEW');
  t.deepEqual(confirmed.course.turn, { kind: 'employer', organisationId: city.idOf.employer });
});

test('what the holder does not confirm goes back to the employer with the reason, and round two begins with its resubmission', async t => {
  const city = await aCity(t, sqlite);
  const { world, act } = city;
  const clerk = city.desk('employer');
  const draft = await aDraft(city, someContent(), clerk);
  const submitted = await submitApplication(world, act(clerk), seen(draft));

  await t.throwsAsync(declineApplication(world, act(holderOf()), { ...seen(submitted), reason: ' ' }), {
    message: /^REASON_MISSING/,
  });
  const declined = await declineApplication(world, act(holderOf()), {
    ...seen(submitted),
    reason: '专业不对',
  });
  const again = await submitApplication(world, act(clerk), seen(declined));

  t.is(declined.state, 'RETURNED');
  t.is(declined.course.reason, '专业不对');
  t.is(again.state, 'HOLDER_CONFIRM');
  t.is(again.course.round, 2);
  t.is(again.course.reason, undefined);
});

test('an employer cannot fill in for another employer, nor for route 4', async t => {
  const city = await aCity(t, sqlite);
  const clerk = city.desk('employer');

  const error = await t.throwsAsync(
    aDraft(city, someContent({ employerCode: codeOf('university') }), clerk),
    {
      instanceOf: ContentInvalid,
    },
  );
  t.deepEqual(placesOf(error), ['/content/employerCode EMPLOYER_FIXED']);
  const wanted = { id: city.world.ids(), route: 4 as const, content: someContent() };
  await t.throwsAsync(startDraft(city.world, city.act(clerk), wanted), { message: /^FORBIDDEN/ });
});

test('a returned application is amended, resubmitted under the next round, and guards its title all the while', async t => {
  const city = await aCity(t, sqlite);
  const { world, act } = city;
  const submitted = await aSubmission(city);
  await inTransaction(world.db, async tx =>
    stepApplications(tx, world.db, {
      ids: [submitted.id],
      step: {
        state: 'RETURNED',
        turn: { kind: 'holder', organisationId: undefined },
        at: act(holderOf()).at,
        reason: '请改专业',
      },
    }),
  );
  const returned = await findApplicationFor(world, holderOf(), submitted.id);

  const content = someContent({ specialty: '岩土工程' });
  const written = await writeContent(world, act(holderOf()), { ...seen(returned), content });
  const other = await aDraft(city);
  await t.throwsAsync(submitApplication(world, act(holderOf()), seen(other)), { message: /^TITLE_HELD/ });
  const again = await submitApplication(world, act(holderOf()), seen(written));

  t.is(written.specialty, '建筑结构设计', 'the columns keep what was submitted');
  t.is(again.specialty, '岩土工程');
  t.is(again.state, 'EMPLOYER_REVIEW');
  t.is(again.course.round, 2);
});

test('a withdrawn application frees its title; with the bureau it cannot be withdrawn', async t => {
  const city = await aCity(t, sqlite);
  const { world, act } = city;
  const first = await aSubmission(city);

  const withdrawn = await withdrawApplication(world, act(holderOf()), seen(first));
  const second = await aSubmission(city);
  await inTransaction(world.db, async tx =>
    stepApplications(tx, world.db, {
      ids: [second.id],
      step: {
        state: 'UPLOADED',
        turn: { kind: 'bureau', organisationId: undefined },
        at: act(holderOf()).at,
      },
    }),
  );
  const uploaded = await findApplicationFor(world, holderOf(), second.id);

  t.is(withdrawn.state, 'WITHDRAWN');
  const error = await t.throwsAsync(withdrawApplication(world, act(holderOf()), seen(uploaded)), {
    message: /^APPLICATION_STATE/,
  });
  t.regex((error as DomainError).detail, /已上传市局/);
});

test('a stale version is refused, and a step out of its state names the state', async t => {
  const city = await aCity(t, sqlite);
  const submitted = await aSubmission(city);
  const act = city.act(holderOf());

  await t.throwsAsync(submitApplication(city.world, act, { id: submitted.id, version: 1 }), {
    message: /^STALE/,
  });
  const error = await t.throwsAsync(submitApplication(city.world, act, seen(submitted)), {
    message: /^APPLICATION_STATE/,
  });
  t.regex((error as DomainError).detail, /用人单位审核/);
});

test('a rare character without a known reading takes the reading given by hand', async t => {
  const city = await aCity(t, sqlite);

  const submitted = await aSubmission(city, someContent({ name: '陆𠮷', namePinyin: '𠮷=JI' }));

  t.is(submitted.printedName, '陆JI');
});

function placesOf(error: unknown): readonly string[] {
  return (error as DomainError).placed.map(({ pointer, code }) => `${pointer} ${code}`).sort();
}

test('an employer cannot begin a draft for nobody', async t => {
  const city = await aCity(t, sqlite);
  const wrong = idNumberOf(1).replace(/.$/, last => (last === '0' ? '1' : '0'));

  const error = await t.throwsAsync(aDraft(city, someContent({ idNumber: wrong }), city.desk('employer')), {
    instanceOf: ContentInvalid,
  });

  t.deepEqual(placesOf(error), ['/content/idNumber ID_CHECK_DIGIT']);
});
