import test from 'ava';
import type { Level } from '../../src/certificate/level.ts';
import {
  certificateNumber,
  isCertificateNumber,
  numberParts,
  parseCertificateNumber,
} from '../../src/certificate/number.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { readVectors } from '../vectors/rules/vectors.ts';

interface Numbers {
  readonly valid: readonly { level: Level; year: number; serial: number; certNo: string }[];
  readonly invalid: readonly string[];
  readonly normalised: readonly { input: string; output: string }[];
}
const vectors = readVectors<Numbers>('numbers.json');

for (const { level, year, serial, certNo } of vectors.valid) {
  test(`serial ${serial} of level ${level} in ${year} is ${certNo}, and back`, t => {
    const number = certificateNumber(level, year, serial);

    t.is(number as string, certNo);
    t.true(isCertificateNumber(certNo));
    t.deepEqual(numberParts(number), { level, year, serial });
  });
}

for (const text of [...vectors.invalid, '', 'B1220210000000', 'B12202100000111', 'B1320210000011']) {
  test(`"${text}" is no certificate number`, t => {
    t.false(isCertificateNumber(text));
    t.is(parseCertificateNumber(text), undefined);
  });
}

test('a typed number is trimmed and put in capitals before it is judged', t => {
  for (const { input, output } of vectors.normalised) {
    t.false(isCertificateNumber(input));
    t.is(parseCertificateNumber(input) as string | undefined, output);
  }
});

test('a number is taken as people type it: full-width, with blanks, with hyphens', t => {
  for (const input of [
    'Ｂ１２２０２１０００１２３３',
    'B12-2021-000123-3',
    'b1220 2100\u30000123\u00a03',
    'B122021000123３',
  ]) {
    t.false(isCertificateNumber(input), input);
    t.is(parseCertificateNumber(input) as string | undefined, 'B1220210001233', input);
  }
});

test('every single wrong digit and every swapped level letter is noticed', t => {
  const number = 'B1220210001233';
  for (const letter of 'ACDE') t.false(isCertificateNumber(letter + number.slice(1)), letter);
  for (let place = 1; place < 14; place += 1) {
    for (const digit of '0123456789'.replace(number.charAt(place), '')) {
      const changed = number.slice(0, place) + digit + number.slice(place + 1);
      t.false(isCertificateNumber(changed), changed);
    }
  }
});

test('the serials of a level and year end at 999,999', t => {
  t.notThrows(() => certificateNumber('C', 2021, 999_999));
  const error = t.throws(() => certificateNumber('C', 2021, 1_000_000), { instanceOf: DomainError });
  t.is(error?.code, 'NUMBERS_EXHAUSTED');
  t.throws(() => certificateNumber('C', 2021, 0), { instanceOf: RangeError });
  t.throws(() => certificateNumber('C', 21, 1), { instanceOf: RangeError });
});
