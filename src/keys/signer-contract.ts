/**
 * How the service and a signer talk. A signer is a program of its own, under an account of its own, that keeps private keys where nobody
 * can copy them (an HSM, a cloud's KMS, a token) and signs with them. Whoever answers these four calls can be one; ours is `zhicheng signer`.
 *
 *   POST   /keys                      custodians   SignerKeyWanted → 201 SignerKey; 409 when the label is taken
 *   POST   /keys/{label}/signatures   service      SignerOrder → 200 SignerSignature; 404 for a key that is not there
 *   DELETE /keys/{label}              custodians   → 204: no signature by that key is possible any more; 404 as above
 *   GET    /health                    either       → 200 when the store of keys answers, else 503
 *
 * - `Authorization: Bearer …`: the service's token signs, the custodians' makes and destroys keys; neither does the other's. 401 for any other.
 * - JSON both ways (schemas/signer-*.json), bodies of at most 4 kB; 400 for any other body, and for any algorithm but ES256 over P-256.
 * - Only the SHA-256 of what is signed is sent: a signer never sees a person's data. 5xx means: not now, nothing is known to be wrong.
 * - http on this machine only, else https; no redirect is followed.
 */
import { randomBytes } from 'node:crypto';
import { keyId } from './manifest.ts';

export const MAX_SIGNER_BODY_BYTES = 4096;

/** A name for the pair of that key, unlike any before: a ceremony that failed half-way is never in the way of the next. */
export function newLabel(number: number): string {
  return `${keyId(number)}-${randomBytes(8).toString('hex')}`;
}

export function isLabel(text: unknown): text is string {
  return typeof text === 'string' && /^key-[1-9]\d{0,3}-[0-9a-f]{16}$/.test(text);
}
