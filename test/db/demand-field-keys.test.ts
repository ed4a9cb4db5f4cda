import test from 'ava';
import { demandFieldKeys } from '../../src/db/demand-field-keys.ts';
import { fieldCipher, type FieldCipher } from '../../src/db/field-cipher.ts';
import { startService } from '../../src/service.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { aBureau, someCells, takeIn } from '../support/bureau.ts';
import { databases, freshDb } from '../support/database.ts';

const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const ONE = { id: 1, key: key(1) };
const TWO = { id: 2, key: key(2) };
const INDEX = key(9);

const nothing = async (): Promise<boolean> => Promise.resolve(false);
const something = async (): Promise<boolean> => Promise.resolve(true);

const REFUSED: readonly { name: string; cipher: FieldCipher; says: RegExp }[] = [
  {
    name: 'another key under the old number',
    cipher: fieldCipher({ keys: [{ id: 1, key: key(7) }], indexKey: INDEX }),
    says: /1 号密钥.*不是同一个/,
  },
  {
    name: 'another index key',
    cipher: fieldCipher({ keys: [ONE], indexKey: key(8) }),
    says: /INDEX_KEY.*不是同一个/,
  },
  {
    name: 'an index key forgotten',
    cipher: fieldCipher({ keys: [ONE] }),
    says: /INDEX_KEY.*不是同一个/,
  },
];

for (const database of databases()) {
  for (const { name, cipher, says } of REFUSED) {
    test(`a process that comes with ${name} is refused: ${database.name}`, async t => {
      const db = await freshDb(t, database);
      await demandFieldKeys({ db, cipher: fieldCipher({ keys: [ONE], indexKey: INDEX }) }, nothing);

      const error = await t.throwsAsync(demandFieldKeys({ db, cipher }, nothing), {
        instanceOf: DomainError,
      });

      t.is(error?.code, 'CONFIG_INVALID');
      t.regex(error?.detail ?? '', says);
    });
  }

  test(`a new key may come, and the old one go when nothing is sealed by it: ${database.name}`, async t => {
    const db = await freshDb(t, database);
    const start = async (keys: Parameters<typeof fieldCipher>[0], isLeft: typeof nothing): Promise<void> =>
      demandFieldKeys({ db, cipher: fieldCipher(keys) }, isLeft);
    await start({ keys: [ONE], indexKey: INDEX }, something);
    await start({ keys: [TWO, ONE], indexKey: INDEX }, something);

    const error = await t.throwsAsync(start({ keys: [TWO], indexKey: INDEX }, something));

    t.regex(error instanceof DomainError ? error.detail : '', /rotate/);
    await t.notThrowsAsync(start({ keys: [TWO], indexKey: INDEX }, nothing));
  });

  test(`the service does not start with keys that do not open what is there: ${database.name}`, async t => {
    const world = await aBureau(t, database);
    await takeIn(world, [someCells()]);
    await (await startService(world)).stop();
    const indexKey = key(5);

    const other = { ...world, cipher: fieldCipher({ keys: [TWO], indexKey }) };

    await t.throwsAsync(startService(other), { instanceOf: DomainError, code: 'CONFIG_INVALID' });
  });
}
