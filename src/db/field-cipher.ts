/**
 * Personal data at rest: a field is sealed with AES-256-GCM bound to its table, column and row, and found by a keyed hash.
 * A dump without the data key shows neither; two rows' sealed values cannot be swapped. Keys are named by number, so that a new
 * one can seal while the old ones still open. PIPL art. 51; GB/T 22239 level 3.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

export interface FieldCipher {
  /** Text that only this key opens, in this place: `v2.<key id>.` + base64url of nonce, ciphertext and tag. */
  readonly seal: (plain: string, place: FieldPlace) => string;
  /** @throws RangeError when the value was altered, moved to another place, or sealed by a key that is not on the ring */
  readonly open: (sealed: string, place: FieldPlace) => string;
  /** The same for bytes: version byte 2, key id (4 bytes, big-endian), nonce, ciphertext, tag. */
  readonly sealBytes: (plain: Uint8Array, place: FieldPlace) => Uint8Array;
  /** @throws RangeError as `open` */
  readonly openBytes: (sealed: Uint8Array, place: FieldPlace) => Uint8Array;
  /** 64 hex digits: equal for equal values of one column, useless without the key; the same whichever key seals. */
  readonly indexOf: (plain: string, column: string) => string;
  /** Id of the key that seals. */
  readonly sealingKey: number;
  /** Ids of all keys on the ring. */
  readonly keyIds: readonly number[];
  /** By key id, 64 hex digits that tell one key from another and nothing of either. */
  readonly marks: ReadonlyMap<number, string>;
  /** The same of the key that blind indexes are made with. */
  readonly indexMark: string;
}

/** Where a field stands; authenticated with the value. */
export interface FieldPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** A data key with its number; numbers are given once and never again. */
export interface NumberedKey {
  /** From 1 to MAX_KEY_ID. */
  readonly id: number;
  /** 32 secret bytes. */
  readonly key: Uint8Array;
}

export interface KeyRing {
  /** The first seals, all open. */
  readonly keys: readonly [NumberedKey, ...NumberedKey[]];
  /** 32 bytes that blind indexes are made with; absent: derived from key 1, which must then be on the ring. */
  readonly indexKey?: Uint8Array | undefined;
}

export const KEY_BYTES = 32;
export const MAX_KEY_ID = 999_999;
const FIRST_KEY = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 2;
const HEAD_BYTES = 5;

/**
 * @param keys 32 secret bytes, which become key 1, or a ring of numbered keys
 * @throws RangeError for a key of another length, a number twice, or a ring without key 1 and index key
 */
export function fieldCipher(keys: Uint8Array | KeyRing): FieldCipher {
  const ring: KeyRing = keys instanceof Uint8Array ? { keys: [{ id: FIRST_KEY, key: keys }] } : keys;
  const sealKeys = sealKeysOf(ring);
  const index = ring.indexKey === undefined ? indexKeyOf(firstKeyOf(ring)) : demandLength(ring.indexKey);
  const first = ring.keys[0].id;
  const keyFor = (id: number, place: FieldPlace): Buffer => {
    const key = sealKeys.get(id);
    if (!key) throw new RangeError(`${nameOf(place)}: sealed by key ${id}, which is not on the ring`);
    return key;
  };
  return {
    sealingKey: first,
    keyIds: ring.keys.map(({ id }) => id),
    marks: new Map([...sealKeys].map(([id, key]) => [id, markOf(key)])),
    indexMark: markOf(index),
    seal: (plain, place) => {
      const body = encrypt(Buffer.from(plain, 'utf8'), place, keyFor(first, place));
      return `v${VERSION}.${first}.${body.toString('base64url')}`;
    },
    open: (sealed, place) => {
      const { id, body } = textParts(sealed, place);
      return decrypt(body, place, keyFor(id, place)).toString('utf8');
    },
    sealBytes: (plain, place) => {
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt8(VERSION, 0);
      head.writeUInt32BE(first, 1);
      return new Uint8Array(Buffer.concat([head, encrypt(plain, place, keyFor(first, place))]));
    },
    openBytes: (sealed, place) => {
      const id = keyIdOfBytes(sealed);
      if (id === undefined) throw notSealed(place);
      return new Uint8Array(decrypt(Buffer.from(sealed).subarray(HEAD_BYTES), place, keyFor(id, place)));
    },
    indexOf: (plain, column) => createHmac('sha256', index).update(`${column}\n${plain}`).digest('hex'),
  };
}

/** The key by which blind indexes are made of that data key; once set by itself, the data key may go. */
export function indexKeyOf(dataKey: Uint8Array): Uint8Array {
  return subkey(demandLength(dataKey), 'index');
}

/**
 * Keys as a setting writes them: one base64url of 32 bytes is key 1; or `2:BASE64URL,1:BASE64URL`, the first seals.
 * @returns undefined for any other text
 */
export function toDataKeys(text: string): readonly [NumberedKey, ...NumberedKey[]] | undefined {
  const keys = (text.includes(':') ? text : `${FIRST_KEY}:${text}`).split(',').map(toNumberedKey);
  const [first, ...others] = keys.filter(key => key !== undefined);
  const isWhole = others.length + 1 === keys.length && new Set(keys.map(key => key?.id)).size === keys.length;
  return first && isWhole ? [first, ...others] : undefined;
}

/** The setting's text for these keys; `toDataKeys` gives them back. */
export function fromDataKeys(keys: KeyRing['keys']): string {
  return keys.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64url')}`).join(',');
}

function toNumberedKey(text: string): NumberedKey | undefined {
  const [, id = '', body = ''] = /^([1-9]\d{0,5}):([A-Za-z0-9_-]{43})=?$/.exec(text.trim()) ?? [];
  return id === '' ? undefined : { id: Number(id), key: new Uint8Array(Buffer.from(body, 'base64url')) };
}

/** Number of the key that sealed this text; undefined for what is no sealed text. */
export function keyIdOf(sealed: string): number | undefined {
  if (sealed.startsWith('v1.')) return FIRST_KEY;
  const [, id] = /^v2\.([1-9]\d{0,5})\./.exec(sealed) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** Number of the key that sealed these bytes; undefined for what is no sealed value. */
export function keyIdOfBytes(sealed: Uint8Array): number | undefined {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const isSealed = bytes.length >= HEAD_BYTES + NONCE_BYTES + TAG_BYTES && bytes[0] === VERSION;
  return isSealed ? bytes.readUInt32BE(1) : undefined;
}

function sealKeysOf(ring: KeyRing): ReadonlyMap<number, Buffer> {
  const sealKeys = new Map<number, Buffer>();
  for (const { id, key } of ring.keys) {
    if (!Number.isInteger(id) || id < FIRST_KEY || id > MAX_KEY_ID || sealKeys.has(id))
      throw new RangeError(`fieldCipher: expected key ids from 1 to ${MAX_KEY_ID}, each once, got ${id}`);
    sealKeys.set(id, subkey(demandLength(key), 'seal'));
  }
  return sealKeys;
}

function firstKeyOf(ring: KeyRing): Uint8Array {
  const found = ring.keys.find(({ id }) => id === FIRST_KEY);
  if (!found) throw new RangeError('fieldCipher: expected key 1 on the ring, or an index key');
  return found.key;
}

function demandLength(key: Uint8Array): Uint8Array {
  if (key.length !== KEY_BYTES)
    throw new RangeError(`fieldCipher: expected ${KEY_BYTES} bytes, got ${key.length}`);
  return key;
}

function encrypt(plain: Uint8Array, place: FieldPlace, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(place));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(body: Buffer, place: FieldPlace, key: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES)).setAAD(aad(place));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new RangeError(`${nameOf(place)}: altered, moved or sealed by another key`, { cause: error });
  }
}

/** `v1.` texts are from before keys had numbers: key 1 sealed them. */
function textParts(sealed: string, place: FieldPlace): { id: number; body: Buffer } {
  const id = keyIdOf(sealed);
  const body = Buffer.from(sealed.slice(sealed.lastIndexOf('.') + 1), 'base64url');
  if (id === undefined || body.length < NONCE_BYTES + TAG_BYTES) throw notSealed(place);
  return { id, body };
}

function notSealed(place: FieldPlace): RangeError {
  return new RangeError(`${nameOf(place)}: not a sealed value`);
}

function nameOf(place: FieldPlace): string {
  return `sealed field ${place.table}.${place.column}`;
}

function markOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('zhicheng field key mark').digest('hex');
}

function subkey(dataKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, '', `zhicheng field ${purpose}`, KEY_BYTES));
}

function aad(place: FieldPlace): Buffer {
  return Buffer.from(`${place.table}\n${place.column}\n${place.row}`);
}
