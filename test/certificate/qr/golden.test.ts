/** What has been printed must stay readable: frozen files, golden pairs, and a second decoder in another language. */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { compactVerify, importJWK, type JWK } from 'jose';
import { createVerifiableCredentialJwt } from 'did-jwt-vc';
import type { Issuer } from '../../../src/certificate/credential.ts';
import { credentialFor, useCopyFor } from '../../../src/certificate/credential.ts';
import { decodeQr, encodeQr } from '../../../src/certificate/qr/codec.ts';
import { readForms } from '../../../src/certificate/qr/forms.ts';
import { projectFile } from '../../../src/shared/project.ts';
import { addDays, dateAt } from '../../../src/shared/time.ts';
import { aSeriesOfSamples, jwtWith, SAMPLE_ISSUER } from '../../bench/certificates.ts';

interface Golden {
  readonly issuer: Issuer;
  readonly publicJwk: JWK;
  readonly vectors: readonly {
    readonly form: string;
    /** The key of vectors that were signed later; its private half was thrown away too. */
    readonly publicJwk?: JWK;
    readonly jwt: string;
    readonly fragment: string;
  }[];
}

const GOLDEN = JSON.parse(readFileSync(projectFile('test/vectors/qr/golden.json'), 'utf8')) as Golden; // our own fixture
const FORMS = readForms();

/** Never change a line: a form that changes makes every code printed with it unreadable. New forms add lines. */
const FROZEN: Readonly<Record<string, string>> = {
  'dictionary-0.txt': 'd89f13021a070317ec405aec5af8a3cad9168c9f98582bbfc5bff38405a1bc4a',
  'dictionary-1.txt': '5f865279ca454557cb0802a30861c989091f6b84da199515ff1b17ddd13945b7',
  'form-00.json': '351f9c765007a4fb029537d2631b7cf5e9ea7bc924464af033b13b9cf9d2166d',
  'form-01.json': '939dea404b448532dfd986a37c3bc8115296a608af3e1ca7c3fcc44677c386b3',
  'form-02.json': 'ed6f44615bca3e6a113deb9d54d56ac6ac01914704e1760ff08c03ca7f2c997b',
  'form-03.json': '05e483603b19b10a61d8dbcaa691be11c5980a3a2a72e1a2b239190fb60d6f5e',
  'form-04.json': 'ee10bec43211894db133d6760159ede7a6dd34c7b3f08543d2ecea44543f7c76',
};

for (const [name, digest] of Object.entries(FROZEN)) {
  test(`${name} never changes`, t => {
    const bytes = readFileSync(projectFile(`schemas/qr/${name}`));

    t.is(createHash('sha256').update(bytes).digest('hex'), digest);
  });
}

test('a dictionary is at most 32 kB', t => {
  for (const form of FORMS) t.true(form.dictionary.length <= 32_000, `form ${form.id}`);
});

for (const { form, jwt, fragment, publicJwk = GOLDEN.publicJwk } of GOLDEN.vectors) {
  test(`the golden code of form ${form} gives its JWT, bit for bit, and the signature holds`, async t => {
    const decoded = decodeQr(`${GOLDEN.issuer.origin}/v#${fragment}`, FORMS, GOLDEN.issuer);

    t.deepEqual(decoded, { ok: true, jwt, form });
    await t.notThrowsAsync(compactVerify(jwt, await importJWK(publicJwk, 'ES256')));
  });

  test(`the golden JWT of form ${form} still takes no more digits than when it was printed`, t => {
    const url = encodeQr(jwt, FORMS, GOLDEN.issuer);

    t.true(url.length <= `${GOLDEN.issuer.origin}/v#${fragment}`.length);
  });
}

test('every form has a golden pair', t => {
  t.deepEqual(GOLDEN.vectors.map(vector => vector.form).sort(), FORMS.map(form => form.id).sort());
});

const USE = { purpose: '岗位聘任核验', recipient: '天津样例人才有限公司（测试）' };

for (const [form, printedName, use] of [
  ['01', undefined, undefined],
  ['02', 'LI HONG', undefined],
  ['03', undefined, USE],
  ['04', 'LI HONG', USE],
] as const) {
  test(`what did-jwt-vc signs is of form ${form}`, async t => {
    const [sample] = aSeriesOfSamples(1, 3);
    if (sample === undefined) throw new RangeError('expected a sample');
    const claims = { ...sample.parts.claims, ...(printedName === undefined ? {} : { printedName }) };
    const { did } = SAMPLE_ISSUER;
    const parts = { ...sample.parts, claims };
    const copy = { copy: 2, validThrough: addDays(dateAt(parts.issuedAt), 90) };
    const payload = use
      ? useCopyFor({ ...parts, use, ...copy }, SAMPLE_ISSUER)
      : credentialFor(parts, SAMPLE_ISSUER);
    const signer = async (): Promise<string> => randomBytes(64).toString('base64url');

    const jwt = await createVerifiableCredentialJwt(
      // did-jwt-vc's type is narrower than the VC Data Model: it knows one status, not a list
      payload as never,
      { did, alg: 'ES256', signer },
      { header: { alg: 'ES256', typ: 'JWT', kid: `${did}#key-12` } },
    );

    t.deepEqual(decodeQr(encodeQr(jwt, FORMS, SAMPLE_ISSUER), FORMS, SAMPLE_ISSUER), { ok: true, jwt, form });
  });
}

test('an independent decoder in Python gives the same JWTs', t => {
  if (spawnSync('python3', ['--version']).status !== 0) {
    const skipped =
      'NOT TESTED: the independent QR decoder (test/support/decode_qr.py). Install python3 ≥ 3.10.';
    console.warn(skipped);
    t.log(skipped);
    t.pass();
    return;
  }
  const jwts = aSeriesOfSamples(200, 11).map(sample => jwtWith(sample, randomBytes(64)));
  const pairs = [
    ...GOLDEN.vectors,
    ...jwts.map(jwt => ({ jwt, fragment: encodeQr(jwt, FORMS, SAMPLE_ISSUER).split('#')[1] ?? '' })),
  ];

  const python = spawnSync(
    'python3',
    [
      projectFile('test/support/decode_qr.py'),
      projectFile('schemas/qr'),
      SAMPLE_ISSUER.origin,
      SAMPLE_ISSUER.did,
    ],
    {
      input: pairs.map(pair => pair.fragment).join('\n'),
      encoding: 'utf8',
      env: { ...process.env, PYTHONUTF8: '1' },
    },
  );

  t.is(python.stderr, '');
  t.deepEqual(
    python.stdout.trim().split('\n'),
    pairs.map(pair => pair.jwt),
  );
});

test('the independent decoder fits on a page: at most 30 lines', t => {
  const lines = readFileSync(projectFile('test/support/decode_qr.py'), 'utf8').trimEnd().split('\n');

  t.true(lines.length <= 30);
});
