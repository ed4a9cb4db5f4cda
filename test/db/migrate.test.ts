import test from 'ava';
import { QueryTypes } from 'sequelize';
import { connect, disconnect, type Db } from '../../src/db/connect.ts';
import { demandDurability } from '../../src/db/durability.ts';
import { demandMigrated, migrate, pendingMigrations } from '../../src/db/migrate.ts';
import { MIGRATIONS } from '../../src/db/migrations/index.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { databases, freshDb, freshUrl } from '../support/database.ts';
import { statementsOf } from '../support/migrated.ts';

async function tablesOf(db: Db): Promise<unknown> {
  if (db.dialect === 'mysql') return statementsOf(db);
  const tables = await db.sequelize.query('SELECT name, sql FROM sqlite_schema ORDER BY name', {
    type: QueryTypes.SELECT,
  });
  const rows = await db.sequelize.query('SELECT * FROM migrations', { type: QueryTypes.SELECT });
  return { tables, rows };
}

for (const database of databases()) {
  test(`${database.name}: an empty database has everything pending, a migrated one nothing, and a second run does nothing`, async t => {
    const db = await connect(await freshUrl(t, database));
    t.teardown(async () => disconnect(db));
    const names = MIGRATIONS.map(migration => migration.name);

    t.deepEqual(await pendingMigrations(db), names);
    const error = await t.throwsAsync(async () => demandMigrated(db), { instanceOf: DomainError });
    t.is(error?.code, 'MIGRATION_PENDING');
    t.deepEqual(await migrate(db), names);
    t.deepEqual(await migrate(db), []);
    await t.notThrowsAsync(async () => demandMigrated(db));
    const copy = await freshDb(t, database);
    t.deepEqual(await tablesOf(copy), await tablesOf(db), 'other tests begin with exactly this');
  });

  test(`${database.name}: a run that was killed after a step, before its entry, goes on from there`, async t => {
    const db = await freshDb(t, database);
    const again = MIGRATIONS.map(migration => migration.name);
    await db.sequelize.query('DELETE FROM migrations');

    t.deepEqual(await migrate(db), again);
    const heads = await db.sequelize.query('SELECT * FROM audit_head', { type: QueryTypes.SELECT });
    const bases = await db.sequelize.query('SELECT * FROM legal_bases', { type: QueryTypes.SELECT });
    t.deepEqual([heads.length, bases.length], [1, 2]);
  });

  test(`${database.name}: a half-migrated database has the rest pending`, async t => {
    const db = await freshDb(t, database);
    const last = MIGRATIONS.at(-1)?.name ?? '';
    await db.sequelize.query('DELETE FROM migrations WHERE name = ?', { replacements: [last] });

    t.deepEqual(await pendingMigrations(db), [last]);
  });

  test(`${database.name}: two processes that migrate at once both end with everything in place`, async t => {
    const url = await freshUrl(t, database);
    const pair = await Promise.all([connect(url), connect(url)]);
    t.teardown(async () => Promise.all(pair.map(disconnect)));

    await t.notThrowsAsync(async () => Promise.all(pair.map(migrate)));

    t.deepEqual(await Promise.all(pair.map(pendingMigrations)), [[], []]);
  });

  test(`${database.name}: the settings we make keep every acknowledged row through a power cut`, async t => {
    const db = await freshDb(t, database);

    await t.notThrowsAsync(async () => demandDurability(db));
  });

  test(`${database.name}: weaker settings are refused by name`, async t => {
    const db = await freshDb(t, database);
    const [weaken, word] =
      db.dialect === 'sqlite'
        ? ['PRAGMA synchronous=NORMAL', 'synchronous=FULL']
        : ["SET SESSION sql_mode=''", 'STRICT_TRANS_TABLES'];
    await db.sequelize.query(weaken);

    const error = await t.throwsAsync(async () => demandDurability(db), { instanceOf: DomainError });

    t.is(error?.code, 'DATABASE_UNSAFE');
    t.regex(error?.detail ?? '', new RegExp(word));
  });

  test(`${database.name}: the tables themselves refuse a number, a place or an application twice`, async t => {
    const db = await freshDb(t, database);
    const schema = db.sequelize.getQueryInterface();
    const row = (id: string, changes: object): object => ({
      id: id.repeat(32),
      number: `B122026000001${id}`,
      version: 1,
      application_id: id.repeat(32),
      batch_month: '2026-06',
      issued_at: 1,
      collect_from: '2026-07-15',
      legal_basis: 'LB1',
      key_id: 'key-1',
      list: 1,
      list_index: Number(id),
      payload_hash: id.repeat(64),
      jwt: 'x',
      qr_text: 'x',
      ...changes,
    });
    await schema.bulkInsert('certificates', [row('1', {})]);

    for (const changes of [
      { number: 'B1220260000011' },
      { list_index: 1 },
      { application_id: '1'.repeat(32) },
    ]) {
      const error = await t.throwsAsync(async () => schema.bulkInsert('certificates', [row('2', changes)]));
      t.is(error?.name, 'SequelizeUniqueConstraintError', JSON.stringify(changes));
    }
    await t.notThrowsAsync(async () => schema.bulkInsert('certificates', [row('2', {})]));
  });
}
