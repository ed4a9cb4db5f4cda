import test from 'ava';
import type { IdType } from '../../src/accounts/person-id.ts';
import {
  checkCharacterOf,
  checkPersonId,
  maskId,
  maskName,
  maskPhone,
  normalisePersonId,
} from '../../src/accounts/person-id.ts';
import { invalidSamples, personas, readVectors } from '../vectors/rules/vectors.ts';

const on = '2022-01-01';

test('every holder of the vectors has an acceptable document, with the birth date and sex it says', t => {
  for (const { id, holder } of personas()) {
    const answer = checkPersonId({ type: holder.idType, number: holder.idNumber, on });

    t.true(answer.ok, id);
    if (!answer.ok) continue;
    t.is(answer.id.birthDate, holder.birthDate, id);
    t.is(answer.id.gender, holder.gender, id);
  }
});

const refused: readonly [title: string, type: IdType, number: string, code: string][] = [
  ['a wrong check digit', '居民身份证', '120199198203149910', 'ID_CHECK_DIGIT'],
  ['30 February, though the check digit is right', '居民身份证', '120199198202309913', 'ID_BIRTH_DATE'],
  ['a birth in the future', '居民身份证', '120199209901019916', 'ID_BIRTH_FUTURE'],
  ['a province that does not exist', '居民身份证', '770199198203149916', 'ID_REGION'],
  ['a first-generation number', '居民身份证', '120199820314991', 'ID_FIFTEEN_DIGITS'],
  ['a number that a spreadsheet rounded', '居民身份证', '1.20199E+17', 'ID_SCIENTIFIC'],
  ['a birth before 1900', '居民身份证', numberFor('120199189912319'), 'ID_BIRTH_DATE'],
  ['a letter in the middle', '居民身份证', '12019919820314X931', 'ID_SHAPE'],
  ['nothing', '居民身份证', '', 'ID_SHAPE'],
  [
    'a Hong Kong residence number as an identity card',
    '居民身份证',
    '810000198903279987',
    'ID_TYPE_MISMATCH',
  ],
  [
    'an identity card number as a residence permit',
    '港澳台居民居住证',
    '120199198203149931',
    'ID_TYPE_MISMATCH',
  ],
  [
    'a permanent residence number as an identity card',
    '居民身份证',
    '912999198506129922',
    'ID_TYPE_MISMATCH',
  ],
  ['a residence permit of no such region', '港澳台居民居住证', numberFor('840000198903279'), 'ID_REGION'],
  ['a 2017 card with too few digits', '外国人永久居留身份证', 'USA12345678901', 'ID_SHAPE'],
];

for (const [title, type, number, code] of refused) {
  test(`a document number with ${title} is refused`, t => {
    const answer = checkPersonId({ type, number, on });

    t.false(answer.ok);
    if (!answer.ok)
      t.deepEqual(
        answer.faults.map(fault => fault.code),
        [code],
      );
  });
}

test('every invalid number of the vectors is refused', t => {
  for (const sample of invalidSamples('idNumber')) {
    t.false(checkPersonId({ type: '居民身份证', number: String(sample.value), on }).ok, sample.why);
  }
});

test('several faults of one number are told together', t => {
  const answer = checkPersonId({ type: '居民身份证', number: '770199198202309910', on });

  t.false(answer.ok);
  if (!answer.ok)
    t.deepEqual(
      answer.faults.map(fault => fault.code),
      ['ID_CHECK_DIGIT', 'ID_REGION', 'ID_BIRTH_DATE'],
    );
});

test('every single changed digit of a number is noticed', t => {
  const number = '120199198203149931';
  for (let place = 0; place < 18; place += 1) {
    for (const digit of '0123456789'.replace(number.charAt(place), '')) {
      const changed = number.slice(0, place) + digit + number.slice(place + 1);
      t.false(checkPersonId({ type: '居民身份证', number: changed, on }).ok, changed);
    }
  }
});

test('a holder may be sixteen on the day and no younger', t => {
  const number = numberFor('120199200001019');

  t.true(checkPersonId({ type: '居民身份证', number, on: '2016-01-01' }).ok);
  const answer = checkPersonId({ type: '居民身份证', number, on: '2015-12-31' });
  t.false(answer.ok);
  if (!answer.ok) t.is(answer.faults[0]?.code, 'ID_TOO_YOUNG');
});

test('the permanent residence card of 2017 is accepted by its shape and tells neither birth date nor sex', t => {
  const answer = checkPersonId({ type: '外国人永久居留身份证', number: 'usa110099061201', on });

  t.deepEqual(answer, { ok: true, id: { type: '外国人永久居留身份证', number: 'USA110099061201' } });
});

test('a number is trimmed and its x put in capitals', t => {
  const { normalised } = readVectors<{ normalised: { field: string; input: string; output: string }[] }>(
    'codes.json',
  );
  for (const { input, output } of normalised.filter(sample => sample.field === 'idNumber')) {
    t.is(normalisePersonId(input), output);
  }
});

test('numbers are masked but for the first and last four characters', t => {
  for (const { holder, expected } of personas()) t.is(maskId(holder.idNumber), expected.maskedId);
  t.is(maskId('USA110099061201'), 'USA1*******1201');
  t.is(maskPhone('19900001001'), '199****1001');
});

const masked: readonly [name: string, shown: string][] = [
  ['王𬭎', '王*'],
  ['张明远', '张*远'],
  ['欧阳文澜', '欧阳*澜'],
  ['诸葛𫍣', '诸葛*'],
  ['欧阳', '欧*'],
  ['单雄', '单*'],
  ['阿卜杜拉·买买提', '阿***·**提'],
  ['TESTERSEN ANNA MARIA', 'T******** A*** M****'],
];

for (const [name, shown] of masked) {
  test(`on public pages ${name} is shown as ${shown}`, t => {
    t.is(maskName(name), shown);
  });
}

/** Completes 15 given digits by a sequence for a man and the right check character. */
function numberFor(first15: string): string {
  const first17 = `${first15.slice(0, 14)}99${first15.slice(14)}`;
  return first17 + checkCharacterOf(first17);
}
