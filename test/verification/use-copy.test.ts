/** Use copies (加注) as verifiers see them: one use, one end, the certificate's own status, and keys that are never mixed. */
import test from 'ava';
import { lintUseCopy, LintFailed } from '../../src/certificate/lint.ts';
import { isVerificationReport } from '../../src/shared/shapes/shapes.ts';
import { dateAt, startOf } from '../../src/shared/time.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { someClaims, someUse, TEST_INDEX } from '../support/issuer.ts';
import { bureau, verdictOn } from './verdict.ts';

const DAY = 86_400;
const copy = bureau.signCopy({ copy: 2, validThrough: '2026-07-31' });
const ENDS = startOf('2026-08-01');
const kidOf = (number: number): string => `${bureau.issuer.did}#key-${number}`;
const COPIES = bureau.copiesKey.entry.number;

test('a use copy is valid, and the report says what for, for whom, until when and how manieth it is', async t => {
  const report = await verify(copy.qrText, await readTrust(bureau.trust), bureau.at);

  t.is(report.verdict, 'valid');
  t.deepEqual(report.use, { ...someUse(), validThrough: '2026-07-31', copy: 2 });
  t.deepEqual(report.certificate, {
    number: someClaims().certificateNumber,
    version: 1,
    issuedAt: bureau.at - DAY,
    keyId: `key-${COPIES}`,
    subject: someClaims(),
  });
  t.is(report.form, '03');
  t.is(report.jwt, copy.jwt);
  t.true(isVerificationReport(report));
});

test('a certificate has no use in its report', async t => {
  const report = await verify(bureau.sign().qrText, await readTrust(bureau.trust), bureau.at);

  t.is(report.use, undefined);
});

test('a use copy of a person with a rare name is of form 04 and valid', async t => {
  const signed = bureau.signCopy({
    claims: { name: '沈𬱖"\\测', printedName: '沈TUI"\\测' },
    version: 12,
    copy: 99_999,
  });

  const report = await verify(signed.qrText, await readTrust(bureau.trust), bureau.at);

  t.like(report, { verdict: 'valid', form: '04' });
  t.like(report.certificate, { version: 12 });
  t.is(report.use?.copy, 99_999);
});

// RFC 7519 §4.1.4: on or after `exp` it must not be accepted
test('a use copy is valid to the last second of its last day in Shanghai, and expired from the next on', async t => {
  const trust = bureau.trustWith({ takenAt: ENDS - 10 });

  t.is(await verdictOn(copy.jwt, bureau, { trust, at: ENDS - 1 }), 'valid');
  t.is(await verdictOn(copy.jwt, bureau, { trust, at: ENDS }), 'expired USE_ENDED');
  t.is(await verdictOn(copy.jwt, bureau, { trust, at: ENDS + 400 * DAY }), 'expired USE_ENDED');
});

test('a use copy that is over is expired also where its status cannot be known', async t => {
  const trust = bureau.trustWith({ drop: ['revocation', 'suspension', 'refresh'] });

  t.is(await verdictOn(copy.jwt, bureau, { trust, at: ENDS }), 'expired USE_ENDED');
  t.is(await verdictOn(copy.jwt, bureau, { trust }), 'status-unknown LIST_MISSING');
});

const STATES = [
  { state: 'revoked', trust: { revoked: [TEST_INDEX] } },
  { state: 'suspended', trust: { suspended: [TEST_INDEX] } },
  { state: 'superseded', trust: { superseded: [TEST_INDEX], revoked: [TEST_INDEX] } },
] as const;
for (const { state, trust: changes } of STATES) {
  test(`the use copy of a ${state} certificate is ${state}, before its end and after it`, async t => {
    const before = await verify(copy.qrText, await readTrust(bureau.trustWith(changes)), bureau.at);
    const late = await readTrust(bureau.trustWith({ ...changes, takenAt: ENDS }));
    const after = await verify(copy.qrText, late, ENDS);

    t.is(before.verdict, state);
    t.is(after.verdict, state);
    t.is(after.checks.find(check => check.name === 'dates')?.reason, 'USE_ENDED');
  });
}

test('the key of use copies signs no certificate, and a certificate key no use copy', async t => {
  const certificate = bureau.sign({ key: COPIES });
  const otherCopy = bureau.signCopy({ key: 1 });

  t.is(await verdictOn(certificate.qrText, bureau), 'invalid BAD_SHAPE');
  t.is(await verdictOn(otherCopy.qrText, bureau), 'invalid BAD_SHAPE');
});

test('neither is signed by the keys of status lists and files', async t => {
  for (const key of [bureau.statusKey.entry.number, COPIES + 1]) {
    t.is(await verdictOn(bureau.sign({ key }).jwt, bureau), 'not-ours UNKNOWN_KEY');
    t.is(await verdictOn(bureau.signCopy({ key }).jwt, bureau), 'not-ours UNKNOWN_KEY');
  }
});

test('a revoked key of use copies takes its copies with it, and no certificate', async t => {
  const all = [...bureau.keys, bureau.statusKey, bureau.copiesKey].map(key => key.entry);
  const keys = all.map(entry => (entry.number === COPIES ? { ...entry, revokedAt: bureau.at } : entry));
  const trust = bureau.trustWith({ manifest: bureau.signManifest({ keys, version: 2 }) });

  t.is(await verdictOn(copy.jwt, bureau, { trust }), 'invalid KEY_REVOKED');
  t.is(await verdictOn(bureau.sign().jwt, bureau, { trust }), 'valid');
});

test('a use copy is not valid before it was made', async t => {
  t.is(await verdictOn(bureau.signCopy({ issuedAt: bureau.at + 61 }).jwt, bureau), 'invalid NOT_YET_VALID');
});

const { exp, vc, ...rest } = copy.payload;
const { use, ...claims } = vc.credentialSubject;
const ALTERED: Readonly<Record<string, object>> = {
  'without an end': { vc, ...rest },
  'whose end is no midnight in Shanghai': { ...copy.payload, exp: exp - 1 },
  'that ends before it begins': { ...copy.payload, exp: startOf(dateAt(rest.nbf)) },
  'of more than ninety days': { ...copy.payload, exp: startOf(dateAt(rest.nbf)) + 92 * DAY },
  'whose end is text': { ...copy.payload, exp: String(exp) },
  'without purpose and recipient': { ...copy.payload, vc: { ...vc, credentialSubject: claims } },
  'with a third word in its use': {
    ...copy.payload,
    vc: { ...vc, credentialSubject: { ...claims, use: { ...use, note: 'x' } } },
  },
  'with an empty purpose': {
    ...copy.payload,
    vc: { ...vc, credentialSubject: { ...claims, use: { ...use, purpose: '' } } },
  },
  'whose number is 0': { ...copy.payload, jti: rest.jti.replace(/\d+$/, '0') },
  'whose number begins with 0': { ...copy.payload, jti: rest.jti.replace(/\d+$/, '02') },
  'that has the id of a certificate': { ...copy.payload, jti: rest.jti.replace(/\/use-copies.*/, '') },
  'of another certificate by its id': { ...copy.payload, jti: rest.jti.replace(/B\d{13}/, 'B1220260000181') },
  'of the type of a certificate': {
    ...copy.payload,
    vc: { ...vc, type: ['VerifiableCredential', 'ProfessionalTitleCredential'] },
  },
  'of both types': { ...copy.payload, vc: { ...vc, type: [...vc.type, 'ProfessionalTitleCredential'] } },
  'with a place of its own for suspension': {
    ...copy.payload,
    vc: {
      ...vc,
      credentialStatus: vc.credentialStatus.map((entry, place) =>
        place === 0 ? entry : { ...entry, statusListIndex: '7', id: `${entry.statusListCredential}#7` },
      ),
    },
  },
  'with another host in its schema': {
    ...copy.payload,
    vc: {
      ...vc,
      credentialSchema: { ...vc.credentialSchema, id: 'https://evil.example/schemas/use-copy/v1' },
    },
  },
  'in another order': { vc, ...rest, exp },
};
for (const [name, payload] of Object.entries(ALTERED)) {
  test(`a use copy ${name} is refused, even under the right key`, async t => {
    const header = { alg: 'ES256', typ: 'JWT', kid: kidOf(COPIES) };
    const jwt = bureau.signRaw(header, payload, bureau.copiesKey.privateKey);

    t.is(await verdictOn(jwt, bureau), 'invalid BAD_SHAPE');
  });
}

test('a use copy with one claim changed does not verify', async t => {
  const [head = '', , signature = ''] = copy.jwt.split('.');
  const payload = {
    ...copy.payload,
    vc: { ...vc, credentialSubject: { ...claims, use: { ...use, recipient: '他人' } } },
  };
  const altered = [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');

  t.is(await verdictOn(altered, bureau), 'invalid BAD_SIGNATURE');
});

test('what breaks a rule of use copies cannot be signed', t => {
  const good = bureau.signCopy({ claims: { series: '工程技术人员' } }).payload;
  const subject = good.vc.credentialSubject;
  const bad = [
    { ...good, exp: good.exp + 90 * DAY },
    { ...good, exp: good.nbf - 2 * DAY },
    {
      ...good,
      vc: {
        ...good.vc,
        credentialSubject: { ...subject, use: { purpose: '核验\u202e', recipient: '某单位' } },
      },
    },
    {
      ...good,
      vc: { ...good.vc, credentialSubject: { ...subject, use: { purpose: '用', recipient: '某单位' } } },
    },
  ];

  t.notThrows(() => lintUseCopy(good));
  for (const payload of bad) t.throws(() => lintUseCopy(payload), { instanceOf: LintFailed });
});
