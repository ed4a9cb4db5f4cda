import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QueryTypes } from 'sequelize';
import test from 'ava';
import { leftOf, rotate, statusOf, withNewKey } from '../../src/cli/field-keys.ts';
import { SEALED_TABLES } from '../../src/sealed-tables.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { readConfig } from '../../src/config.ts';
import type { Db } from '../../src/db/connect.ts';
import { fieldCipher, toDataKeys } from '../../src/db/field-cipher.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { enqueue, newestMessageTo } from '../../src/messages/enqueue.ts';
import { applicationsById, applicationsOf } from '../../src/applications/store.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, bureauEnv, idNumberOf, openWorld, someCells, takeIn } from '../support/bureau.ts';
import { databases, freshDb } from '../support/database.ts';

const NEW_KEY = new Uint8Array(32).fill(5);
const PHONE = '19900001001';

/** The same bureau after the operator has put a new key first. */
function withKeyTwo(world: World): World {
  const keys = toDataKeys(readFileSync(join(world.config.dataDir, 'data.key'), 'utf8').trim());
  if (!keys) throw new RangeError('the kept key is one');
  return { ...world, cipher: fieldCipher(withNewKey({ keys }, NEW_KEY)) };
}

/** Three applications, three hundred messages, two chunks of one file. */
async function filled(world: World): Promise<readonly string[]> {
  const ids = await takeIn(
    world,
    [1, 2, 3].map(serial => someCells(serial)),
  );
  const message = { template: 'sign-in-code' as const, phone: PHONE, values: { code: '482915' } };
  await inTransaction(world.db, async tx =>
    enqueue(
      tx,
      world,
      Array.from({ length: 300 }, () => message),
    ),
  );
  for (const place of [0, 1, 2]) await addChunk(world, place);
  return ids;
}

function chunkPlace(place: number) {
  return { table: 'file_chunks', column: 'sealed', row: `${'f'.repeat(32)}:${place}` };
}

async function addChunk({ db, cipher }: World, place: number): Promise<void> {
  const sealed = Buffer.from(cipher.sealBytes(new Uint8Array(300_000).fill(place), chunkPlace(place)));
  await db.sequelize.query('INSERT INTO file_chunks (file_id, place, sealed) VALUES (:id, :place, :sealed)', {
    replacements: { id: 'f'.repeat(32), place, sealed },
  });
}

async function chunksOf(db: Db): Promise<readonly Uint8Array[]> {
  const rows = await db.sequelize.query<{ sealed: Uint8Array }>(
    'SELECT sealed FROM file_chunks ORDER BY place',
    {
      type: QueryTypes.SELECT,
    },
  );
  return rows.map(({ sealed }) => sealed);
}

for (const database of databases()) {
  const on = `: ${database.name}`;

  test(`every sealed column of the database is on the list${on}`, async t => {
    const db = await freshDb(t, database);
    const schema = db.sequelize.getQueryInterface();
    const sealed: string[] = [];
    for (const table of await schema.showAllTables()) {
      const columns = Object.keys(await schema.describeTable(table));
      sealed.push(
        ...columns.filter(column => /(^|_)sealed$/.test(column)).map(column => `${table}.${column}`),
      );
    }

    const listed = SEALED_TABLES.flatMap(({ table, texts = {}, bytes = {} }) =>
      Object.keys({ ...texts, ...bytes }).map(column => `${table}.${column}`),
    );

    t.true(sealed.length >= 13);
    t.deepEqual(listed.sort(), sealed.sort());
  });

  test(`after a change of key all is sealed by the new one, says the same and is found the same${on}`, async t => {
    const before = await aBureau(t, database);
    const ids = await filled(before);
    const expected = await applicationsById(before, ids);
    const world = withKeyTwo(before);
    t.is(leftOf(await statusOf(world), 2), 3 * 2 + 300 * 2 + 3);

    const { changed, unreadable } = await rotate(world, anAct());

    t.deepEqual([changed, unreadable.length, leftOf(await statusOf(world), 2)], [609, 0, 0]);
    const alone = {
      ...world,
      cipher: fieldCipher({ keys: [{ id: 2, key: NEW_KEY }], indexKey: withNewKeyIndex(before) }),
    };
    t.deepEqual(await applicationsById(alone, ids), expected);
    t.is((await applicationsOf(alone, idNumberOf(1))).length, 1);
    t.regex((await newestMessageTo(alone, PHONE)) ?? '', /482915/);
    const opened = (await chunksOf(world.db)).map((sealed, place) =>
      alone.cipher.openBytes(sealed, chunkPlace(place)),
    );
    t.deepEqual(
      opened,
      [0, 1, 2].map(place => new Uint8Array(300_000).fill(place)),
    );
    t.is(
      (await entriesAfter(world.db, 0, 100)).filter(({ action }) => action === 'field-keys.rotated').length,
      1,
    );
  });

  test(`a change of key that is begun again has nothing left to do${on}`, async t => {
    const before = await aBureau(t, database);
    await filled(before);
    const world = withKeyTwo(before);
    await rotate(world, anAct());
    await takeIn(before, [someCells(4)]);

    t.is((await rotate(world, anAct())).changed, 2);
    t.is((await rotate(world, anAct())).changed, 0);
  });

  test(`a field that does not open stays as it is and is told, the others are changed${on}`, async t => {
    const before = await aBureau(t, database);
    const [id = ''] = await filled(before);
    const world = withKeyTwo(before);
    await world.db.sequelize.query("UPDATE applications SET phone_sealed = 'v2.1.AAAA' WHERE id = :id", {
      replacements: { id },
    });

    const { changed, unreadable } = await rotate(world, anAct());

    t.is(changed, 608);
    t.deepEqual(unreadable, [{ table: 'applications', column: 'phone', row: id }]);
    t.is(leftOf(await statusOf(world), 2), 1);
  });

  test(`what the service writes while keys change is not overwritten${on}`, async t => {
    const before = await aBureau(t, database);
    const [id = ''] = await takeIn(before, [someCells(1)]);
    const world = withKeyTwo(before);
    const place = { table: 'applications', column: 'phone', row: id };
    const written = world.cipher.seal('19900009999', place);
    // after the fields were read and before they are written back
    const db = racingDb(world.db, async () => {
      await world.db.sequelize.query('UPDATE applications SET phone_sealed = :written WHERE id = :id', {
        replacements: { written, id },
      });
    });

    const { changed } = await rotate({ ...world, db }, anAct());

    t.is(changed, 1);
    t.is((await applicationsById(world, [id])).get(id)?.phone, '19900009999');
  });
}

/** The same database, whose service is at work: before its first transaction something else happens. */
function racingDb(db: Db, before: () => Promise<void>): Db {
  let hasHappened = false;
  const sequelize = new Proxy(db.sequelize, {
    get: (target, name) => {
      if (name !== 'transaction') {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      return async (body: never) => {
        const isFirst = !hasHappened;
        hasHappened = true;
        if (isFirst) await before();
        return target.transaction(body);
      };
    },
  });
  return { ...db, sequelize };
}

function withNewKeyIndex(world: World): Uint8Array {
  const keys = toDataKeys(readFileSync(join(world.config.dataDir, 'data.key'), 'utf8').trim());
  if (!keys) throw new RangeError('the kept key is one');
  return withNewKey({ keys }, NEW_KEY).indexKey;
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

/** The command as an operator's shell runs it. */
async function fieldKeys(
  env: Record<string, string>,
  action: string,
): Promise<{ code: number; out: string }> {
  const module = new URL('../../src/cli/field-keys.js', import.meta.url).href;
  const script = `process.exitCode = await (await import(${JSON.stringify(module)})).fieldKeysCommand.run([${JSON.stringify(action)}])`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { PATH: process.env['PATH'], ...env },
    });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, out: stdout };
  }
}

test('an operator makes a new key, sets the two lines, changes all fields and takes the old key away', async t => {
  const before = await aBureau(t, sqlite);
  const [id = ''] = await takeIn(before, [someCells(1)]);
  const env = bureauEnv(before.config.dataDir, before.config.databaseUrl);

  const made = await fieldKeys(env, 'new');
  const lines = [...made.out.matchAll(/^(ZHICHENG_\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]);
  const both = { ...env, ...(Object.fromEntries(lines) as Record<string, string>) };
  const undone = await fieldKeys(both, 'status');
  const rotated = await fieldKeys(both, 'rotate');
  const done = await fieldKeys(both, 'status');
  const [newKey = ''] = (both['ZHICHENG_DATA_KEY'] ?? '').split(',');
  const after = await openWorld(t, readConfig({ ...both, ZHICHENG_DATA_KEY: newKey }));

  t.deepEqual([undone.code, rotated.code, done.code], [1, 0, 0]);
  t.regex(undone.out, /^applications\t0\t2\t0$/m);
  t.regex(rotated.out, /已用 2 号密钥重新加密 2 个字段/);
  t.regex(done.out, /^applications\t2\t0\t0$/m);
  t.is((await applicationsById(after, [id])).get(id)?.idNumber, idNumberOf(1));
  t.is((await applicationsOf(after, idNumberOf(1))).length, 1);
});
