import { randomBytes } from 'node:crypto';
import test from 'ava';
import { fieldCipher, type FieldPlace } from '../../src/db/field-cipher.ts';

const cipher = fieldCipher(new Uint8Array(32).fill(7));
const place: FieldPlace = { table: 'applications', column: 'id_number_sealed', row: 'row-1' };
const ID = '120101199001019931';

test('a sealed field opens in its place, whatever its text', t => {
  for (const text of [ID, '', '沈𬱖', 'x'.repeat(5000)])
    t.is(cipher.open(cipher.seal(text, place), place), text);
});

test('a sealed field shows nothing of its text, and never looks the same twice', t => {
  const sealed = Array.from({ length: 50 }, () => cipher.seal(ID, place));

  t.is(new Set(sealed).size, 50);
  for (const text of sealed) {
    t.regex(text, /^v2\.1\.[A-Za-z0-9_-]+$/);
    t.false(Buffer.from(text.slice(5), 'base64url').includes(ID));
  }
});

const ELSEWHERE: readonly Partial<FieldPlace>[] = [
  { row: 'row-2' },
  { column: 'phone_sealed' },
  { table: 'accounts' },
];
for (const moved of ELSEWHERE) {
  test(`a sealed field moved to another ${Object.keys(moved).join()} does not open`, t => {
    const sealed = cipher.seal(ID, place);

    t.throws(() => cipher.open(sealed, { ...place, ...moved }), { instanceOf: RangeError });
  });
}

test('the sealed values of two rows cannot be exchanged', t => {
  const other = { ...place, row: 'row-2' };
  const [one, two] = [cipher.seal(ID, place), cipher.seal('120101199001019932', other)];

  t.throws(() => cipher.open(two, place), { instanceOf: RangeError });
  t.throws(() => cipher.open(one, other), { instanceOf: RangeError });
});

test('no altered byte of a sealed field is overlooked', t => {
  const bytes = Buffer.from(cipher.seal(ID, place).slice(5), 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const altered = Buffer.from(bytes);
    altered[at] = (altered[at] ?? 0) ^ 1;
    t.throws(
      () => cipher.open(`v2.1.${altered.toString('base64url')}`, place),
      { instanceOf: RangeError },
      String(at),
    );
  }
});

test('a sealed field cut short, of another version or of another key does not open', t => {
  const sealed = cipher.seal(ID, place);
  for (const text of [
    '',
    'v1.',
    'v1.AAAA',
    'v2.1.AAAA',
    sealed.slice(0, -4),
    sealed.slice(5),
    `v3${sealed.slice(2)}`,
  ]) {
    t.throws(() => cipher.open(text, place), { instanceOf: RangeError }, text);
  }
  t.throws(() => fieldCipher(randomBytes(32)).open(sealed, place), { instanceOf: RangeError });
});

test('the index finds equal values of one column, and says nothing across columns or keys', t => {
  const index = cipher.indexOf(ID, 'id_number');

  t.regex(index, /^[0-9a-f]{64}$/);
  t.is(cipher.indexOf(ID, 'id_number'), index);
  t.not(cipher.indexOf(ID, 'phone'), index);
  t.not(cipher.indexOf('120101199001019932', 'id_number'), index);
  t.not(fieldCipher(randomBytes(32)).indexOf(ID, 'id_number'), index);
});

test('a key of any other length is refused', t => {
  for (const length of [0, 16, 31, 33])
    t.throws(() => fieldCipher(new Uint8Array(length)), { instanceOf: RangeError });
});
