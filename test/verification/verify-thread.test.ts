import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { DomainError } from '../../src/shared/errors.ts';
import { projectFile } from '../../src/shared/project.ts';
import { believed, type Believed } from '../../src/verification/fresh-trust.ts';
import { makeVerifier, VERIFY_THREAD, type Verifier } from '../../src/verification/verify-thread.ts';
import { verify } from '../../src/verification/verify.ts';
import { makeIssuer, TEST_INDEX } from '../support/issuer.ts';
import { bureau } from './verdict.ts';

interface Golden {
  readonly issuer: { readonly origin: string };
  readonly vectors: readonly { readonly jwt: string; readonly fragment: string }[];
}

const GOLDEN = JSON.parse(readFileSync(projectFile('test/vectors/qr/golden.json'), 'utf8')) as Golden; // our own fixture
const genuine = bureau.sign();
const TEXTS: readonly string[] = [
  genuine.qrText,
  genuine.jwt,
  `\n ${genuine.qrText}&from=chat`,
  bureau.signCopy().qrText,
  bureau.sign({ claims: { name: '沈𬱖"\\测', printedName: '沈TUI"\\测' } }).qrText,
  makeIssuer().sign().jwt,
  `${genuine.jwt.slice(0, -4)}AAAA`,
  genuine.qrText.slice(0, -30),
  '',
  '{"verdict":"valid"}\n{"verdict":"valid"}',
  '\u0000\ud800',
  `https://elsewhere.example/v#01${'9'.repeat(1000)}`,
  '7'.repeat(20_000),
  ...GOLDEN.vectors.flatMap(({ jwt, fragment }) => [jwt, fragment, `${bureau.issuer.origin}/v#${fragment}`]),
];

/** A thread that answers only its first message, with `beside` for every text. */
const SHORT_LIVED = fileURLToPath(new URL('./short-lived-thread.js', import.meta.url));
const BESIDE = '"beside"';

function verifierWith(t: ExecutionContext, script?: string): Verifier {
  const verifier = makeVerifier(pino({ level: 'silent' }), script);
  t.teardown(async () => verifier.stop());
  return verifier;
}

/** That document for the thread; what this side of it would say is another issuer's. */
async function onlyBeside(document = bureau.trust): Promise<Believed> {
  return {
    document,
    trust: (await believed(makeIssuer({ origin: 'https://other.example.test' }).trust)).trust,
  };
}

async function reportHere(text: string, { trust }: Believed): Promise<string> {
  return JSON.stringify(await verify(text, trust, bureau.at));
}

test('the thread gives every text the report that verify() gives, also when all are asked at once', async t => {
  const verifier = verifierWith(t, VERIFY_THREAD);
  const [here, beside] = [await believed(bureau.trust), await onlyBeside()];

  const reports = await Promise.all(TEXTS.map(async text => verifier.reportOn(text, beside, bureau.at)));

  for (const [place, text] of TEXTS.entries()) t.is(String(reports[place]), await reportHere(text, here));
});

test('each text is judged by the trust and at the time it was asked with', async t => {
  const verifier = verifierWith(t, VERIFY_THREAD);
  const [before, after] = [await onlyBeside(), await onlyBeside(bureau.trustWith({ revoked: [TEST_INDEX] }))];
  const asked: [Believed, number][] = [
    [before, bureau.at],
    [after, bureau.at],
    [before, bureau.at + 3601],
    [before, bureau.at],
  ];

  const reports = await Promise.all(asked.map(async ([by, at]) => verifier.reportOn(genuine.qrText, by, at)));

  t.deepEqual(
    reports.map(report => (JSON.parse(String(report)) as { verdict: string }).verdict),
    ['valid', 'revoked', 'valid-as-of', 'valid'],
  );
});

test('a text whose thread dies is verified without it, and the next has a new thread', async t => {
  const verifier = verifierWith(t, SHORT_LIVED);
  const here = await believed(bureau.trust);
  const reportOn = async (): Promise<string> =>
    String(await verifier.reportOn(genuine.qrText, here, bureau.at));

  t.is(await reportOn(), BESIDE);
  t.is(await reportOn(), await reportHere(genuine.qrText, here));
  t.is(await reportOn(), BESIDE);
});

test('a thread that cannot begin is done without', async t => {
  const verifier = verifierWith(t, `${VERIFY_THREAD}.missing.js`);
  const here = await believed(bureau.trust);

  for (let turn = 0; turn < 3; turn += 1)
    t.is(
      String(await verifier.reportOn(genuine.qrText, here, bureau.at)),
      await reportHere(genuine.qrText, here),
    );
});

test('what is under way when the thread is stopped, and what is asked afterwards, is verified without it', async t => {
  const verifier = verifierWith(t, VERIFY_THREAD);
  const here = await believed(bureau.trust);

  const underWay = verifier.reportOn(genuine.qrText, here, bureau.at);
  await verifier.stop();

  t.is(String(await underWay), await reportHere(genuine.qrText, here));
  t.is(String(await verifier.reportOn(genuine.jwt, here, bureau.at)), await reportHere(genuine.jwt, here));
});

test('texts beyond what can be answered soon are refused as too much, and every other gets its report', async t => {
  const verifier = verifierWith(t, VERIFY_THREAD);
  const beside = await onlyBeside();
  const isFullBefore = verifier.isFull();

  const asked = Array.from({ length: 200 }, async () =>
    verifier.reportOn(genuine.qrText, beside, bureau.at).then(
      report => (JSON.parse(String(report)) as { verdict: string }).verdict,
      (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
    ),
  );
  const isFull = verifier.isFull();
  const answers = await Promise.all(asked);

  t.deepEqual([isFullBefore, isFull, verifier.isFull()], [false, true, false]);
  t.is(answers.filter(each => each === 'valid').length, 128);
  t.is(answers.filter(each => each === 'OVERLOADED').length, 72);
});
