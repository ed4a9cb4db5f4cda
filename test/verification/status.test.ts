import test from 'ava';
import { bitsOf, statusListParts, type Purpose } from '../../src/revocation/status-list.ts';
import { readTrust, type TrustDocument } from '../../src/verification/trust.ts';
import { TEST_INDEX, TEST_LIST, makeIssuer } from '../support/issuer.ts';
import { bureau, verdictOn } from './verdict.ts';

const DAY = 86_400;
const certificate = bureau.sign().jwt;
const none = bitsOf([]);

/** The good trust document with its revocation list replaced. */
function withRevocationList(jws: string): TrustDocument {
  return { ...bureau.trust, statusLists: [jws, ...bureau.trust.statusLists.slice(1)] };
}

function forgedList(
  change: (parts: ReturnType<typeof statusListParts>) => { header: object; payload: object },
  key = bureau.statusKey,
): string {
  const content = {
    purpose: 'revocation',
    list: TEST_LIST,
    version: 1,
    signedAt: bureau.at,
    bits: none,
  } as const;
  const { header, payload } = change(statusListParts(content, bureau.issuer, bureau.statusKey.entry.number));
  return bureau.signRaw(header, payload, key.privateKey);
}

for (const purpose of ['revocation', 'suspension', 'refresh'] satisfies Purpose[]) {
  test(`without the ${purpose} list nothing is known, and unknown is never valid`, async t => {
    t.is(
      await verdictOn(certificate, bureau, { trust: bureau.trustWith({ drop: [purpose] }) }),
      'status-unknown LIST_MISSING',
    );
  });
}

const [certificatesKey] = bureau.keys;
const subjectOf = (payload: object): object => (payload as { credentialSubject: object }).credentialSubject;
const FORGED: Readonly<Record<string, string>> = {
  'signed by a certificates key': bureau.listJws('revocation', none, {
    key: certificatesKey?.entry.number ?? 0,
  }),
  'signed by a stranger': forgedList(parts => parts, makeIssuer().statusKey),
  'for another purpose': bureau.listJws('suspension', none),
  'for another list': bureau.listJws('revocation', none, { list: TEST_LIST + 1 }),
  'whose purpose does not fit its id': forgedList(({ header, payload }) => ({
    header,
    payload: { ...payload, credentialSubject: { ...subjectOf(payload), statusPurpose: 'suspension' } },
  })),
  'of another issuer': forgedList(({ header, payload }) => ({
    header,
    payload: { ...payload, issuer: 'did:web:evil.example' },
  })),
  'with another iss': forgedList(({ header, payload }) => ({
    header,
    payload: { ...payload, iss: 'did:web:evil.example' },
  })),
  'one byte short of 16 KiB': bureau.listJws('revocation', none.subarray(1)),
  'one byte longer than 16 KiB': bureau.listJws('revocation', new Uint8Array(none.length + 1)),
  'with a further header member': forgedList(({ header, payload }) => ({
    header: { ...header, cty: 'JWT' },
    payload,
  })),
  'with crit': forgedList(({ header, payload }) => ({
    header: { ...header, crit: ['b64'], b64: false },
    payload,
  })),
  'of typ JWT': forgedList(({ header, payload }) => ({ header: { ...header, typ: 'JWT' }, payload })),
  'whose end is before its start': forgedList(({ header, payload }) => ({
    header,
    payload: { ...payload, validUntil: '2020-01-01T00:00:00Z' },
  })),
  'in an impossible month': forgedList(({ header, payload }) => ({
    header,
    payload: { ...payload, validFrom: '2026-13-01T00:00:00Z' },
  })),
  'that is not a token': 'x',
  'that is empty': '',
  'that is 64 KiB long': 'x'.repeat(65_536),
};
for (const [name, jws] of Object.entries(FORGED)) {
  test(`a revocation list ${name} says nothing`, async t => {
    t.is(
      await verdictOn(certificate, bureau, { trust: withRevocationList(jws) }),
      'status-unknown LIST_MISSING',
    );
  });
}

test('a list past its end says nothing any more', async t => {
  t.is(await verdictOn(certificate, bureau, { at: bureau.at + 30 * DAY }), 'valid-as-of LIST_STALE');
  t.is(await verdictOn(certificate, bureau, { at: bureau.at + 30 * DAY + 1 }), 'status-unknown LIST_EXPIRED');
});

test('a list from the future says nothing', async t => {
  const trust = bureau.trustWith({ takenAt: bureau.at, signedAt: bureau.at + 61 });

  t.is(await verdictOn(certificate, bureau, { trust }), 'status-unknown LIST_FROM_FUTURE');
});

test('a list signed outside its key’s window, or by a revoked key, says nothing', async t => {
  const late = bureau.trustWith({ signedAt: bureau.statusKey.entry.notAfter + 1 });
  const keys = [...bureau.keys.map(key => key.entry), { ...bureau.statusKey.entry, revokedAt: bureau.at }];
  const revoked = bureau.trustWith({ manifest: bureau.signManifest({ keys }) });

  t.is(await verdictOn(certificate, bureau, { trust: late }), 'status-unknown LIST_MISSING');
  t.is(await verdictOn(certificate, bureau, { trust: revoked }), 'status-unknown LIST_MISSING');
});

// T15: a verifier that has seen version 42 never believes version 41 again, also after a restart
test('a rolled-back list is not believed by a verifier that remembers', async t => {
  const seen = await readTrust(bureau.trustWith({ listVersion: 42, revoked: [TEST_INDEX] }));
  const older = bureau.trustWith({ listVersion: 41 });
  const kept: unknown = JSON.parse(JSON.stringify([...seen.highest]));
  const memory = { root: seen.root, highest: new Map(kept as [string, number][]) };

  t.is(await verdictOn(certificate, bureau, { trust: older }), 'valid');
  t.is(await verdictOn(certificate, bureau, { trust: older, memory }), 'status-unknown LIST_MISSING');
  t.is(
    await verdictOn(certificate, bureau, { trust: bureau.trustWith({ listVersion: 42 }), memory }),
    'valid',
  );
});

test('of two versions of a list the newer counts, in whatever order they come', async t => {
  const newer = bureau.trustWith({ listVersion: 2, revoked: [TEST_INDEX] }).statusLists;
  const older = bureau.trust.statusLists;

  for (const statusLists of [
    [...older, ...newer],
    [...newer, ...older],
  ]) {
    t.is(
      await verdictOn(certificate, bureau, { trust: { ...bureau.trust, statusLists } }),
      'revoked REVOKED',
    );
  }
});

// T13: place 0 is the left-most bit; each certificate answers for its own place only
for (const index of [0, 7, 8, 131_071]) {
  test(`setting bit ${index} revokes the certificate at place ${index} and no other`, async t => {
    const trust = bureau.trustWith({ revoked: [index] });

    for (const place of [0, 1, 6, 7, 8, 9, 131_070, 131_071]) {
      const expected = place === index ? 'revoked REVOKED' : 'valid';
      t.is(await verdictOn(bureau.sign({ index: place }).jwt, bureau, { trust }), expected, String(place));
    }
  });
}

// T13: RANGE_ERROR and malformed indexes, all properly signed
for (const index of [
  '-1',
  '131072',
  '1e3',
  '007',
  '9007199254740992',
  '',
  ' 5',
  '5.0',
  '0x10',
  '٥',
  5,
  null,
  [5],
]) {
  test(`a signed certificate with the status index ${JSON.stringify(index)} is never valid`, async t => {
    const { payload } = bureau.sign();
    const credentialStatus = payload.vc.credentialStatus.map(entry => ({
      ...entry,
      statusListIndex: index,
      id: `${entry.statusListCredential}#${String(index)}`,
    }));
    const header = { alg: 'ES256', typ: 'JWT', kid: `${bureau.issuer.did}#key-1` };
    const jwt = bureau.signRaw(header, { ...payload, vc: { ...payload.vc, credentialStatus } });

    t.is(await verdictOn(jwt, bureau), 'invalid BAD_SHAPE');
  });
}

test('a certificate whose two status entries name different places is never valid', async t => {
  const { payload } = bureau.sign();
  const [first, second] = payload.vc.credentialStatus;
  const header = { alg: 'ES256', typ: 'JWT', kid: `${bureau.issuer.did}#key-1` };
  const elsewhere = { ...second, statusListIndex: '3', id: `${second?.statusListCredential}#3` };

  for (const credentialStatus of [[first, elsewhere], [second, first], [first, first], [first], []]) {
    const jwt = bureau.signRaw(header, { ...payload, vc: { ...payload.vc, credentialStatus } });
    t.is(await verdictOn(jwt, bureau), 'invalid BAD_SHAPE');
  }
});
