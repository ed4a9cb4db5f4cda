/** Tokens that a forger would try: each trick against JWT verifiers that is known, by name, with what must become of it. */
import { createHmac, generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto';
import test from 'ava';
import { verifyCredential } from 'did-jwt-vc';
import { didDocument } from '../../src/keys/did-document.ts';
import { readManifest } from '../../src/keys/manifest.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { makeIssuer, someClaims, toPart, type RawPart } from '../support/issuer.ts';
import { bureau, verdictOn } from './verdict.ts';

const { did } = bureau.issuer;
const genuine = bureau.sign();
const { payload } = genuine;
const header = { alg: 'ES256', typ: 'JWT', kid: `${did}#key-1` };
const forgery = { ...payload, vc: { ...payload.vc, credentialSubject: { ...someClaims(), name: '冒名者' } } };
const [head = '', body = '', signature = ''] = genuine.jwt.split('.');
const JUNK = Buffer.alloc(64, 7);

/** A token with that signature, whatever it is. */
function unsigned(head: RawPart, body: RawPart, made: Uint8Array | string): string {
  return `${toPart(head)}.${toPart(body)}.${typeof made === 'string' ? made : toPart(made)}`;
}

// Regression vector: did-jwt 8.0.18 retries on the token inside the payload and returns the outer payload as verified.
const nested = unsigned({ ...header, cty: 'JWT' }, { ...forgery, jwt: genuine.jwt }, JUNK);

test('a forged certificate that carries a genuine one inside it is invalid', async t => {
  const short = unsigned({ ...header, cty: 'JWT' }, { iss: did, jwt: genuine.jwt }, JUNK);

  t.is(await verdictOn(nested, bureau), 'invalid BAD_LENGTH');
  t.is(await verdictOn(short, bureau), 'invalid BAD_HEADER');
});

test('did-jwt-vc accepts that forged certificate: the reason why it may never verify for us', async t => {
  const manifest = await readManifest(bureau.manifest, bureau.rootJwk, did);
  const resolver = {
    resolve: async () => ({
      didResolutionMetadata: {},
      didDocumentMetadata: {},
      didDocument: manifest ? didDocument(manifest) : null,
    }),
  };

  // its Resolvable wants a mutable document; ours is the same document, readonly
  const verified = await verifyCredential(
    nested,
    resolver as unknown as Parameters<typeof verifyCredential>[1],
  );

  t.true(verified.verified);
  t.is(verified.payload.vc?.credentialSubject?.name, '冒名者');
});

function hmac(secret: Uint8Array | string): string {
  const input = `${toPart({ ...header, alg: 'HS256' })}.${toPart(forgery)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
const publicKey = (bureau.keys[0] ?? bureau.root).publicKey;

function byOtherAlgorithm(alg: string, key: KeyObject, digest: string | null): string {
  const input = `${toPart({ ...header, alg })}.${toPart(forgery)}`;
  return `${input}.${signBytes(digest, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const FORGED: Readonly<Record<string, { readonly token: string; readonly verdict: string }>> = {
  'alg none, empty signature': {
    token: unsigned({ ...header, alg: 'none' }, forgery, ''),
    verdict: 'invalid BAD_TEXT',
  },
  'alg none, signature AA': {
    token: unsigned({ ...header, alg: 'none' }, forgery, 'AA'),
    verdict: 'invalid BAD_TEXT',
  },
  'alg none, 64 bytes': {
    token: unsigned({ ...header, alg: 'none' }, forgery, JUNK),
    verdict: 'invalid BAD_HEADER',
  },
  'alg nOnE': { token: unsigned({ ...header, alg: 'nOnE' }, forgery, JUNK), verdict: 'invalid BAD_HEADER' },
  'alg NONE': { token: unsigned({ ...header, alg: 'NONE' }, forgery, JUNK), verdict: 'invalid BAD_HEADER' },
  'header of alg none only': { token: unsigned({ alg: 'none' }, forgery, ''), verdict: 'invalid BAD_TEXT' },
  'HS256 over the public key as JWK': {
    token: hmac(JSON.stringify(publicKey.export({ format: 'jwk' }))),
    verdict: 'invalid BAD_TEXT',
  },
  'HS256 over the public key as PEM': {
    token: hmac(publicKey.export({ format: 'pem', type: 'spki' })),
    verdict: 'invalid BAD_TEXT',
  },
  'HS256 over the public key as DER': {
    token: hmac(publicKey.export({ format: 'der', type: 'spki' })),
    verdict: 'invalid BAD_TEXT',
  },
  ES384: {
    token: byOtherAlgorithm('ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, 'sha384'),
    verdict: 'invalid BAD_TEXT',
  },
  EdDSA: {
    token: byOtherAlgorithm('EdDSA', generateKeyPairSync('ed25519').privateKey, null),
    verdict: 'invalid BAD_HEADER',
  },
  ES256K: {
    token: byOtherAlgorithm(
      'ES256K',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      'sha256',
    ),
    verdict: 'invalid BAD_HEADER',
  },
  'signed with the forger’s own key': {
    token: bureau.signRaw(header, forgery, makeIssuer().root.privateKey),
    verdict: 'invalid BAD_SIGNATURE',
  },
  'the genuine signature under other claims': {
    token: unsigned(header, forgery, signature),
    verdict: 'invalid BAD_SIGNATURE',
  },
};
for (const [name, { token, verdict }] of Object.entries(FORGED)) {
  test(`a forgery with ${name} is ${verdict}`, async t => {
    t.is(await verdictOn(token, bureau), verdict);
  });
}

// V2: header members are exactly alg, kid and typ, even where the bureau's own key signed them
const jwk = publicKey.export({ format: 'jwk' });
const HEADERS: readonly object[] = [
  { ...header, jwk },
  { ...header, jku: 'http://127.0.0.1:9/' },
  { ...header, x5u: 'http://127.0.0.1:9/' },
  { ...header, x5c: ['AA=='] },
  { ...header, crit: ['x'], x: 1 },
  { ...header, crit: ['b64'], b64: false },
  { ...header, crit: [] },
  { ...header, b64: true },
  { ...header, zip: 'DEF' },
  { ...header, cty: 'JWT' },
  { alg: 'ES256', typ: 'JWT' },
  { alg: 'ES256', kid: header.kid },
  { typ: 'JWT', kid: header.kid },
  { ...header, typ: 'vc+jwt' },
  { ...header, typ: 'jwt' },
  { ...header, alg: ['ES256'] },
  { ...header, alg: 'es256' },
  { ...header, kid: 1 },
  { ...header, kid: null },
  { ...header, kid: [header.kid] },
  { ...header, kid: 'k'.repeat(400) },
  [],
];
for (const bad of HEADERS) {
  test(`a signed header ${JSON.stringify(bad).slice(0, 90)} is refused before any key is looked at`, async t => {
    t.is(await verdictOn(bureau.signRaw(bad, payload), bureau), 'invalid BAD_HEADER');
  });
}

for (const kid of [
  '../../x',
  "' OR 1=1--",
  'key-1',
  `${did}#key-01`,
  `${did}#key-1 `,
  `${did}#jwk-1`,
  `${did}#key-2`,
  `${did}#KEY-1`,
  `${did}#key-`,
  '',
  '__proto__',
  'constructor',
]) {
  test(`the key id ${JSON.stringify(kid)} names no key of ours`, async t => {
    t.is(await verdictOn(bureau.signRaw({ ...header, kid }, payload), bureau), 'not-ours UNKNOWN_KEY');
  });
}

test('a key id of four kilobytes is refused for its length', async t => {
  t.is(
    await verdictOn(bureau.signRaw({ ...header, kid: 'k'.repeat(4096) }, payload), bureau),
    'invalid BAD_LENGTH',
  );
});

test('a key that signs status lists cannot sign certificates', async t => {
  const kid = `${did}#key-${bureau.statusKey.entry.number}`;

  t.is(
    await verdictOn(bureau.signRaw({ ...header, kid }, payload, bureau.statusKey.privateKey), bureau),
    'not-ours UNKNOWN_KEY',
  );
});

const withoutIss: object = { ...payload, iss: undefined };
const ISSUERS: Readonly<Record<string, object>> = {
  'the forger’s did:web': { ...payload, iss: 'did:web:evil.example' },
  'self-issued.me with did and sub': { ...payload, iss: 'https://self-issued.me', did, sub: did },
  'self-issued.me/v2': { ...payload, iss: 'https://self-issued.me/v2', sub: did },
  'no iss but client_id': { ...withoutIss, client_id: did, redirect_uri: did },
  'no iss at all': withoutIss,
  'our DID with a fragment': { ...payload, iss: `${did}#key-1` },
  'our DID with a trailing dot': { ...payload, iss: `${did}.` },
  'our DID with a trailing blank': { ...payload, iss: `${did} ` },
  'our DID in capitals': { ...payload, iss: did.toUpperCase() },
  'our DID in full-width letters': { ...payload, iss: did.replace('zc', 'ｚｃ') },
  'our DID in a list': { ...payload, iss: [did] },
  'an object': { ...payload, iss: { id: did } },
  'an internal address': { ...payload, iss: 'did:web:127.0.0.1%3A6379' },
};
for (const [name, claims] of Object.entries(ISSUERS)) {
  test(`an issuer written as ${name} is not ours`, async t => {
    t.is(await verdictOn(bureau.signRaw(header, claims), bureau), 'not-ours FOREIGN_ISSUER');
  });
}

// T10, "psychic signatures" (CVE-2022-21449) and other encodings of r and s
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const r = Buffer.from(signature, 'base64url').subarray(0, 32);
const s = Buffer.from(signature, 'base64url').subarray(32);
const twin = ORDER - BigInt(`0x${s.toString('hex')}`);
const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const der = Buffer.concat([Buffer.from([0x30, 68, 2, 32]), r, Buffer.from([2, 32]), s]);
const SIGNATURES: Readonly<Record<string, { made: Uint8Array | string; verdict: string }>> = {
  'r = 0, s = 0': { made: Buffer.alloc(64), verdict: 'invalid BAD_SIGNATURE' },
  'r = n': { made: Buffer.concat([bytesOf(ORDER), s]), verdict: 'invalid BAD_SIGNATURE' },
  's = n': { made: Buffer.concat([r, bytesOf(ORDER)]), verdict: 'invalid BAD_SIGNATURE' },
  'r = 0': { made: Buffer.concat([Buffer.alloc(32), s]), verdict: 'invalid BAD_SIGNATURE' },
  's = 0': { made: Buffer.concat([r, Buffer.alloc(32)]), verdict: 'invalid BAD_SIGNATURE' },
  'r and s swapped': { made: Buffer.concat([s, r]), verdict: 'invalid BAD_SIGNATURE' },
  DER: { made: der, verdict: 'invalid BAD_TEXT' },
  '63 bytes': { made: Buffer.concat([r, s]).subarray(0, 63), verdict: 'invalid BAD_TEXT' },
  '65 bytes': { made: Buffer.concat([r, s, Buffer.alloc(1)]), verdict: 'invalid BAD_TEXT' },
  nothing: { made: '', verdict: 'invalid BAD_TEXT' },
};
for (const [name, { made, verdict }] of Object.entries(SIGNATURES)) {
  test(`a signature of ${name} is ${verdict}`, async t => {
    t.is(await verdictOn(unsigned(header, payload, made), bureau), verdict);
  });
}

// T8: ECDSA gives two signatures per credential; identity is number and version, never the token
test('the high-s twin of a signature is the same certificate with the same verdict', async t => {
  const trust = await readTrust(bureau.trust);
  const one = await verify(genuine.jwt, trust, bureau.at);
  const other = await verify(
    `${head}.${body}.${toPart(Buffer.concat([r, bytesOf(twin)]))}`,
    trust,
    bureau.at,
  );

  t.deepEqual({ ...other, jwt: undefined }, { ...one, jwt: undefined });
  t.is(other.verdict, 'valid');
});

// T9: one credential has one spelling (but for the twin above)
const last = signature.slice(-1);
const sibling = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SPELLINGS: Readonly<Record<string, string>> = {
  'padding on the signature': `${genuine.jwt}==`,
  'padding on the header': `${head}=.${body}.${signature}`,
  'a blank inside': `${head}.${body.slice(0, 9)} ${body.slice(9)}.${signature}`,
  'a line break inside': `${head}.${body}.\n${signature}`,
  'stray trailing bits': `${head}.${body}.${signature.slice(0, -1)}${sibling.charAt(sibling.indexOf(last) + 1)}`,
  'the standard alphabet': `${head}.${body}.${'+'.repeat(86)}`,
  'an encoded dot': `${head}%2e${body}%2e${signature}`,
  'a fourth part': `${genuine.jwt}.`,
  'a missing part': `${head}.${body}`,
  'an empty payload': `${head}..${signature}`,
  'its JSON serialisation': JSON.stringify({ protected: head, payload: body, signature }),
};
for (const [name, token] of Object.entries(SPELLINGS)) {
  test(`a genuine token with ${name} is not valid`, async t => {
    t.notRegex(await verdictOn(token, bureau), /^valid/);
  });
}
