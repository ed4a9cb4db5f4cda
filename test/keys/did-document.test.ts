import test from 'ava';
import { verifyCredential } from 'did-jwt-vc';
import { certificateKid, didDocument, didOf, jwkSet, statusListKid } from '../../src/keys/did-document.ts';
import type { KeyManifest } from '../../src/keys/manifest.ts';
import { makeIssuer } from '../support/issuer.ts';

const bureau = makeIssuer({ months: ['2026-05', '2026-06'] });
const { did } = bureau.issuer;
const keys = [...bureau.keys, bureau.statusKey].map(key => key.entry);
const manifestWith = (changes: Readonly<Record<number, object>>): KeyManifest => ({
  iss: did,
  version: 1,
  iat: bureau.at,
  keys: keys.map(key => ({ ...key, ...changes[key.number] })),
});
const whole = manifestWith({});

for (const [origin, expected] of [
  ['https://zc.example.gov.cn', 'did:web:zc.example.gov.cn'],
  ['http://localhost:3000', 'did:web:localhost%3A3000'],
] as const) {
  test(`the DID of ${origin} is ${expected}`, t => {
    t.is(didOf(origin), expected);
  });
}

test('each key stands twice in the DID document, and both twins may assert', t => {
  const document = didDocument(whole);

  t.is(document.id, did);
  t.deepEqual(
    document.verificationMethod.map(({ id, type, controller }) => [id, type, controller]),
    [1, 2, 3].flatMap(number => [
      [certificateKid(did, number), 'JsonWebKey2020', did],
      [statusListKid(did, number), 'JsonWebKey', did],
    ]),
  );
  t.deepEqual(document.assertionMethod, document.verificationMethod.map(method => method.id));
  t.deepEqual(document.verificationMethod[0]?.publicKeyJwk, document.verificationMethod[1]?.publicKeyJwk);
});

test('neither document names a private member or anything but the public key', t => {
  for (const { publicKeyJwk } of didDocument(whole).verificationMethod) {
    t.deepEqual(Object.keys(publicKeyJwk).sort(), ['alg', 'crv', 'kty', 'x', 'y']);
  }
  for (const jwk of jwkSet(whole).keys) {
    t.deepEqual(Object.keys(jwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  }
});

test('a retired key stays in both documents, a revoked one is gone from both', t => {
  const manifest = manifestWith({ 1: { retiredAt: bureau.at }, 2: { revokedAt: bureau.at } });

  t.deepEqual(didDocument(manifest).assertionMethod, [1, 3].flatMap(number => [certificateKid(did, number), statusListKid(did, number)]));
  t.deepEqual(jwkSet(manifest).keys.map(key => key['kid']), [1, 3].map(number => certificateKid(did, number)));
});

/** A resolver that knows only our document; nothing is fetched. */
function resolverOf(manifest: KeyManifest): Parameters<typeof verifyCredential>[1] {
  const result = { didResolutionMetadata: {}, didDocumentMetadata: {}, didDocument: didDocument(manifest) };
  // its type wants a mutable document; ours is the same document, readonly
  return { resolve: async () => result } as unknown as Parameters<typeof verifyCredential>[1];
}

test('another implementation, did-jwt-vc, verifies a genuine certificate by the DID document', async t => {
  const signed = bureau.sign({ key: 2 });

  const verified = await verifyCredential(signed.jwt, resolverOf(whole));

  t.true(verified.verified);
  t.is(verified.issuer, did);
  t.is(verified.verifiableCredential.credentialSubject['certificateNumber'], signed.payload.vc.credentialSubject.certificateNumber);
});

test('did-jwt-vc refuses what a revoked key signed, for the key is no longer there', async t => {
  const signed = bureau.sign({ key: 2 });

  await t.throwsAsync(async () => verifyCredential(signed.jwt, resolverOf(manifestWith({ 2: { revokedAt: bureau.at } }))));
});
