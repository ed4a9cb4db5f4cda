/** The end of a private key wherever it is: in a file here (destroyed.ts), or in the signer. */
import { DomainError } from '../shared/errors.ts';
import { destroyPrivateFile } from './destroyed.ts';
import { dropReference, homeOf } from './kms-reference.ts';
import type { KeyFolders } from './keyring.ts';
import { keyId } from './manifest.ts';
import { remoteSigner, type SignerSettings } from './remote-signer.ts';

/**
 * Nobody signs with that key again. This machine's mark comes first: when the signer does not answer the key is dead here already, and
 * running it again finishes.
 * @param note why and when, for whoever finds the mark; no secrets
 * @throws DomainError SIGNER_UNAVAILABLE while the signer still has the key
 */
export async function destroyPrivateHalf(
  { folders, signer }: { readonly folders: KeyFolders; readonly signer?: SignerSettings | undefined },
  number: number,
  note: string,
): Promise<void> {
  const name = keyId(number);
  const home = homeOf(folders, name);
  destroyPrivateFile(folders, number, note);
  if (home.kind !== 'kms') return;
  if (!signer) throw new DomainError('SIGNER_UNAVAILABLE', `${name} 的私钥在签名服务里，请先设 ZHICHENG_SIGNER_URL 与 ZHICHENG_SIGNER_CUSTODIAN_TOKEN_FILE。`);
  await destroyedThere(signer, home.label);
  dropReference(folders, name);
}

async function destroyedThere(signer: SignerSettings, label: string): Promise<void> {
  try {
    await remoteSigner(signer).destroy(label);
  } catch (error) {
    // it is gone already: an answer that was lost on the way the last time
    if (!(error instanceof DomainError) || error.code !== 'KEY_UNKNOWN') throw error;
  }
}
