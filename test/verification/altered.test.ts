/** What noise, damage and curiosity do to a code: nothing altered is ever valid, and nothing makes the verifier throw. */
import fc from 'fast-check';
import test from 'ava';
import { isVerificationReport } from '../../src/shared/shapes/shapes.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { toPart } from '../support/issuer.ts';
import { bureau } from './verdict.ts';

const NEVER = new Set(['invalid', 'not-ours']);
const signed = bureau.sign();
const trust = await readTrust(bureau.trust);
const start = signed.qrText.indexOf('#') + 1;
const places = Array.from({ length: signed.qrText.length - start }, (_, place) => start + place);

async function verdictOf(text: string): Promise<string> {
  const report = await verify(text, trust, bureau.at);
  return report.verdict;
}

/** Every text that was not refused. */
async function accepted(texts: Iterable<string>): Promise<string[]> {
  const found: string[] = [];
  for (const text of texts) {
    if (!NEVER.has(await verdictOf(text))) found.push(text);
  }
  return found;
}

function* withDigit(text: string, all: readonly number[], steps: readonly number[]): Generator<string> {
  for (const place of all) {
    for (const step of steps) {
      const digit = (Number(text.charAt(place)) + step) % 10;
      yield text.slice(0, place) + String(digit) + text.slice(place + 1);
    }
  }
}

test('no single changed digit of a code is ever valid: every place, two other digits', async t => {
  t.deepEqual(await accepted(withDigit(signed.qrText, places, [1, 7])), []);
});

test('no single changed digit of a code is ever valid: every ninth place, all nine other digits', async t => {
  const some = places.filter((_, count) => count % 9 === 0);

  t.deepEqual(await accepted(withDigit(signed.qrText, some, [1, 2, 3, 4, 5, 6, 7, 8, 9])), []);
});

test('no code with a digit lost, doubled or two neighbours exchanged is ever valid', async t => {
  const texts = places.flatMap(place => {
    const [before, digit, next, after] = [
      signed.qrText.slice(0, place),
      signed.qrText.charAt(place),
      signed.qrText.charAt(place + 1),
      signed.qrText.slice(place + 2),
    ];
    return [
      before + next + after,
      before + digit + digit + next + after,
      ...(digit === next ? [] : [before + next + digit + after]),
    ];
  });
  const altered = texts.filter(text => text !== signed.qrText);

  t.deepEqual(await accepted(altered), []);
});

test('no single changed character of a token is ever valid', async t => {
  const texts = [...signed.jwt].map(
    (letter, place) =>
      signed.jwt.slice(0, place) + (letter === 'A' ? 'B' : 'A') + signed.jwt.slice(place + 1),
  );

  t.deepEqual(await accepted(texts), []);
});

test('no token cut short anywhere is ever valid', async t => {
  const texts = Array.from(signed.jwt, (_, place) => signed.jwt.slice(0, place));

  t.deepEqual(await accepted(texts), []);
});

test('random text is a report, never an exception, and never valid', async t => {
  const digits = fc.stringMatching(/^[1-9]\d{0,400}$/);
  const part = fc.oneof(fc.json(), fc.string({ unit: 'binary' })).map(toPart);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .tuple(fc.constantFrom('00', '01', '02', '03', '99'), digits)
      .map(([form, n]) => `${bureau.issuer.origin}/v#${form}${n}`),
    fc.tuple(part, part, part).map(parts => parts.join('.')),
    fc
      .tuple(fc.json(), fc.uint8Array({ minLength: 64, maxLength: 64 }))
      .map(([json, bytes]) => `${signed.jwt.split('.')[0] ?? ''}.${toPart(json)}.${toPart(bytes)}`),
  );

  await t.notThrowsAsync(async () =>
    fc.assert(
      fc.asyncProperty(text, async value => {
        const report = await verify(value, trust, bureau.at);
        return NEVER.has(report.verdict) && isVerificationReport(report);
      }),
      { numRuns: 2000 },
    ),
  );
});

test('random members in a properly signed payload are a report, never an exception', async t => {
  const header = { alg: 'ES256', typ: 'JWT', kid: `${bureau.issuer.did}#key-1` };
  const paths = [
    ['nbf'],
    ['jti'],
    ['vc'],
    ['vc', 'credentialStatus'],
    ['vc', 'credentialStatus', '0'],
    ['vc', 'credentialStatus', '0', 'statusListIndex'],
    ['vc', 'credentialStatus', '0', 'statusListCredential'],
    ['vc', 'credentialSubject'],
    ['vc', 'credentialSubject', 'obtainedOn'],
    ['vc', 'credentialSubject', 'certificateNumber'],
  ];

  await t.notThrowsAsync(async () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue(), async (path, value) => {
        const payload: unknown = JSON.parse(JSON.stringify(signed.payload));
        const place = path
          .slice(0, -1)
          .reduce((node, name) => (node as Record<string, unknown>)[name], payload);
        (place as Record<string, unknown>)[path.at(-1) ?? ''] = value;
        return NEVER.has(await verdictOf(bureau.signRaw(header, payload as object)));
      }),
      { numRuns: 500 },
    ),
  );
});

test('a huge text is refused at once', async t => {
  const began = performance.now();
  for (const text of [
    '9'.repeat(5_000_000),
    `${bureau.issuer.origin}/v#01${'9'.repeat(1_000_000)}`,
    'a.'.repeat(1_000_000),
    `${'A'.repeat(3_000_000)}.A.A`,
    '['.repeat(1_000_000),
    ' '.repeat(1_000_000),
  ]) {
    t.true(NEVER.has(await verdictOf(text)));
  }
  t.true(performance.now() - began < 10_000);
});
