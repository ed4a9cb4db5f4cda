import test from 'ava';
import fc from 'fast-check';
import { fromNumber, type NumberKind, radixOf, toNumber } from '../../../src/certificate/qr/hole.ts';

const FITS: readonly (readonly [string, NumberKind, string, bigint])[] = [
  ['no digits at all', { digits: 3 }, '', 1n],
  ['leading zeros', { digits: 4 }, '007', 1007n],
  ['as many digits as allowed', { digits: 3 }, '999', 1999n],
  ['zero', { int: 100 }, '0', 0n],
  ['the largest integer', { int: 100 }, '99', 99n],
  ['the first of a list', { oneOf: ['男', '女'] }, '男', 0n],
  ['the last of a list', { oneOf: ['男', '女'] }, '女', 1n],
  ['the first day', 'date', '1970-01-01', 0n],
  ['a leap day', 'date', '2024-02-29', 19_782n],
  ['the last day', 'date', '2149-06-06', 65_535n],
];

for (const [name, kind, text, value] of FITS) {
  test(`a hole takes ${name}, and gives it back`, t => {
    t.is(toNumber(kind, text), value);
    t.is(fromNumber(kind, value), text);
  });
}

const REFUSED: readonly (readonly [string, NumberKind, string])[] = [
  ['one digit too many', { digits: 3 }, '1234'],
  ['a letter among digits', { digits: 3 }, '1a'],
  ['a full-width digit', { digits: 3 }, '１'],
  ['an integer with a leading zero', { int: 100 }, '07'],
  ['an empty integer', { int: 100 }, ''],
  ['a negative integer', { int: 100 }, '-1'],
  ['an integer that is not below the limit', { int: 100 }, '100'],
  ['a word outside the list', { oneOf: ['男', '女'] }, '未知'],
  ['a date that does not exist', 'date', '2022-02-30'],
  ['a day before 1970', 'date', '1969-12-31'],
  ['a day after the last', 'date', '2149-06-07'],
];

for (const [name, kind, text] of REFUSED) {
  test(`a hole refuses ${name}`, t => {
    t.is(toNumber(kind, text), undefined);
  });
}

test('a number that stands for no text gives none', t => {
  t.is(fromNumber({ digits: 3 }, 0n), undefined);
  t.is(fromNumber({ digits: 3 }, 25n), undefined);
  t.is(fromNumber({ int: 100 }, 100n), undefined);
  t.is(fromNumber({ oneOf: ['男', '女'] }, 2n), undefined);
  t.is(fromNumber('date', -1n), undefined);
});

const KINDS: fc.Arbitrary<NumberKind> = fc.oneof(
  fc.constant('date' as const),
  fc.record({ digits: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ int: fc.integer({ min: 1, max: 2 ** 40 }) }),
  fc.record({ oneOf: fc.uniqueArray(fc.string(), { minLength: 1 }) }),
);

test('text and number are one to one for every kind', t => {
  fc.assert(
    fc.property(KINDS, fc.bigInt({ min: 0n, max: 10n ** 24n }), (kind, any) => {
      const value = any % radixOf(kind);
      const text = fromNumber(kind, value);
      if (text !== undefined) t.is(toNumber(kind, text), value);
    }),
  );
  t.pass();
});
