/** Status lists brought along: used when they are ours, in time and newer than all that was seen; else ignored with the reason (T13–T15). */
import test from 'ava';
import { bitsOf, statusListParts, type Purpose } from '../../src/revocation/status-list.ts';
import { withStapled } from '../../src/verification/stapled.ts';
import { readTrust, type TrustDocument } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { isStapledList } from '../../src/shared/shapes/shapes.ts';
import { makeIssuer, TEST_INDEX, TEST_LIST } from '../support/issuer.ts';
import { bureau } from './verdict.ts';

const DAY = 86_400;
const certificate = bureau.sign().jwt;
const none = bitsOf([]);
const own = bitsOf([TEST_INDEX]);
/** A week ago, when the lists had version 41. */
const weekOld = bureau.trustWith({ takenAt: bureau.at - 7 * DAY, listVersion: 41 });
const fresh = (purpose: Purpose, bits = none, version = 42): string =>
  bureau.listJws(purpose, bits, { version, signedAt: bureau.at - 60 });

async function found(
  document: TrustDocument,
  given: readonly string[],
): Promise<{ verdict: string; said: readonly string[] }> {
  const { trust, stapled } = await withStapled(await readTrust(document), given, bureau.at);
  if (!stapled.every(each => isStapledList(each))) throw new RangeError(JSON.stringify(stapled));
  const { verdict } = await verify(certificate, trust, bureau.at);
  return { verdict, said: stapled.map(({ outcome, reason }) => reason ?? outcome) };
}

test('a newer list brought along tells an offline verifier of the revocation', async t => {
  t.deepEqual(await found(weekOld, []), { verdict: 'valid-as-of', said: [] });
  t.deepEqual(await found(weekOld, [fresh('revocation', own)]), { verdict: 'revoked', said: ['used'] });
  t.deepEqual(await found(weekOld, [fresh('suspension', own)]), { verdict: 'suspended', said: ['used'] });
});

test('all three lists of a minute ago make knowledge of a week ago fresh, two of them do not', async t => {
  const all = [fresh('revocation'), fresh('suspension'), fresh('refresh')];

  t.is((await found(weekOld, all)).verdict, 'valid');
  t.is((await found(weekOld, all.slice(1))).verdict, 'valid-as-of');
});

test('a suspension that has ended since is over, by a newer list only', async t => {
  const suspended = bureau.trustWith({
    takenAt: bureau.at - 7 * DAY,
    listVersion: 41,
    suspended: [TEST_INDEX],
  });

  t.is((await found(suspended, [fresh('suspension')])).verdict, 'valid-as-of');
  t.deepEqual(await found(suspended, [fresh('suspension', none, 40)]), {
    verdict: 'suspended',
    said: ['LIST_OLDER'],
  });
});

for (const [purpose, verdict, ended] of [
  ['revocation', 'revoked', { revoked: [TEST_INDEX] }],
  ['refresh', 'superseded', { superseded: [TEST_INDEX] }],
] as const) {
  test(`what is ${verdict} stays so, whatever list is brought along`, async t => {
    const document = bureau.trustWith({ takenAt: bureau.at - 7 * DAY, listVersion: 41, ...ended });

    for (const [version, reason] of [
      [40, 'LIST_OLDER'],
      [41, 'LIST_KNOWN'],
      [42, 'LIST_TAKES_BACK'],
      [99, 'LIST_TAKES_BACK'],
    ] as const)
      t.deepEqual(await found(document, [fresh(purpose, none, version)]), { verdict, said: [reason] });
  });
}

test('of lists brought along the newest counts, and none older is used after it', async t => {
  const [newer, older] = [fresh('revocation', own, 43), fresh('revocation', none, 42)];

  t.deepEqual(await found(weekOld, [newer, older]), { verdict: 'revoked', said: ['used', 'LIST_OLDER'] });
  t.deepEqual(await found(weekOld, [older, newer]), { verdict: 'revoked', said: ['used', 'used'] });
});

const [certificatesKey] = bureau.keys;
const good = fresh('revocation');
const content = {
  purpose: 'revocation',
  list: TEST_LIST,
  version: 42,
  signedAt: bureau.at,
  bits: none,
} as const;
const parts = statusListParts(content, bureau.issuer, bureau.statusKey.entry.number);
const signed = (payload: object): string =>
  bureau.signRaw(parts.header, payload, bureau.statusKey.privateKey);
const BAD: Readonly<Record<string, readonly [string, string]>> = {
  'signed by a certificates key': [
    bureau.listJws('revocation', none, { key: certificatesKey?.entry.number ?? 0, version: 42 }),
    'LIST_INVALID',
  ],
  'of another issuer': [makeIssuer().listJws('revocation', none, { version: 42 }), 'LIST_INVALID'],
  'under another list’s address': [
    signed({ ...parts.payload, id: parts.payload.id.replace(/1$/, '2') }),
    'LIST_INVALID',
  ],
  'for another purpose than its address': [
    signed({
      ...parts.payload,
      credentialSubject: { ...parts.payload.credentialSubject, statusPurpose: 'suspension' },
    }),
    'LIST_INVALID',
  ],
  'cut off in its bits': [good.slice(0, good.length / 2), 'LIST_INVALID'],
  'cut off in its signature': [good.slice(0, -3), 'LIST_INVALID'],
  'with one letter changed': [
    good.replace(/\.(.)/, (_, letter) => `.${letter === 'e' ? 'f' : 'e'}`),
    'LIST_INVALID',
  ],
  'one byte short': [bureau.listJws('revocation', none.subarray(1), { version: 42 }), 'LIST_INVALID'],
  'that is a certificate': [certificate, 'LIST_INVALID'],
  'that is empty': ['', 'LIST_INVALID'],
  'that is 64 KiB of anything': ['x'.repeat(65_536), 'LIST_INVALID'],
  'past its end': [
    bureau.listJws('revocation', none, { version: 42, signedAt: bureau.at - 31 * DAY }),
    'LIST_EXPIRED',
  ],
  'from the future': [
    bureau.listJws('revocation', none, { version: 42, signedAt: bureau.at + 61 }),
    'LIST_FROM_FUTURE',
  ],
  'older than the one seen': [fresh('revocation', none, 40), 'LIST_OLDER'],
};
for (const [name, [jws, reason]] of Object.entries(BAD)) {
  test(`a list brought along ${name} is ignored, and says nothing`, async t => {
    t.deepEqual(await found(weekOld, [jws]), { verdict: 'valid-as-of', said: [reason] });
    const lost = bureau.trustWith({ takenAt: bureau.at, listVersion: 41, drop: ['revocation'] });
    if (reason !== 'LIST_OLDER') t.is((await found(lost, [jws])).verdict, 'status-unknown');
  });
}

test('another list’s good list is used for its own certificates and says nothing of this one', async t => {
  const elsewhere = bureau.listJws('revocation', own, { list: TEST_LIST + 1, version: 42 });

  t.deepEqual(await found(weekOld, [elsewhere]), { verdict: 'valid-as-of', said: ['used'] });
});
