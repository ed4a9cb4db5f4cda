import { createCipheriv, hkdfSync } from 'node:crypto';
import test from 'ava';
import {
  fieldCipher,
  fromDataKeys,
  indexKeyOf,
  keyIdOf,
  toDataKeys,
  type FieldPlace,
} from '../../src/db/field-cipher.ts';

const KEY_1 = new Uint8Array(32).fill(7);
const KEY_2 = new Uint8Array(32).fill(8);
const place: FieldPlace = { table: 'applications', column: 'id_number', row: 'row-1' };
const ID = '120101199001019931';
const old = fieldCipher(KEY_1);
const both = fieldCipher({
  keys: [
    { id: 2, key: KEY_2 },
    { id: 1, key: KEY_1 },
  ],
});

/** A field as it was sealed before keys had numbers. */
function sealedBefore(plain: string): string {
  const nonce = Buffer.alloc(12, 3);
  const key = Buffer.from(hkdfSync('sha256', KEY_1, '', 'zhicheng field seal', 32));
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(
    Buffer.from('applications\nid_number\nrow-1'),
  );
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return `v1.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')}`;
}

test('a field sealed before keys had numbers opens with key 1', t => {
  const sealed = sealedBefore(ID);

  t.is(old.open(sealed, place), ID);
  t.is(both.open(sealed, place), ID);
  t.is(keyIdOf(sealed), 1);
});

test('the first key seals, every key on the ring opens', t => {
  const byOld = old.seal(ID, place);
  const byNew = both.seal(ID, place);

  t.true(byOld.startsWith('v2.1.'));
  t.true(byNew.startsWith('v2.2.'));
  t.is(both.open(byOld, place), ID);
  t.is(both.open(byNew, place), ID);
  t.throws(() => old.open(byNew, place), { instanceOf: RangeError, message: /key 2/ });
  t.deepEqual([both.sealingKey, both.keyIds], [2, [2, 1]]);
});

test('a field that names another key than its own does not open', t => {
  const sealed = both.seal(ID, place);

  t.throws(() => both.open(sealed.replace('v2.2.', 'v2.1.'), place), { instanceOf: RangeError });
});

// What is stored under key 1 must be found for ever: this value was written by the first release.
test('blind indexes do not change with the key that seals, nor when key 1 has gone', t => {
  const index = '577978955255fdd28608f477f8ab1bdf4a1ba5d48c550ba2d391c9eee32c9603';
  const alone = fieldCipher({ keys: [{ id: 2, key: KEY_2 }], indexKey: indexKeyOf(KEY_1) });

  t.is(old.indexOf(ID, 'id_number'), index);
  t.is(both.indexOf(ID, 'id_number'), old.indexOf(ID, 'id_number'));
  t.is(alone.indexOf(ID, 'id_number'), old.indexOf(ID, 'id_number'));
  t.throws(() => alone.open(old.seal(ID, place), place), { instanceOf: RangeError });
});

test('bytes are sealed as texts are: in their place, by the first key, without a byte altered', t => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(70_000).fill(0xff)]) {
    const sealed = both.sealBytes(bytes, place);
    t.deepEqual(both.openBytes(sealed, place), bytes);
    t.is(sealed.length, bytes.length + 33);
    t.throws(() => both.openBytes(sealed, { ...place, row: 'row-2' }), { instanceOf: RangeError });
  }
  const sealed = both.sealBytes(new Uint8Array([1, 2, 3]), place);
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = sealed.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    t.throws(() => both.openBytes(altered, place), { instanceOf: RangeError }, String(at));
  }
  t.throws(() => both.openBytes(sealed.slice(0, 32), place), { instanceOf: RangeError });
  t.deepEqual(both.openBytes(old.sealBytes(new Uint8Array([9]), place), place), new Uint8Array([9]));
});

test('bytes from the middle of a longer buffer open too', t => {
  const sealed = both.sealBytes(new Uint8Array([1, 2, 3]), place);
  const within = new Uint8Array(100);
  within.set(sealed, 40);

  t.deepEqual(both.openBytes(within.subarray(40, 40 + sealed.length), place), new Uint8Array([1, 2, 3]));
});

test('keys are written and read as a setting', t => {
  const [one = '', two = ''] = [KEY_1, KEY_2].map(key => Buffer.from(key).toString('base64url'));

  t.deepEqual(toDataKeys(one), [{ id: 1, key: KEY_1 }]);
  const ring = toDataKeys(`2:${two},1:${one}`);
  t.deepEqual(ring, [
    { id: 2, key: KEY_2 },
    { id: 1, key: KEY_1 },
  ]);
  t.is(ring && fromDataKeys(ring), `2:${two},1:${one}`);
  for (const text of [
    '',
    ',',
    one.slice(1),
    `0:${one}`,
    `1:${one},1:${two}`,
    `1:${one},`,
    `2:${two},${one}`,
    `x:${one}`,
  ])
    t.is(toDataKeys(text), undefined, text);
});

test('a ring with a number twice, a short key, or no way to the index is refused', t => {
  const two = { id: 2, key: KEY_2 };
  for (const ring of [
    { keys: [two, two] as const, indexKey: KEY_1 },
    { keys: [two] as const },
    { keys: [{ id: 0, key: KEY_1 }] as const, indexKey: KEY_1 },
    { keys: [{ id: 1, key: KEY_1.slice(1) }] as const },
    { keys: [two] as const, indexKey: KEY_1.slice(1) },
  ])
    t.throws(() => fieldCipher(ring), { instanceOf: RangeError });
});
