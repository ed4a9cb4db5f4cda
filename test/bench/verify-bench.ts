/** Verification side by side: ours, bare jose on the same tokens, did-jwt-vc; and a whole QR text to its verdict. */
import { verifyCredential } from 'did-jwt-vc';
import { Resolver, type DIDDocument } from 'did-resolver';
import { compactVerify } from 'jose';
import { didDocument } from '../../src/keys/did-document.ts';
import { importPublicJwk } from '../../src/keys/manifest.ts';
import { nativeCheck } from '../../src/verification/native-check.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { makeIssuer, NOON, someClaims } from '../support/issuer.ts';

const ROUNDS = 5;

/** Rows of figures, per second and as ratios. */
export async function verifyBench(): Promise<readonly string[]> {
  const months = Array.from({ length: 12 }, (_, place) => `2026-${String(place + 1).padStart(2, '0')}`);
  const issuer = makeIssuer({ at: NOON, months });
  const trust = await readTrust(issuer.trustWith({}), { check: nativeCheck });
  const signed = Array.from({ length: 200 }, () => issuer.sign({ claims: someClaims() }));
  const [key] = issuer.keys;
  if (!key) throw new RangeError('the fixture issuer has a key');
  const publicKey = await importPublicJwk(key.entry.jwk);
  const manifest = { ...trust.manifest, keys: [key.entry] };
  const document = didDocument(manifest) as unknown as DIDDocument;
  const resolver = new Resolver({
    web: () => Promise.resolve({ didDocument: document, didResolutionMetadata: {}, didDocumentMetadata: {} }),
  });
  const perSecond = async (count: number, once: (place: number) => Promise<unknown>): Promise<number> => {
    const since = performance.now();
    for (let place = 0; place < count; place += 1) await once(place);
    return (count * 1000) / (performance.now() - since);
  };
  const at = (place: number) => signed[place % signed.length] ?? { jwt: '', qrText: '' };
  const inBrowserWay = await readTrust(issuer.trustWith({}));
  const best = { ours: 0, web: 0, jose: 0, didJwtVc: 0, qr: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    best.ours = Math.max(best.ours, await perSecond(2000, place => verify(at(place).jwt, trust, NOON)));
    best.web = Math.max(best.web, await perSecond(2000, place => verify(at(place).jwt, inBrowserWay, NOON)));
    best.jose = Math.max(
      best.jose,
      await perSecond(2000, place => compactVerify(at(place).jwt, publicKey, { algorithms: ['ES256'] })),
    );
    best.didJwtVc = Math.max(
      best.didJwtVc,
      await perSecond(60, place =>
        verifyCredential(at(place).jwt, resolver, { proofPurpose: 'assertionMethod' }),
      ),
    );
    best.qr = Math.max(best.qr, await perSecond(2000, place => verify(at(place).qrText, trust, NOON)));
  }
  return [
    `ours ${best.ours.toFixed(0)}/s · jose compactVerify ${best.jose.toFixed(0)}/s · did-jwt-vc ${best.didJwtVc.toFixed(0)}/s`,
    `ours : did-jwt-vc = ${(best.ours / best.didJwtVc).toFixed(1)} (≥ 20) · ours : jose = ${((best.ours * 100) / best.jose).toFixed(0)} % (≥ 70)`,
    `with WebCrypto, as a browser does it: ${best.web.toFixed(0)}/s, ${((best.web * 100) / best.jose).toFixed(0)} % of jose`,
    `QR text to verdict, status included: ${(1000 / best.qr).toFixed(3)} ms (≤ 1)`,
  ];
}
