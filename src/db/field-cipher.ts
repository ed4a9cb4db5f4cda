/**
 * Personal data at rest: a field is sealed with AES-256-GCM bound to its table, column and row, and found by a keyed hash.
 * A dump without the data key shows neither; two rows' sealed values cannot be swapped. PIPL art. 51; GB/T 22239 level 3.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

export interface FieldCipher {
  /** Text that only this key opens, in this place: `v1.` + base64url of nonce, ciphertext and tag. */
  readonly seal: (plain: string, place: FieldPlace) => string;
  /** @throws RangeError when the value was altered, moved to another place, or sealed by another key */
  readonly open: (sealed: string, place: FieldPlace) => string;
  /** 64 hex digits: equal for equal values of one column, useless without the key. */
  readonly indexOf: (plain: string, column: string) => string;
}

/** Where a field stands; authenticated with the value. */
export interface FieldPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param dataKey 32 secret bytes */
export function fieldCipher(dataKey: Uint8Array): FieldCipher {
  if (dataKey.length !== 32) throw new RangeError(`fieldCipher: expected 32 bytes, got ${dataKey.length}`);
  const sealKey = subkey(dataKey, 'seal');
  const indexKey = subkey(dataKey, 'index');
  return {
    seal: (plain, place) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(aad(place));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')}`;
    },
    open: (sealed, place) => opened(sealed, place, sealKey),
    indexOf: (plain, column) => createHmac('sha256', indexKey).update(`${column}\n${plain}`).digest('hex'),
  };
}

function opened(sealed: string, place: FieldPlace, key: Buffer): string {
  const bytes = Buffer.from(sealed.startsWith('v1.') ? sealed.slice(3) : '', 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES)
    throw new RangeError(`sealed field ${place.table}.${place.column}: not a sealed value`);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(aad(place));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return (
      decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    );
  } catch (error) {
    throw new RangeError(
      `sealed field ${place.table}.${place.column}: altered, moved or sealed by another key`,
      { cause: error },
    );
  }
}

function subkey(dataKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, '', `zhicheng field ${purpose}`, 32));
}

function aad(place: FieldPlace): Buffer {
  return Buffer.from(`${place.table}\n${place.column}\n${place.row}`);
}
