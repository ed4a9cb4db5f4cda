/** The same certificate in the formats that others print: what a symbol carries, and as which segments. Sizes only. */
import { createHash } from 'node:crypto';
import { deflateRawSync, deflateSync } from 'node:zlib';
import type { QRCodeSegment } from 'qrcode';
import type { CredentialPayload } from '../../src/certificate/credential.ts';

/** Signs exactly these bytes: 64 bytes r‖s of ES256. */
export type SignBytes = (bytes: Uint8Array) => Uint8Array;

export interface Rival {
  readonly name: string;
  segments(certificate: { jwt: string; payload: CredentialPayload }, sign: SignBytes): QRCodeSegment[];
}

export const RIVALS: readonly Rival[] = [
  {
    name: 'did-jwt-vc JWT as it is',
    segments: ({ jwt }) => [{ mode: 'byte', data: Buffer.from(jwt) }],
  },
  {
    name: 'SMART Health Card style',
    segments: ({ payload }, sign) => [
      { mode: 'byte', data: Buffer.from('shc:/') },
      { mode: 'numeric', data: toShcDigits(healthCardJws(payload, sign)) },
    ],
  },
  {
    name: 'EU DCC style',
    segments: ({ payload }, sign) => [
      { mode: 'alphanumeric', data: `HC1:${toBase45(dccBytes(payload, sign))}` },
    ],
  },
];

/** SMART Health Cards Framework: minified payload, raw DEFLATE, JWS with `zip`, key id a thumbprint. */
function healthCardJws(payload: CredentialPayload, sign: SignBytes): string {
  const kid = createHash('sha256').update('a key').digest('base64url');
  const header = Buffer.from(JSON.stringify({ zip: 'DEF', alg: 'ES256', kid })).toString('base64url');
  const body = deflateRawSync(JSON.stringify(payload), { level: 9 }).toString('base64url');
  const signature = Buffer.from(sign(Buffer.from(`${header}.${body}`))).toString('base64url');
  return `${header}.${body}.${signature}`;
}

/** Two digits for each character: its code minus 45. */
function toShcDigits(jws: string): string {
  return [...jws].map(letter => String(letter.charCodeAt(0) - 45).padStart(2, '0')).join('');
}

/** EU DCC: CWT claims with one-letter names, COSE_Sign1, zlib. */
function dccBytes(payload: CredentialPayload, sign: SignBytes): Uint8Array {
  const subject = payload.vc.credentialSubject;
  const [status] = payload.vc.credentialStatus;
  const certificate = {
    n: subject.name,
    ...(subject.printedName === undefined ? {} : { p: subject.printedName }),
    g: subject.gender,
    i: subject.idNumber,
    u: subject.submittingUnit,
    q: subject.qualification,
    l: subject.level,
    s: subject.series,
    f: subject.specialty,
    r: subject.reviewBody,
    o: subject.obtainedOn,
    c: payload.jti.split('/').at(-1) ?? '',
    x: status?.id.split('/').at(-1) ?? '',
  };
  const claims = cbor(
    new Map<number, Cbor>([
      [1, payload.iss],
      [5, payload.nbf],
      [-260, new Map([[1, certificate]])],
    ]),
  );
  const head = cbor(
    new Map<number, Cbor>([
      [1, -7],
      [4, new Uint8Array(8)],
    ]),
  );
  const signature = sign(cbor(['Signature1', head, new Uint8Array(0), claims]));
  return deflateSync(cbor([head, new Map(), claims, signature]), { level: 9 });
}

type Cbor =
  | string
  | number
  | Uint8Array
  | readonly Cbor[]
  | ReadonlyMap<number, Cbor>
  | { readonly [name: string]: string };

/** RFC 8949, as much as a certificate needs: integers, bytes, text, arrays and maps of definite length. */
function cbor(item: Cbor): Buffer {
  if (typeof item === 'number') return item < 0 ? head(1, -1 - item) : head(0, item);
  if (item instanceof Uint8Array) return Buffer.concat([head(2, item.length), item]);
  if (typeof item === 'string') return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)]);
  if (isList(item)) return Buffer.concat([head(4, item.length), ...item.map(cbor)]);
  const entries: readonly (readonly [Cbor, Cbor])[] = item instanceof Map ? [...item] : Object.entries(item);
  return Buffer.concat([
    head(5, entries.length),
    ...entries.flatMap(([name, value]) => [cbor(name), cbor(value)]),
  ]);
}

function isList(item: Cbor): item is readonly Cbor[] {
  return Array.isArray(item);
}

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value);
  if (value < 0x100) return Buffer.of((major << 5) | 24, value);
  if (value < 0x1_0000) return Buffer.of((major << 5) | 25, value >> 8, value & 0xff);
  const bytes = Buffer.alloc(5, (major << 5) | 26);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

/** RFC 9285. */
function toBase45(bytes: Uint8Array): string {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
  let text = '';
  for (let place = 0; place < bytes.length; place += 2) {
    const isPair = place + 1 < bytes.length;
    let value = isPair ? (bytes[place] ?? 0) * 256 + (bytes[place + 1] ?? 0) : (bytes[place] ?? 0);
    for (let digit = 0; digit < (isPair ? 3 : 2); digit++) {
      text += letters.charAt(value % 45);
      value = Math.floor(value / 45);
    }
  }
  return text;
}
