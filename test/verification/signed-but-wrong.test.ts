/** Tokens that the bureau's own key signed and that are still no certificates: ambiguous text, open shapes, other kinds. */
import test from 'ava';
import { bitsOf } from '../../src/revocation/status-list.ts';
import { TEST_LIST, type RawPart } from '../support/issuer.ts';
import { bureau, verdictOn } from './verdict.ts';

const { did } = bureau.issuer;
const { payload } = bureau.sign();
const header = { alg: 'ES256', typ: 'JWT', kid: `${did}#key-1` };

// V3: even the bureau's own signature does not help text that two readers could read differently
const json = JSON.stringify(payload);
const utf8 = Buffer.from(json);
const TEXTS: Readonly<Record<string, RawPart>> = {
  'two members iss, the forger’s first': `{"iss":"did:web:evil.example",${json.slice(1)}`,
  'two members iss, one spelt with an escape': `{"\\u0069ss":"did:web:evil.example",${json.slice(1)}`,
  'two members name in the subject': json.replace('"name":', '"name":"冒名者","name":'),
  'a BOM': Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), utf8]),
  'a lone surrogate in its bytes': Buffer.concat([
    utf8.subarray(0, -1),
    Buffer.from([0xed, 0xa0, 0x80, 0x7d]),
  ]),
  'over-long UTF-8': Buffer.concat([Buffer.from([0xc1, 0xbb]), utf8.subarray(1)]),
  'a broken last byte': Buffer.concat([utf8, Buffer.from([0xff])]),
  'ten levels': `{"a":${'['.repeat(10)}${']'.repeat(10)},${json.slice(1)}`,
  'a member __proto__': `{"__proto__":{"iss":"${did}"},${json.slice(1)}`,
  'a member __proto__ spelt with an escape': `{"\\u005f_proto__":{"iss":"${did}"},${json.slice(1)}`,
  'a trailing comma': `${json.slice(0, -1)},}`,
  'a comment': `${json}//`,
  'a list around it': `[${json}]`,
  'the word null': 'null',
  'a number': '1',
};
for (const [name, text] of Object.entries(TEXTS)) {
  test(`a signed payload with ${name} is refused`, async t => {
    t.regex(await verdictOn(bureau.signRaw(header, text), bureau), /^invalid BAD_(JSON|TEXT)$/);
  });
}

test('a signed payload with an escaped lone surrogate is refused, for it has no UTF-8', async t => {
  const text = json.replace('沈样本', '沈\\ud800');

  t.is(await verdictOn(bureau.signRaw(header, text), bureau), 'invalid BAD_JSON');
});

// T11, V6: the shape is closed, every derived value is checked, types are never coerced
const vc = payload.vc;
const subject = vc.credentialSubject;
const inSubject = (changes: object): object => ({
  ...payload,
  vc: { ...vc, credentialSubject: { ...subject, ...changes } },
});
const withoutNbf: object = { ...payload, nbf: undefined };
const SHAPES: Readonly<Record<string, object | string>> = {
  'exp {}': { ...payload, exp: {} },
  'exp as a date': { ...payload, exp: '2000-01-01' },
  'exp null': { ...payload, exp: null },
  'exp 1e400': json.replace('"nbf"', '"exp":1e400,"nbf"'),
  'nbf 1e400': json.replace(/"nbf":\d+/, '"nbf":1e400'),
  'nbf as text': { ...payload, nbf: String(payload.nbf) },
  'nbf with a fraction': { ...payload, nbf: payload.nbf + 0.5 },
  'nbf negative': { ...payload, nbf: -1 },
  'no nbf': withoutNbf,
  iat: { ...payload, iat: payload.nbf },
  expirationDate: { ...payload, vc: { ...vc, expirationDate: '2000-01-01T00:00:00Z' } },
  'an unknown claim': inSubject({ admin: true }),
  'a claim too few': inSubject({ series: undefined }),
  'a number for a name': inSubject({ name: 7 }),
  'a list for a name': inSubject({ name: ['沈样本'] }),
  'a name with a line break': inSubject({ name: '沈\n样本' }),
  'a level the number denies': inSubject({ level: 'A' }),
  'a wrong check digit': inSubject({
    certificateNumber: subject.certificateNumber.replace(/.$/, digit => String((Number(digit) + 1) % 10)),
  }),
  'a date that does not exist': inSubject({ obtainedOn: '2026-02-30' }),
  'an unmasked ID number': inSubject({ idNumber: '120101199001019931' }),
  'claims in another order': {
    ...payload,
    vc: { ...vc, credentialSubject: Object.fromEntries(Object.entries(subject).reverse()) },
  },
  'another schema': {
    ...payload,
    vc: { ...vc, credentialSchema: { ...vc.credentialSchema, id: 'https://evil.example/schemas/title/v1' } },
  },
  'another context': {
    ...payload,
    vc: { ...vc, '@context': [...vc['@context'].slice(0, 2), 'https://evil.example/contexts/title/v1'] },
  },
  'another type': { ...payload, vc: { ...vc, type: ['VerifiableCredential', 'Diploma'] } },
  'a jti of another host': { ...payload, jti: payload.jti.replace('zc.example', 'evil.example') },
  'a jti of another number': { ...payload, jti: payload.jti.replace('017', '018') },
  'version 0': { ...payload, jti: payload.jti.replace(/-1$/, '-0') },
  'version 01': { ...payload, jti: payload.jti.replace(/-1$/, '-01') },
  'its members in another order': Object.fromEntries(Object.entries(payload).reverse()),
};
for (const [name, claims] of Object.entries(SHAPES)) {
  test(`a signed certificate with ${name} is invalid`, async t => {
    t.is(await verdictOn(bureau.signRaw(header, claims), bureau), 'invalid BAD_SHAPE');
  });
}

// T11: tokens of ours that are something else (RFC 8725 §3.12)
const OTHERS: Readonly<Record<string, string>> = {
  'a status list': bureau.listJws('revocation', bitsOf([]), { list: TEST_LIST }),
  'the key manifest': bureau.manifest,
  'a log-in token': bureau.signRaw(header, { iss: did, sub: 'holder-1', nbf: payload.nbf }),
};
for (const [name, token] of Object.entries(OTHERS)) {
  test(`${name} shown as a certificate is never valid`, async t => {
    t.regex(await verdictOn(token, bureau), /^invalid BAD_(HEADER|SHAPE|LENGTH)$/);
  });
}
