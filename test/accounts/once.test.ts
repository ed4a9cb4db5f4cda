import test from 'ava';
import { runOnce } from '../../src/accounts/once/once.ts';
import { addRunning } from '../../src/accounts/once/store.ts';
import { allOrganisations } from '../../src/accounts/store.ts';
import { sweepAccounts } from '../../src/accounts/sweep.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { isOrganisationView } from '../../src/shared/shapes/shapes.ts';
import { newAct } from '../../src/world.ts';
import { aBureau, JULY_30, openWorld } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { organisationCodeOf } from '../support/people.ts';
import { anAdministrator, codeOf, served } from './served.ts';

const KEYED = { accountId: 'a'.repeat(32), key: 'a-key-of-mine', requestHash: '1'.repeat(64) };
const WANTED = { name: '天津测试研究院', code: organisationCodeOf(77), capacities: ['employer'] };
const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

for (const database of databases()) {
  test(`one key sent a hundred times at once has one effect and a hundred equal answers (${database.name})`, async t => {
    const bureau = await served(t, database);
    const { api } = await anAdministrator(bureau);
    const headers = { 'idempotency-key': 'register-once-0001' };

    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => api.post('/api/organisations', WANTED, headers)),
    );
    const organisations = await allOrganisations(bureau.world.db);

    t.is(organisations.filter(({ code }) => code === WANTED.code).length, 1);
    t.true(isOrganisationView(answers[0]?.body));
    t.deepEqual(
      [...new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`))].length,
      1,
    );
    t.is(answers[0]?.status, 201);
  });

  test(`a runner that died is taken over by one other process after a minute (${database.name})`, async t => {
    let now = JULY_30;
    const world = await aBureau(t, database, { clock: () => now });
    const other = await openWorld(t, world.config, () => now);
    let runs = 0;
    const run = async () => Promise.resolve((runs += 1));
    const id = await keyIdOf(world, KEYED);
    await inTransaction(world.db, async tx =>
      addRunning(tx, world.db, { id, requestHash: KEYED.requestHash, startedAt: now }),
    );
    now += 60;

    const answers = await Promise.all([runOnce(world, KEYED, run), runOnce(other, KEYED, run)]);

    t.deepEqual(answers, [1, 1]);
  });
}

test('a key used for another body, path or account is not the same request', async t => {
  const bureau = await served(t, SQLITE);
  const { api } = await anAdministrator(bureau);
  const second = await anAdministrator(bureau);
  const headers = { 'idempotency-key': 'register-once-0001' };
  await api.post('/api/organisations', WANTED, headers);

  const otherBody = await api.post(
    '/api/organisations',
    { name: '另一单位', code: organisationCodeOf(78), capacities: ['employer'] },
    headers,
  );
  const otherAccount = await second.api.post(
    '/api/organisations',
    { name: '另一单位', code: organisationCodeOf(78), capacities: ['employer'] },
    headers,
  );

  t.is(codeOf(otherBody), 'IDEMPOTENCY_KEY_REUSED');
  t.is(otherAccount.status, 201);
});

test('a refused request frees its key; an answered one keeps it', async t => {
  const world = await aBureau(t, SQLITE);
  let runs = 0;
  const run = async () => {
    runs += 1;
    if (runs === 1) throw new DomainError('STALE', '请刷新。');
    return Promise.resolve({ runs });
  };

  await t.throwsAsync(runOnce(world, KEYED, run), { message: /STALE/ });
  const second = await runOnce(world, KEYED, run);
  const third = await runOnce(world, KEYED, run);

  t.deepEqual([second, third], [{ runs: 2 }, { runs: 2 }]);
});

test('an empty answer is repeated as an empty answer', async t => {
  const world = await aBureau(t, SQLITE);
  let runs = 0;
  const run = async () => Promise.resolve(void (runs += 1));

  const answers = [await runOnce(world, KEYED, run), await runOnce(world, KEYED, run)];

  t.deepEqual(answers, [undefined, undefined]);
  t.is(runs, 1);
});

for (const key of ['', 'short', 'x'.repeat(101), 'with a blank', '键键键键键键键键键']) {
  test(`a key that is no plain word of 8 to 100 characters is refused: “${key.slice(0, 20)}”`, async t => {
    const world = await aBureau(t, SQLITE);

    const error = await t.throwsAsync(runOnce(world, { ...KEYED, key }, async () => Promise.resolve(1)));

    t.is((error as DomainError).code, 'IDEMPOTENCY_KEY_INVALID');
  });
}

test('an answer is sealed at rest and forgotten after a day', async t => {
  let now = JULY_30;
  const world = await aBureau(t, SQLITE, { clock: () => now });
  await runOnce(world, KEYED, async () => Promise.resolve({ secret: '初始密码在此' }));
  const [rows] = await world.db.sequelize.query('SELECT * FROM idempotency_keys');
  now += 24 * 3600 + 1;

  await sweepAccounts(world, newAct(world, 'system:sweeper'));
  const again = await runOnce(world, KEYED, async () => Promise.resolve('anew'));

  t.is(rows.length, 1);
  t.notRegex(JSON.stringify(rows), /secret|初始/);
  t.is(again, 'anew');
});

/** The row's id, learnt from a run that ended. */
async function keyIdOf(world: Parameters<typeof runOnce>[0], keyed: typeof KEYED): Promise<string> {
  await runOnce(world, keyed, async () => Promise.resolve(0));
  const [rows] = await world.db.sequelize.query('SELECT id FROM idempotency_keys');
  await world.db.sequelize.query('DELETE FROM idempotency_keys');
  return (rows as { id: string }[])[0]?.id ?? '';
}
