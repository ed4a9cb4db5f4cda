/** An employer begins an application for somebody on its list of staff (R11). */
import test from 'ava';
import { endEmployment, openEmployment } from '../../src/accounts/ties/store.ts';
import { startDraft } from '../../src/applications/start-draft.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aCity, codeOf, someContent, type City } from './a-city.ts';

async function employed({ world, idOf }: City, unit: 'employer' | 'university'): Promise<string> {
  const joining = {
    organisationId: idOf[unit],
    idNumber: idNumberOf(2),
    name: '李岚',
    from: '2020-01-01',
  };
  const id = await inTransaction(world.db, async tx => openEmployment(tx, world, joining));
  if (id === undefined) throw new RangeError('somebody works there already');
  return id;
}

for (const database of databases()) {
  test(`who it is for comes from the list of staff (${database.name})`, async t => {
    const city = await aCity(t, database);
    const employmentId = await employed(city, 'employer');
    const content = someContent({ name: '', idNumber: '', idType: '', gender: '', employerCode: '' });

    const draft = await startDraft(city.world, city.act(city.desk('employer')), {
      ...{ id: city.world.ids(), route: 2 as const, content, employmentId },
    });

    t.like(draft.draft, {
      name: '李岚',
      idNumber: idNumberOf(2),
      idType: '居民身份证',
      gender: '女',
      employerCode: codeOf('employer'),
    });
    t.is(draft.course.employerId, city.idOf.employer);
  });

  test(`somebody else's staff, and who left, are not found (${database.name})`, async t => {
    const city = await aCity(t, database);
    const theirs = await employed(city, 'university');
    const left = await employed(city, 'employer');
    await inTransaction(city.world.db, async tx =>
      endEmployment(tx, city.world.db, { id: left, to: '2021-07-29' }),
    );
    const act = city.act(city.desk('employer'));

    for (const employmentId of [theirs, left])
      await t.throwsAsync(
        startDraft(city.world, act, {
          ...{ id: city.world.ids(), route: 2 as const, content: someContent(), employmentId },
        }),
        { message: /^NOT_FOUND/ },
      );
  });
}
