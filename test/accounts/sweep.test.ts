import test from 'ava';
import { sweepAccounts } from '../../src/accounts/sweep.ts';
import { checkChain } from '../../src/audit/record.ts';
import { startService } from '../../src/service.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { newAct } from '../../src/world.ts';
import { aBureau, idNumberOf, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { client, signInHolder } from '../support/people.ts';
import { served } from './served.ts';

const DAY = 86_400;
const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

for (const database of databases()) {
  test(`codes and counters are forgotten after a day, sessions after half a year (${database.name})`, async t => {
    const { world, url, clock } = await served(t, database);
    await signInHolder(url, world, { idNumber: idNumberOf(1), phone: '19900001001' });
    const countsAfter = async (days: number) => {
      clock.now += days * DAY;
      await sweepAccounts(world, newAct(world, 'system:sweeper'));
      const counts: Record<string, number> = {};
      for (const name of ['sign_in_codes', 'attempts', 'sessions']) {
        const [rows] = await world.db.sequelize.query(`SELECT * FROM ${name}`);
        counts[name] = rows.length;
      }
      return counts;
    };

    const atOnce = await countsAfter(0);
    const later = await countsAfter(2);
    const muchLater = await countsAfter(180);

    t.like(atOnce, { sign_in_codes: 1, sessions: 1 });
    t.deepEqual(later, { sign_in_codes: 0, attempts: 0, sessions: 1 });
    t.deepEqual(muchLater, { sign_in_codes: 0, attempts: 0, sessions: 0 });
    t.is((await checkChain(world.db)).brokenAt, undefined);
  });
}

// R33: the holder's reserved phone, here of the person's application
test('in the whole service nobody registers as a person whose application names another phone', async t => {
  const world = await aBureau(t, SQLITE);
  await takeIn(world, [someCells(1)]);
  const service = await startService(world);
  t.teardown(async () => service.stop());
  const idNumber = idNumberOf(1);

  const answer = await client(service.url).post('/api/sign-in/holder/code', {
    idNumber,
    phone: '19900008888',
  });

  t.is(answer.status, 202);
  t.is(await newestMessageTo(world, '19900008888'), undefined);
});
