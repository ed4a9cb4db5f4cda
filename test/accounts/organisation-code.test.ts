import test from 'ava';
import { checkOrganisationCode, organisationCheckCharacterOf } from '../../src/accounts/organisation-code.ts';
import { invalidSamples, readVectors } from '../vectors/rules/vectors.ts';

interface Codes {
  readonly organisations: readonly { name: string; code: string }[];
  readonly normalised: readonly { field: string; input: string; output: string }[];
}

test('every organisation of the vectors has a valid code, the inner code included', t => {
  for (const { name, code } of readVectors<Codes>('codes.json').organisations) {
    t.deepEqual(checkOrganisationCode(code), { ok: true, code, warnings: [] }, name);
  }
});

test('a code is trimmed and put in capitals', t => {
  for (const { input, output } of readVectors<Codes>('codes.json').normalised.filter(
    ({ field }) => field === 'uscc',
  )) {
    t.like(checkOrganisationCode(input), { ok: true, code: output });
  }
});

const refused: readonly [title: string, code: string, fault: string][] = [
  ['with a wrong check character', '91120199TEXT001131', 'ORGANISATION_CODE_CHECK'],
  ['with the letter O', '91120199TEOT001130', 'ORGANISATION_CODE_ALPHABET'],
  ['with full-width digits', '９1120199TEXT001130', 'ORGANISATION_CODE_ALPHABET'],
  ['one character short', '91120199TEXT00113', 'ORGANISATION_CODE_LENGTH'],
  ['that is empty', '', 'ORGANISATION_CODE_LENGTH'],
];

for (const [title, code, fault] of refused) {
  test(`a code ${title} is refused`, t => {
    const answer = checkOrganisationCode(code);

    t.false(answer.ok);
    if (!answer.ok)
      t.deepEqual(
        answer.faults.map(one => one.code),
        [fault],
      );
  });
}

test('every invalid code of the vectors is refused', t => {
  for (const sample of invalidSamples('uscc'))
    t.false(checkOrganisationCode(String(sample.value)).ok, sample.why);
});

test('a wrong inner organisation code is a warning, for some lawful codes have one', t => {
  const first17 = '91120199TEXT00114';
  const answer = checkOrganisationCode(first17 + organisationCheckCharacterOf(first17));

  t.true(answer.ok);
  if (answer.ok)
    t.deepEqual(
      answer.warnings.map(one => one.code),
      ['ORGANISATION_INNER_CODE'],
    );
});
