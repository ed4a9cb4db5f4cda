import test from 'ava';
import { rootFingerprint } from '../../src/keys/fingerprint.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { OtherRoot, readTrust, type Memory, type TrustDocument } from '../../src/verification/trust.ts';
import { makeIssuer, toPart } from '../support/issuer.ts';
import { bureau, verdictOn } from './verdict.ts';

const other = makeIssuer();
const good = bureau.trust;
const entries = [...bureau.keys, bureau.statusKey].map(key => key.entry);
const [first = bureau.root.entry] = entries;
const [head = '', body = '', signature = ''] = bureau.manifest.split('.');
const altered = toPart(Buffer.from(body, 'base64url').toString().replace('"version":1', '"version":9'));
const OFF_CURVE = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(42) + 'A' } as const;

function signedHeader(header: object): TrustDocument {
  return {
    ...good,
    manifest: bureau.signRaw(header, Buffer.from(body, 'base64url'), bureau.root.privateKey),
  };
}

function withForm(change: (form: TrustDocument['qr']['forms'][number]) => object): unknown {
  const [form, ...rest] = good.qr.forms;
  return { ...good, qr: { ...good.qr, forms: form ? [{ ...form, ...change(form) }, ...rest] : [] } };
}

const REFUSED: Readonly<Record<string, { value: unknown; memory?: Memory }>> = {
  'another root than the pinned one, which signed nothing in it': {
    value: { ...good, root: other.trust.root },
    memory: { root: bureau.rootJwk },
  },
  'another root than the one that signed': { value: { ...good, root: other.trust.root } },
  'a root that is no point of the curve': { value: { ...good, root: OFF_CURVE } },
  'a manifest signed by another root': {
    value: bureau.trustWith({ manifest: bureau.signManifest({ root: other.root.privateKey }) }),
  },
  'a manifest for another issuer': {
    value: bureau.trustWith({ manifest: bureau.signManifest({ iss: 'did:web:evil.example' }) }),
  },
  'an altered manifest': { value: { ...good, manifest: `${head}.${altered}.${signature}` } },
  'a manifest with a further header member': {
    value: signedHeader({ alg: 'ES256', typ: 'zhicheng-keys+jwt', kid: 'root', jwk: {} }),
  },
  'a manifest of typ JWT': { value: signedHeader({ alg: 'ES256', typ: 'JWT', kid: 'root' }) },
  'a certificate in place of the manifest': { value: { ...good, manifest: bureau.sign().jwt } },
  'one key number twice': {
    value: bureau.trustWith({ manifest: bureau.signManifest({ keys: [first, first] }) }),
  },
  'a key whose window ends before it begins': {
    value: bureau.trustWith({
      manifest: bureau.signManifest({ keys: [{ ...first, notBefore: 2, notAfter: 1 }] }),
    }),
  },
  'an older manifest than one seen before': { value: good, memory: { highest: new Map([['manifest', 2]]) } },
  'an origin that is not the issuer’s': {
    value: { ...good, issuer: { ...good.issuer, origin: 'https://evil.example' } },
  },
  'a further member': { value: { ...good, extra: 1 } },
  'no lists member': { value: { ...good, statusLists: undefined } },
  'a form without its dictionary': { value: { ...good, qr: { ...good.qr, dictionaries: {} } } },
  'a form with a hole of no kind': {
    value: withForm(form => ({ holes: form.holes.map(hole => ({ ...hole, kind: {} })) })),
  },
  'a form with a hole that holds no number': {
    value: withForm(form => ({ holes: form.holes.map(hole => ({ ...hole, kind: { int: 0 } })) })),
  },
  'a form with a hole of a billion digits': {
    value: withForm(form => ({ holes: form.holes.map(hole => ({ ...hole, kind: { digits: 1e9 } })) })),
  },
  nothing: { value: undefined },
  'a text': { value: 'trust' },
};
for (const [name, { value, memory }] of Object.entries(REFUSED)) {
  test(`a trust document with ${name} is refused whole`, async t => {
    const error = await t.throwsAsync(async () => readTrust(value, memory), { instanceOf: DomainError });

    t.is(error?.code, 'TRUST_INVALID');
  });
}

test('a whole trust document under another root than the pinned one is refused until a person accepts that root', async t => {
  const refusal = readTrust(other.trust, { root: bureau.rootJwk });

  const error = await t.throwsAsync(refusal, { instanceOf: OtherRoot });
  t.is(error?.code, 'TRUST_OTHER_ROOT');
  t.is(error?.fingerprint, await rootFingerprint(other.rootJwk));
  t.true(error?.message.includes(await rootFingerprint(bureau.rootJwk)));
});

test('a good trust document is believed, also after it went through a file', async t => {
  const trust = await readTrust(JSON.parse(JSON.stringify(good)), { root: bureau.rootJwk });

  t.is(trust.manifest.keys.length, 4);
  t.is(trust.lists.size, 3);
  t.is(trust.issuerName, bureau.name);
  t.is(trust.highest.get('manifest'), 1);
});

test('an altered list is left out and its good neighbours are kept', async t => {
  const [list = '', ...rest] = good.statusLists;
  const parts = list.split('.');
  const payload = Buffer.from(parts[1] ?? '', 'base64url')
    .toString()
    .replace('"listVersion":1', '"listVersion":8');
  const trust = await readTrust({
    ...good,
    statusLists: [`${parts[0]}.${toPart(payload)}.${parts[2]}`, ...rest],
  });

  t.is(trust.lists.size, 2);
  t.is(trust.highest.get('https://zc.example.gov.cn/status-lists/revocation-1'), undefined);
});

test('what a verifier has seen only grows, also when a document brings less', async t => {
  const memory = {
    highest: new Map([
      ['https://zc.example.gov.cn/status-lists/revocation-1', 7],
      ['manifest', 1],
    ]),
  };
  const trust = await readTrust(good, memory);

  t.is(trust.highest.get('https://zc.example.gov.cn/status-lists/revocation-1'), 7);
  t.is(trust.lists.size, 2);
  t.is(memory.highest.size, 2);
});

test('a key that is no point of the curve verifies nothing, and the verifier does not throw', async t => {
  const keys = entries.map(entry => ({ ...entry, jwk: OFF_CURVE }));
  const trust = bureau.trustWith({ manifest: bureau.signManifest({ keys }) });

  t.is(await verdictOn(bureau.sign().jwt, bureau, { trust }), 'invalid BAD_SIGNATURE');
});
