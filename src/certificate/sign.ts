/**
 * The one choke point to the signer: a Linted credential becomes a JWT by did-jwt-vc with a native signer, and what was signed
 * is compared with what was planned, byte for byte. Nothing here verifies: did-jwt-vc stays outside the trust path.
 */
import { createHash } from 'node:crypto';
import { createVerifiableCredentialJwt, type JwtCredentialPayload } from 'did-jwt-vc';
import { certificateKid } from '../keys/did-document.ts';
import type { Signer } from '../keys/keyring.ts';
import { DomainError } from '../shared/errors.ts';
import type { CredentialPayload } from './credential.ts';
import type { Linted } from './lint.ts';

/**
 * The credential as a compact JWS (VC Data Model 1.1 §6.3.1, ES256), header members alg, typ, kid in this order.
 * @throws DomainError SELF_CHECK_FAILED when the library signed anything but the planned bytes
 */
export async function sign(credential: Linted, signer: Signer): Promise<string> {
  const kid = certificateKid(credential.iss, signer.number);
  const { iss, ...payload } = credential;
  const jwt = await createVerifiableCredentialJwt(
    payload as unknown as JwtCredentialPayload, // the library's type wants mutable arrays
    { did: iss, alg: 'ES256', signer: async text => signer.sign(text.toString()) },
    // the library's own type knows only its default header; it copies what it is given
    { header: { alg: 'ES256', typ: 'JWT', kid } as { alg: string; typ: 'JWT' } },
  );
  const planned = [JSON.stringify({ alg: 'ES256', typ: 'JWT', kid }), JSON.stringify(credential)];
  const signed = jwt
    .split('.')
    .slice(0, 2)
    .map(part => Buffer.from(part, 'base64url').toString('utf8'));
  if (signed.join('.') !== planned.join('.')) {
    throw new DomainError(
      'SELF_CHECK_FAILED',
      '签名内容与计划签发的内容不一致，已停止签发；请联系系统管理员。',
    );
  }
  return jwt;
}

/** SHA-256 in hex of the exact payload bytes: what the intent promises and the signature must keep (I6). */
export function payloadHash(payload: CredentialPayload): string {
  return createHash('sha256').update(JSON.stringify(payload), 'utf8').digest('hex');
}
