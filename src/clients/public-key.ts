/** Public keys of clients: Ed25519 (RFC 8037) and P-256 (RFC 7518 §6.2), each with the one algorithm of RFC 9421 §3.3 that fits it. */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { DomainError } from '../shared/errors.ts';
import type { ClientPublicKey } from '../shared/shapes/shapes.ts';

export const ALGORITHMS = ['ed25519', 'ecdsa-p256-sha256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Both algorithms: R‖S or r‖s, 32 bytes each. */
export const SIGNATURE_BYTES = 64;

/** The algorithm belongs to the key; what a request says of it must agree. */
export function algorithmOf({ crv }: ClientPublicKey): Algorithm {
  return crv === 'Ed25519' ? 'ed25519' : 'ecdsa-p256-sha256';
}

/** True for that key's signature over the bytes; false for everything else, also for a key that is no point of its curve. */
export function isSignedBy(
  key: ClientPublicKey,
  { input, signature }: { input: Uint8Array; signature: Uint8Array },
): boolean {
  const opened = keyOf(key);
  if (!opened) return false;
  return key.crv === 'Ed25519'
    ? verify(null, input, opened, signature)
    : verify('sha256', input, { key: opened, dsaEncoding: 'ieee-p1363' }, signature);
}

/** The key, if requests can be signed with it. @throws DomainError CONTENT_INVALID at `/key` */
export function demandPublicKey(key: ClientPublicKey): ClientPublicKey {
  const opened = keyOf(key);
  const isCanonical = opened !== undefined && opened.export({ format: 'jwk' }).x === key.x;
  if (isCanonical && !(key.crv === 'Ed25519' && WEAK.has(key.x))) return key;
  throw new DomainError('CONTENT_INVALID', '公钥不对：须为 Ed25519 或 P-256 的公钥，请重新导出。', {
    pointer: '/key',
  });
}

/** JWK thumbprint (RFC 7638), base64url. */
export function thumbprintOf(key: ClientPublicKey): string {
  const { kty, crv, x } = key;
  const members = key.crv === 'P-256' ? { crv, kty, x, y: key.y } : { crv, kty, x };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** The public key in a PEM or JWK text. @throws DomainError CONTENT_INVALID for anything else, and for private keys above all */
export function readPublicKey(text: string): ClientPublicKey {
  if (/PRIVATE KEY|"d"\s*:/.test(text))
    throw new DomainError('CONTENT_INVALID', '这是私钥：请勿交给任何人，只登记公钥文件。');
  const jwk = jwkIn(text.trim());
  if (jwk?.kty === 'OKP' && jwk.crv === 'Ed25519' && jwk.x !== undefined)
    return demandPublicKey({ kty: 'OKP', crv: 'Ed25519', x: jwk.x });
  if (jwk?.kty === 'EC' && jwk.crv === 'P-256' && jwk.x !== undefined && jwk.y !== undefined)
    return demandPublicKey({ kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y });
  throw new DomainError('CONTENT_INVALID', '文件不是 Ed25519 或 P-256 的公钥（PEM 或 JWK），请重新导出。');
}

function jwkIn(
  text: string,
): (ReturnType<KeyObject['export']> & { kty?: string; crv?: string; x?: string; y?: string }) | undefined {
  try {
    const key = text.startsWith('{')
      ? createPublicKey({ key: JSON.parse(text) as never, format: 'jwk' }) // judged by the engine, a line below by us
      : createPublicKey(text);
    return key.export({ format: 'jwk' }) as never;
  } catch {
    return undefined; // no key: the engine and the JSON parser each say so in their own way
  }
}

function keyOf(key: ClientPublicKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...key }, format: 'jwk' });
  } catch {
    return undefined; // the engine throws for what is no key of that curve
  }
}

/** Points of small order, for which anybody can make signatures (RFC 8032 §5.1.7 leaves them to the application). */
const WEAK: ReadonlySet<string> = new Set(
  [
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ].map(hex => Buffer.from(hex, 'hex').toString('base64url')),
);
