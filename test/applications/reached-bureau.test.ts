/** Which applications the bureau's desks see: those that reached them, and no others (domain §5.3). */
import test from 'ava';
import type { Actor } from '../../src/accounts/role.ts';
import { findApplicationFor } from '../../src/applications/find-application.ts';
import { countsFor, listFor } from '../../src/applications/list-applications.ts';
import { stepApplications } from '../../src/applications/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aCity, aSubmission } from './a-city.ts';

for (const database of databases()) {
  test(`what ended or went back before it reached the bureau is not there for its handlers (${database.name})`, async t => {
    const city = await aCity(t, database);
    const { world } = city;
    const { id } = await aSubmission(city);
    const handler = city.desk('bureau', 'handler');
    const auditor = city.desk('bureau', 'auditor');
    const returned = async (uploadedAt: number | undefined) =>
      inTransaction(world.db, async tx => {
        const step = { state: 'RETURNED', turn: undefined, at: JULY_30, uploadedAt } as const;
        await stepApplications(tx, world.db, { ids: [id], step });
      });
    const listed = async (by: Actor) =>
      (await listFor(world, city.act(by), { states: ['RETURNED'] })).items.map(item => item.id);
    const counted = async (by: Actor) =>
      (await countsFor(world, city.act(by), {})).counts.map(({ state, count }) => `${state} ${count}`);

    await returned(undefined);
    const early = [await listed(handler), await counted(handler), await listed(auditor)];
    await t.throwsAsync(findApplicationFor(world, handler, id), { message: /^NOT_FOUND/ });
    await returned(JULY_30);

    t.deepEqual(early, [[], [], [id]]);
    t.deepEqual(await listed(handler), [id]);
    t.deepEqual(await counted(handler), ['RETURNED 1']);
    t.is((await findApplicationFor(world, handler, id)).id, id);
  });
}
