import test from 'ava';
import { CHECK_NAMES } from '../../src/verification/report.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { isVerificationReport } from '../../src/shared/shapes/shapes.ts';
import { TEST_INDEX, makeIssuer, someClaims } from '../support/issuer.ts';
import { bureau, verdictOn } from './verdict.ts';

const DAY = 86_400;
const genuine = bureau.sign();

test('a genuine certificate is valid, from its code, its fragment and its bare token', async t => {
  const fragment = genuine.qrText.slice(genuine.qrText.indexOf('#'));

  for (const text of [
    genuine.qrText,
    fragment,
    fragment.slice(1),
    genuine.jwt,
    ` ${genuine.jwt}\n`,
    `${genuine.qrText}&from=chat`,
  ]) {
    t.is(await verdictOn(text, bureau), 'valid', text);
  }
});

test('the report names every check in its fixed order, and says what was signed and how fresh the lists are', async t => {
  const report = await verify(genuine.qrText, await readTrust(bureau.trust), bureau.at);

  t.deepEqual(
    report.checks.map(check => [check.name, check.outcome]),
    CHECK_NAMES.map(name => [name, 'pass']),
  );
  t.deepEqual(report.certificate, {
    number: someClaims().certificateNumber,
    version: 1,
    issuedAt: bureau.at - DAY,
    keyId: 'key-1',
    subject: someClaims(),
  });
  t.deepEqual(report.status?.listVersions, { revocation: 1, suspension: 1, refresh: 1 });
  t.is(report.jwt, genuine.jwt);
  t.is(report.form, '01');
  t.true(isVerificationReport(report));
});

test('a certificate under a test key says so in the report', async t => {
  const demo = makeIssuer({ test: true });

  const report = await verify(demo.sign().qrText, await readTrust(demo.trust), demo.at);

  t.is(report.verdict, 'valid');
  t.true(report.test);
});

test('an issuer on a port of localhost verifies like any other', async t => {
  const local = makeIssuer({ origin: 'http://localhost:3000' });

  t.is(local.issuer.did, 'did:web:localhost%3A3000');
  t.is(await verdictOn(local.sign().qrText, local), 'valid');
});

test('a certificate with a rare name, a printed name and quotes in it is valid', async t => {
  const claims = { name: '沈𬱖"\\测', printedName: '沈TUI"\\测' };
  const signed = bureau.sign({ claims });

  t.is(await verdictOn(signed.qrText, bureau), 'valid');
});

test('trust taken more than an hour ago makes a certificate valid as of that time, not valid', async t => {
  t.is(await verdictOn(genuine.jwt, bureau, { at: bureau.at + 3600 }), 'valid');
  t.is(await verdictOn(genuine.jwt, bureau, { at: bureau.at + 3601 }), 'valid-as-of LIST_STALE');
  t.is(await verdictOn(genuine.jwt, bureau, { at: bureau.at + 29 * DAY }), 'valid-as-of LIST_STALE');
});

test('trust taken in the future is not fresh', async t => {
  const trust = bureau.trustWith({ takenAt: bureau.at + 61, signedAt: bureau.at });

  t.is(await verdictOn(genuine.jwt, bureau, { trust }), 'valid-as-of LIST_STALE');
});

const ENDS = [
  { name: 'revoked', trust: bureau.trustWith({ revoked: [TEST_INDEX] }), verdict: 'revoked REVOKED' },
  { name: 'suspended', trust: bureau.trustWith({ suspended: [TEST_INDEX] }), verdict: 'suspended SUSPENDED' },
  {
    name: 'superseded',
    trust: bureau.trustWith({ superseded: [TEST_INDEX], revoked: [TEST_INDEX] }),
    verdict: 'superseded SUPERSEDED',
  },
  {
    name: 'revoked while suspended',
    trust: bureau.trustWith({ suspended: [TEST_INDEX], revoked: [TEST_INDEX] }),
    verdict: 'revoked REVOKED',
  },
  {
    name: 'neither, when only its neighbours are revoked',
    trust: bureau.trustWith({ revoked: [TEST_INDEX - 1, TEST_INDEX + 1] }),
    verdict: 'valid',
  },
];
for (const { name, trust, verdict } of ENDS) {
  test(`a certificate verifies as ${name}`, async t => {
    t.is(await verdictOn(genuine.qrText, bureau, { trust }), verdict);
  });
}

test('a revoked certificate verifies as revoked with old lists too, for an end is for ever', async t => {
  const trust = bureau.trustWith({ revoked: [TEST_INDEX] });

  t.is(await verdictOn(genuine.jwt, bureau, { trust, at: bureau.at + 400 * DAY }), 'revoked REVOKED');
});

test('revoking one version leaves the next one valid', async t => {
  const next = bureau.sign({ version: 2, index: 5 });
  const trust = bureau.trustWith({ superseded: [TEST_INDEX] });

  t.is(await verdictOn(genuine.jwt, bureau, { trust }), 'superseded SUPERSEDED');
  t.is(await verdictOn(next.jwt, bureau, { trust }), 'valid');
});

test('a certificate of another host is not ours, of an unknown key neither; that is not the word "fake"', async t => {
  const other = makeIssuer({ origin: 'https://other.example.org' }).sign();
  const stranger = makeIssuer().sign();
  const [entry] = bureau.keys;
  const kid = `${bureau.issuer.did}#key-77`;
  const unknownKey = bureau.signRaw({ alg: 'ES256', typ: 'JWT', kid }, genuine.payload, entry?.privateKey);

  t.is(await verdictOn(other.qrText, bureau), 'not-ours FOREIGN_HOST');
  t.is(await verdictOn(other.jwt, bureau), 'not-ours FOREIGN_ISSUER');
  t.is(await verdictOn(unknownKey, bureau), 'not-ours UNKNOWN_KEY');
  t.is(await verdictOn(stranger.jwt, bureau), 'invalid BAD_SIGNATURE');
});

test('text that is no certificate at all is not ours', async t => {
  for (const text of [
    '',
    ' ',
    '你好',
    'https://example.org/menu',
    'javascript:alert(1)',
    '<img src=x onerror=alert(1)>',
    'WIFI:S:x;;',
    'a.b',
  ]) {
    t.true((await verdictOn(text, bureau)).startsWith('not-ours '), text);
  }
});

test('a look-alike host is not ours', async t => {
  const path = genuine.qrText.slice(bureau.issuer.origin.length);
  for (const host of [
    'http://zc.example.gov.cn',
    'https://zc.example.gov.cn.evil.example',
    'https://zc.example.gov.cn@evil.example',
    'https://zc.example.gov.cn:8443',
    'https://ｚc.example.gov.cn',
  ]) {
    t.is(await verdictOn(host + path, bureau), 'not-ours FOREIGN_HOST', host);
  }
});

test('a retired key keeps verifying what it signed before, and nothing dated after', async t => {
  const retiredAt = bureau.at - 10;
  const keys = [...bureau.keys, bureau.statusKey].map(key => ({
    ...key.entry,
    ...(key.entry.number === 1 ? { retiredAt } : {}),
  }));
  const trust = bureau.trustWith({ manifest: bureau.signManifest({ keys, version: 2 }) });

  t.is(await verdictOn(bureau.sign({ issuedAt: retiredAt }).jwt, bureau, { trust }), 'valid');
  t.is(
    await verdictOn(bureau.sign({ issuedAt: retiredAt + 1 }).jwt, bureau, { trust }),
    'invalid OUTSIDE_KEY_WINDOW',
  );
});

test('nothing that a revoked key signed is valid, and what other keys signed still is', async t => {
  const twoKeys = makeIssuer({ months: ['2026-05', '2026-06'] });
  const entries = [...twoKeys.keys, twoKeys.statusKey].map(key => key.entry);
  const keys = entries.map(entry => (entry.number === 1 ? { ...entry, revokedAt: twoKeys.at } : entry));
  const trust = twoKeys.trustWith({ manifest: twoKeys.signManifest({ keys, version: 2 }) });

  t.is(await verdictOn(twoKeys.sign({ key: 1 }).jwt, twoKeys, { trust }), 'invalid KEY_REVOKED');
  t.is(await verdictOn(twoKeys.sign({ key: 2 }).jwt, twoKeys, { trust }), 'valid');
});

test('a signature dated outside its key’s window is invalid, on both sides, to the second', async t => {
  const { notBefore, notAfter } = bureau.keys[0]?.entry ?? { notBefore: 0, notAfter: 0 };
  const cases = [
    [notBefore - 1, 'invalid OUTSIDE_KEY_WINDOW'],
    [notBefore, 'valid-as-of LIST_STALE'],
    [notAfter, 'valid-as-of LIST_STALE'],
    [notAfter + 1, 'invalid OUTSIDE_KEY_WINDOW'],
  ] as const;
  const trust = bureau.trustWith({ takenAt: notAfter - 7200 });

  for (const [issuedAt, verdict] of cases) {
    t.is(
      await verdictOn(bureau.sign({ issuedAt }).jwt, bureau, { at: notAfter + 1, trust }),
      verdict,
      String(issuedAt),
    );
  }
});

// V7: clocks may differ by sixty seconds
test('a certificate dated 60 seconds ahead is valid, 61 seconds ahead is not yet', async t => {
  t.is(await verdictOn(bureau.sign({ issuedAt: bureau.at + 59 }).jwt, bureau), 'valid');
  t.is(await verdictOn(bureau.sign({ issuedAt: bureau.at + 60 }).jwt, bureau), 'valid');
  t.is(await verdictOn(bureau.sign({ issuedAt: bureau.at + 61 }).jwt, bureau), 'invalid NOT_YET_VALID');
});
