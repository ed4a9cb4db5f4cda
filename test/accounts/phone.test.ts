import test from 'ava';
import { checkPhone } from '../../src/accounts/phone.ts';
import { invalidSamples } from '../vectors/rules/vectors.ts';

for (const typed of ['19900001001', '+8619900001001', '+86 199 0000 1001', ' 199-0000-1001 ']) {
  test(`the phone typed as "${typed}" is kept as eleven digits`, t => {
    t.deepEqual(checkPhone(typed), { ok: true, phone: '19900001001' });
  });
}

for (const typed of [
  '12900001001',
  '1990000100',
  '199000010011',
  '',
  '022-12345678',
  '1990000100l',
  '+85261234567',
]) {
  test(`"${typed}" is no mobile number`, t => {
    const answer = checkPhone(typed);

    t.false(answer.ok);
    if (!answer.ok) t.is(answer.faults[0]?.code, 'PHONE_INVALID');
  });
}

test('every invalid phone of the vectors is refused', t => {
  for (const sample of invalidSamples('mobile')) t.false(checkPhone(String(sample.value)).ok, sample.why);
});
