/**
 * After every signature, before anything is kept: the QR text must come back as the same JWT, our verifier must call it valid,
 * and did-jwt-vc must agree as a second opinion. A failure stops the batch: it is our fault, never the applicant's.
 */
import { verifyCredential } from 'did-jwt-vc';
import { Resolver, type DIDDocument } from 'did-resolver';
import { didDocument } from '../keys/did-document.ts';
import { findKey, keyId, type KeyManifest } from '../keys/manifest.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import type { Trust } from '../verification/trust.ts';
import { verify } from '../verification/verify.ts';

/** Thrown when what was signed does not verify; nothing of that chunk is kept. */
export class SelfCheckFailed extends DomainError {
  constructor(what: string) {
    super('SELF_CHECK_FAILED', `签发自检未通过（${what}），已停止本批制证；请联系系统管理员。`);
  }
}

/** True afterwards: this code's text gives exactly that JWT back, and our verifier says `valid`. @throws SelfCheckFailed */
export async function demandValid(
  signed: { jwt: string; qrText: string },
  trust: Trust,
  at: Instant,
): Promise<void> {
  const report = await verify(signed.qrText, trust, at);
  if (report.jwt !== signed.jwt) throw new SelfCheckFailed('二维码');
  if (report.verdict !== 'valid') throw new SelfCheckFailed(`验证结果为 ${report.verdict}`);
}

/**
 * A judge by did-jwt-vc that knows only the one signing key: it would try every key it is given.
 * @param at its present; the real one unless given
 */
export function secondOpinion(
  manifest: KeyManifest,
  keyNumber: number,
  at?: Instant,
): (jwt: string) => Promise<void> {
  const key = findKey(manifest, keyNumber);
  if (!key) throw new RangeError(`secondOpinion: ${keyId(keyNumber)} is not in the manifest`);
  const document = didDocument({ ...manifest, keys: [key] }) as unknown as DIDDocument;
  const resolve = () =>
    Promise.resolve({ didDocument: document, didResolutionMetadata: {}, didDocumentMetadata: {} });
  const resolver = new Resolver({ web: resolve });
  return async jwt => {
    try {
      await verifyCredential(jwt, resolver, {
        proofPurpose: 'assertionMethod',
        policies: { aud: false, ...(at === undefined ? {} : { now: at }) },
      });
    } catch (error) {
      throw new SelfCheckFailed(
        `did-jwt-vc：${error instanceof Error ? error.message.slice(0, 80) : 'unknown'}`,
      );
    }
  };
}
