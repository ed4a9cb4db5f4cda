/** The verifier under faults of its surroundings: lists, clock and trust that are missing, old, wrong or altered. Never `valid` by mistake. */
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { bitsOf, statusListParts, type Purpose } from '../../src/revocation/status-list.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { readTrust, type TrustDocument } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { mulberry32 } from '../bench/certificates.ts';
import { TEST_INDEX, TEST_LIST } from '../support/issuer.ts';
import { bureau, verdictOn } from './verdict.ts';

const YEAR = 365 * 86_400;
const certificate = bureau.sign();
const LISTS = bureau.trust.statusLists;

function withLists(statusLists: readonly string[]): TrustDocument {
  return { ...bureau.trust, statusLists: [...statusLists] };
}

/** A revocation list signed by the right key whose bits are this text instead. */
function revocationOf(encodedList: unknown): TrustDocument {
  const content = {
    purpose: 'revocation',
    list: TEST_LIST,
    version: 1,
    signedAt: bureau.at,
    bits: bitsOf([]),
  } as const;
  const { header, payload } = statusListParts(content, bureau.issuer, bureau.statusKey.entry.number);
  const subject = (payload as { credentialSubject: object }).credentialSubject;
  const forged = { ...payload, credentialSubject: { ...subject, encodedList } };
  return withLists([bureau.signRaw(header, forged, bureau.statusKey.privateKey), ...LISTS.slice(1)]);
}

const zeros = (bytes: number): string =>
  `u${gzipSync(Buffer.alloc(bytes), { level: 9 }).toString('base64url')}`;

const BITS: Readonly<Record<string, unknown>> = {
  'a bomb of 64 MB': zeros(64_000_000),
  'a bomb in a bomb': `u${gzipSync(gzipSync(Buffer.alloc(10_000_000))).toString('base64url')}`,
  'two gzip members': `u${Buffer.concat([gzipSync(Buffer.alloc(8192)), gzipSync(Buffer.alloc(8192))]).toString('base64url')}`,
  'gzip cut short': zeros(16_384).slice(0, -12),
  'no gzip': `u${Buffer.alloc(100).toString('base64url')}`,
  'another multibase': zeros(16_384).replace(/^u/, 'm'),
  'an empty text': '',
  'a number': 7,
  nothing: null,
};

for (const [name, bits] of Object.entries(BITS)) {
  test(`a signed revocation list whose bits are ${name} says nothing, in little memory`, async t => {
    const before = process.memoryUsage().rss;

    t.is(
      await verdictOn(certificate.jwt, bureau, { trust: revocationOf(bits) }),
      'status-unknown LIST_MISSING',
    );
    t.true(process.memoryUsage().rss - before < 64 * 2 ** 20);
  });
}

test('without any list, or with lists of another issuer only, the status is unknown', async t => {
  for (const lists of [[], LISTS.map(list => list.slice(0, -4))])
    t.is(
      await verdictOn(certificate.jwt, bureau, { trust: withLists(lists) }),
      'status-unknown LIST_MISSING',
    );
});

test('each list in the place of another is still read for what it is', async t => {
  const trust = bureau.trustWith({ revoked: [TEST_INDEX] });

  t.is(
    await verdictOn(certificate.jwt, bureau, {
      trust: { ...trust, statusLists: [...trust.statusLists].reverse() },
    }),
    'revoked REVOKED',
  );
});

test('the revocation list under the name of the suspension list leaves the status unknown', async t => {
  const trust = withLists([LISTS[0] ?? '', LISTS[0] ?? '', LISTS[2] ?? '']);

  t.is(await verdictOn(certificate.jwt, bureau, { trust }), 'status-unknown LIST_MISSING');
});

const CLOCKS: readonly [name: string, shift: number, verdict: string][] = [
  ['a year slow', -YEAR, 'invalid NOT_YET_VALID'],
  ['a year fast', YEAR, 'status-unknown LIST_EXPIRED'],
  ['at 1970', -bureau.at, 'invalid NOT_YET_VALID'],
  ['at the end of 32 bits', 2 ** 31 - bureau.at, 'status-unknown LIST_EXPIRED'],
  ['two minutes slow', -120, 'status-unknown LIST_FROM_FUTURE'],
  ['a minute slow', -60, 'valid'],
  ['a minute fast', 60, 'valid'],
];

for (const [name, shift, verdict] of CLOCKS) {
  test(`a verifier whose clock is ${name} says ${verdict}`, async t => {
    t.is(await verdictOn(certificate.jwt, bureau, { at: bureau.at + shift }), verdict);
  });

  test(`a revoked certificate is not valid for a verifier whose clock is ${name}`, async t => {
    const trust = bureau.trustWith({ revoked: [TEST_INDEX] });
    const seen = await verdictOn(certificate.jwt, bureau, { trust, at: bureau.at + shift });

    t.regex(seen, /^(revoked REVOKED|invalid NOT_YET_VALID)$/);
  });
}

test('a clock a year slow does not turn back what was revoked last month', async t => {
  const old = bureau.sign({ issuedAt: bureau.at - 10 * 86_400 });
  const trust = bureau.trustWith({ revoked: [TEST_INDEX] });

  t.is(await verdictOn(old.jwt, bureau, { trust, at: bureau.at - 5 * 86_400 }), 'revoked REVOKED');
});

/**
 * The trust file with one byte changed, at sampled places. Words for people may change and the day it was taken may move within the same
 * trust; whatever the change, a revoked certificate is never valid, and nothing throws but TRUST_INVALID.
 */
test('a trust file altered in one byte never makes a revoked certificate valid', async t => {
  const file = Buffer.from(JSON.stringify(bureau.trustWith({ revoked: [TEST_INDEX] })));
  const memory = { root: bureau.rootJwk };
  const random = mulberry32(9);
  const seen = new Map<string, number>();

  for (let round = 0; round < 300; round += 1) {
    const altered = Buffer.from(file);
    const place = Math.floor(random() * file.length);
    altered[place] = (altered[place] ?? 0) ^ (1 << Math.floor(random() * 7));
    const verdict = await outcomeOf(altered, memory);
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  }

  t.false(seen.has('valid') || seen.has('valid-as-of'));
  t.true((seen.get('refused') ?? 0) > 0);
});

test('a trust file altered in one byte of its signed parts is refused, or leaves the status unknown', async t => {
  const document = bureau.trust;
  const random = mulberry32(10);

  for (const [name, text] of [
    ['manifest', document.manifest],
    ...LISTS.map(list => ['list', list]),
  ] as const) {
    for (let round = 0; round < 40; round += 1) {
      const place = Math.floor(random() * text.length);
      const letter = text.charAt(place) === 'A' ? 'B' : 'A';
      const altered = text.slice(0, place) + letter + text.slice(place + 1);
      const changed =
        name === 'manifest'
          ? { ...document, manifest: altered }
          : withLists(LISTS.map(list => (list === text ? altered : list)));
      const verdict = await outcomeOf(Buffer.from(JSON.stringify(changed)), { root: bureau.rootJwk });
      t.is(verdict, name === 'manifest' ? 'refused' : 'status-unknown', `${name} ${place}`);
    }
  }
});

async function outcomeOf(file: Buffer, memory: { root: typeof bureau.rootJwk }): Promise<string> {
  try {
    const trust = await readTrust(JSON.parse(file.toString()), memory);
    return (await verify(certificate.qrText, trust, bureau.at)).verdict;
  } catch (error) {
    if (error instanceof SyntaxError) return 'refused'; // no JSON any more
    if (error instanceof DomainError && error.code === 'TRUST_INVALID') return 'refused';
    throw error;
  }
}

const PURPOSES: readonly Purpose[] = ['revocation', 'suspension', 'refresh'];
test('a verifier that has seen a later version of a list takes silence for what it is: unknown', async t => {
  const { highest, root } = await readTrust(bureau.trustWith({ listVersion: 5 }));

  for (const purpose of PURPOSES) {
    const mixed = PURPOSES.map(each =>
      bureau.listJws(each, bitsOf([]), { version: each === purpose ? 4 : 5 }),
    );
    t.is(
      await verdictOn(certificate.jwt, bureau, { trust: withLists(mixed), memory: { root, highest } }),
      'status-unknown LIST_MISSING',
      purpose,
    );
  }
});
