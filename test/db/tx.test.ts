import test from 'ava';
import { QueryTypes } from 'sequelize';
import { connect, disconnect, type Db } from '../../src/db/connect.ts';
import { allCounters, takeSerials } from '../../src/db/counters.ts';
import { faultKind, inTransaction, isDuplicate } from '../../src/db/tx.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { databases, freshDb, freshUrl } from '../support/database.ts';
import { migrate } from '../../src/db/migrate.ts';

const WRITERS = 16;

async function setting(db: Db, name: string): Promise<string | undefined> {
  const [row] = await db.sequelize.query<{ value: string }>('SELECT value FROM settings WHERE name = ?', {
    replacements: [name],
    type: QueryTypes.SELECT,
  });
  return row?.value;
}

for (const database of databases()) {
  test(`${database.name}: sixteen writers at once each get their own serials, and none is left out`, async t => {
    const db = await freshDb(t, database);

    const firsts = await Promise.all(
      Array.from({ length: WRITERS }, async () =>
        inTransaction(db, async tx => takeSerials(tx, db, { scope: 'B2026', count: 3 })),
      ),
    );

    t.deepEqual(
      firsts.toSorted((a, b) => a - b),
      Array.from({ length: WRITERS }, (_, place) => 1 + place * 3),
    );
    t.is((await allCounters(db)).get('B2026'), 1 + WRITERS * 3);
  });

  test(`${database.name}: two processes on one database never get the same serial`, async t => {
    const url = await freshUrl(t, database);
    const pair = await Promise.all([connect(url), connect(url)]);
    const [first] = pair;
    await migrate(first);

    const taken = await Promise.all(
      Array.from({ length: WRITERS * 2 }, async (_, place) => {
        const db = pair[place % 2 === 0 ? 0 : 1];
        return inTransaction(db, async tx => takeSerials(tx, db, { scope: 'B2026', count: 1 }));
      }),
    );
    await Promise.all(pair.map(disconnect));

    t.deepEqual(
      taken.toSorted((a, b) => a - b),
      Array.from({ length: WRITERS * 2 }, (_, place) => place + 1),
    );
  });

  test(`${database.name}: scopes count for themselves`, async t => {
    const db = await freshDb(t, database);
    const take = async (scope: string): Promise<number> =>
      inTransaction(db, async tx => takeSerials(tx, db, { scope, count: 2 }));

    t.deepEqual([await take('A2026'), await take('B2026'), await take('A2026')], [1, 1, 3]);
  });

  test(`${database.name}: a closure that fails leaves nothing behind, and its error comes out as it is`, async t => {
    const db = await freshDb(t, database);
    const fault = new DomainError('STATE_CONFLICT', '请重试。');

    const error = await t.throwsAsync(async () =>
      inTransaction(db, async tx => {
        await takeSerials(tx, db, { scope: 'B2026', count: 5 });
        throw fault;
      }),
    );

    t.is(error, fault);
    t.is((await allCounters(db)).size, 0);
  });

  test(`${database.name}: after a conflict the whole closure runs again, from its first read`, async t => {
    const db = await freshDb(t, database);
    let runs = 0;
    const conflict = Object.assign(new Error('deadlock'), { errno: 1213, code: 'ER_LOCK_DEADLOCK' });

    const first = await inTransaction(db, async tx => {
      const taken = await takeSerials(tx, db, { scope: 'B2026', count: 1 });
      runs += 1;
      if (runs < 3) throw Object.assign(new Error('wrapped'), { parent: conflict });
      return taken;
    });

    t.deepEqual([runs, first], [3, 1]);
    t.is((await allCounters(db)).get('B2026'), 2);
  });

  test(`${database.name}: a database that stays busy is said to be busy after eight tries`, async t => {
    const db = await freshDb(t, database);
    let runs = 0;

    const error = await t.throwsAsync(
      async () =>
        inTransaction(db, async () => {
          runs += 1;
          throw Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' });
        }),
      { instanceOf: DomainError },
    );

    t.deepEqual([error?.code, runs], ['DATABASE_BUSY', 8]);
  });

  test(`${database.name}: a lost connection is reported and never blindly repeated`, async t => {
    const db = await freshDb(t, database);
    let runs = 0;

    const error = await t.throwsAsync(
      async () =>
        inTransaction(db, async () => {
          runs += 1;
          throw Object.assign(new Error('gone'), {
            parent: { errno: 2013, code: 'PROTOCOL_CONNECTION_LOST' },
          });
        }),
      { instanceOf: DomainError },
    );

    t.deepEqual([error?.code, runs], ['DATABASE_UNAVAILABLE', 1]);
  });

  test(`${database.name}: a second row with the same key is a duplicate`, async t => {
    const db = await freshDb(t, database);
    const insert = async (): Promise<unknown> =>
      db.sequelize.getQueryInterface().bulkInsert('settings', [{ name: 'one', value: '1' }]);
    await insert();

    const error: unknown = await insert().catch((thrown: unknown) => thrown);

    t.true(isDuplicate(error));
    t.is(await setting(db, 'one'), '1');
  });

  test(`${database.name}: text of every plane comes back as it was, and letters differ by case`, async t => {
    const db = await freshDb(t, database);
    const text = '沈𬱖 ٥ "\\\' 🀄 \u2028 ';
    await db.sequelize.getQueryInterface().bulkInsert('settings', [
      { name: 'text', value: text },
      { name: 'Text', value: 'other' },
    ]);

    t.is(await setting(db, 'text'), text);
    t.is(await setting(db, 'Text'), 'other');
  });
}

const FAULTS = [
  ['a deadlock', { parent: { errno: 1213 } }, 'repeat'],
  ['a lock wait', { parent: { errno: 1205 } }, 'repeat'],
  ['a snapshot conflict', { parent: { errno: 1020 } }, 'repeat'],
  ['a cluster node that is not ready', { parent: { errno: 1047 } }, 'repeat'],
  ['a busy SQLite file', { parent: { code: 'SQLITE_BUSY', errno: 5 } }, 'repeat'],
  ['a commit of unknown outcome', { parent: { errno: 1180 } }, 'lost'],
  ['a server that has gone', { parent: { code: 'PROTOCOL_CONNECTION_LOST' } }, 'lost'],
  ['a refused connection', { parent: { code: 'ECONNREFUSED' } }, 'lost'],
  ['a broken constraint', { parent: { code: 'SQLITE_CONSTRAINT', errno: 19 } }, 'other'],
  ['anything else', new Error('x'), 'other'],
  ['nothing', undefined, 'other'],
] as const;
for (const [name, error, kind] of FAULTS) {
  test(`${name} is to be answered as "${kind}"`, t => {
    t.is(faultKind(error), kind);
  });
}

test('a MariaDB that is not there is unavailable, not a riddle', async t => {
  const db = await connect('mysql://nobody@127.0.0.1:9/nothing');
  t.teardown(async () => disconnect(db));

  const error = await t.throwsAsync(async () => inTransaction(db, async () => 1), {
    instanceOf: DomainError,
  });

  t.is(error?.code, 'DATABASE_UNAVAILABLE');
});

for (const url of ['postgres://x', 'sqlite:', 'sqlite::memory:', '']) {
  test(`"${url}" is no database of ours`, async t => {
    const error = await t.throwsAsync(async () => connect(url), { instanceOf: DomainError });

    t.is(error?.code, 'CONFIG_INVALID');
  });
}
