/**
 * A key of the manifest, ready to sign: its private half in a sealed file here or in a signer (signer-contract.ts). Either way every
 * signature is checked under the manifest's public key before anybody is given it: what is wrong, is not ours, or was changed on the way
 * gets no further than here.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { DomainError } from '../shared/errors.ts';
import { homeOf } from './kms-reference.ts';
import { openSigner, type KeyFolders, type Signer } from './keyring.ts';
import { keyId, publicJwk, type ManifestKey } from './manifest.ts';
import { remoteSigner, type SignerSettings } from './remote-signer.ts';

export interface OpeningSettings extends KeyFolders {
  readonly keyPassphrase: string | undefined;
  readonly signer?: SignerSettings | undefined;
}

/**
 * A signer for that key. Its `sign` throws SIGNER_UNAVAILABLE when the key's home does not answer, SIGNER_WRONG for a signature that is not
 * the key's.
 * @throws DomainError KEY_UNKNOWN, PASSPHRASE_MISSING, PASSPHRASE_WRONG, SIGNER_UNAVAILABLE, KEYS_MISSING
 */
export async function openKey(settings: OpeningSettings, key: ManifestKey): Promise<Signer> {
  const home = homeOf(settings, keyId(key.number));
  const signer =
    home.kind === 'kms'
      ? signerAt(settings, { number: key.number, label: home.label })
      : await openSigner(settings, key.number, settings.keyPassphrase);
  return checked(signer, key);
}

function signerAt({ signer: at }: OpeningSettings, { number, label }: { number: number; label: string }): Signer {
  if (!at) {
    const detail = `${keyId(number)} 的私钥在签名服务里，请设 ZHICHENG_SIGNER_URL 与 ZHICHENG_SIGNER_TOKEN_FILE。`;
    throw new DomainError('SIGNER_UNAVAILABLE', detail);
  }
  const remote = remoteSigner(at);
  const sign: Signer['sign'] = async input => {
    const digest = createHash('sha256').update(bytesOf(input)).digest();
    return Buffer.from(await remote.sign(label, digest)).toString('base64url');
  };
  return { number, sign };
}

function checked({ number, sign }: Signer, { jwk }: ManifestKey): Signer {
  const key = createPublicKey({ key: { ...publicJwk(jwk) }, format: 'jwk' });
  return {
    number,
    sign: async input => {
      const signature = await sign(input);
      const form = { key, dsaEncoding: 'ieee-p1363' } as const;
      if (verify('sha256', bytesOf(input), form, Buffer.from(signature, 'base64url'))) return signature;
      const detail = `${keyId(number)} 给出的签名与清单中的公钥不符，未被采用；请停用签名服务或私钥文件，并联系系统管理员。`;
      throw new DomainError('SIGNER_WRONG', detail);
    },
  };
}

function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === 'string' ? Buffer.from(input, 'utf8') : input;
}
