/**
 * Keys in a PKCS#11 token: P-256 pairs that are made in it and never leave it (CKA_SENSITIVE, not CKA_EXTRACTABLE). One session, opened at
 * first use and opened anew after any failure, so a token that was gone for a while needs no restart. Calls block: a token does one thing at
 * a time. Source: PKCS #11 v2.40, base §4 and §5, current mechanisms §2.3.
 */
import { HsmRefusal, type Hsm } from './hsm.ts';
import {
  loadModule,
  Pkcs11Failure,
  type Attribute,
  type Handle,
  type Pkcs11Module,
} from './pkcs11-module.ts';
import { toBase64url } from '../shared/bytes.ts';
import type { PublicJwk } from '../keys/manifest.ts';

/** The token by its label, and the user's PIN. */
export interface TokenSettings {
  /** The vendor's library, such as /usr/lib/softhsm/libsofthsm2.so. */
  readonly module: string;
  readonly token: string;
  readonly pin: string;
}

// object classes and attributes (base §4.2 to §4.9)
const [CLASS, TOKEN, PRIVATE, LABEL, KEY_TYPE, ID] = [0x0, 0x1, 0x2, 0x3, 0x100, 0x102];
const [SENSITIVE, SIGN, VERIFY, EXTRACTABLE, EC_PARAMS, EC_POINT] = [
  0x103, 0x108, 0x10a, 0x162, 0x180, 0x181,
];
const [DECRYPT, UNWRAP, DERIVE] = [0x105, 0x107, 0x10c];
const [PUBLIC_KEY, PRIVATE_KEY, EC] = [0x2, 0x3, 0x3];
const [YES, NO] = [Buffer.of(1), Buffer.of(0)];
/** The DER of prime256v1's name (RFC 5480 §2.1.1.1). */
const P_256 = Buffer.from('06082a8648ce3d030107', 'hex');
/** 4, x, y in a DER OCTET STRING. */
const POINT_HEAD = Buffer.of(0x04, 0x41, 0x04);
const SIDE_BYTES = 32;

/** The keys of that token; nothing is opened yet. @throws Error when the library cannot be loaded */
export function pkcs11Hsm(settings: TokenSettings): Hsm {
  const module = loadModule(settings.module);
  let session: Handle | undefined;
  const handles = new Map<string, Handle>();

  function inSession<T>(body: (open: Handle) => T): T {
    try {
      session ??= module.open(settings.token, Buffer.from(settings.pin, 'utf8'));
      return body(session);
    } catch (error) {
      if (error instanceof Pkcs11Failure) {
        module.close();
        session = undefined;
        handles.clear();
      }
      throw error;
    }
  }

  function privateKey(open: Handle, label: string): Handle {
    const known = handles.get(label);
    if (known !== undefined) return known;
    const [handle] = module.find(open, named(PRIVATE_KEY, label));
    if (handle === undefined) throw new HsmRefusal('unknown');
    demandSafe(module, open, handle);
    handles.set(label, handle);
    return handle;
  }

  return {
    create: label =>
      inSession(open => {
        if (module.find(open, named(PRIVATE_KEY, label)).length > 0) throw new HsmRefusal('taken');
        return newPair(module, open, label);
      }),
    sign: (label, digest) => inSession(open => module.sign(open, privateKey(open, label), digest)),
    destroy: label =>
      inSession(open => {
        const found = [PRIVATE_KEY, PUBLIC_KEY].flatMap(kind => module.find(open, named(kind, label)));
        if (found.length === 0) throw new HsmRefusal('unknown');
        for (const handle of found) module.destroy(open, handle);
        handles.delete(label);
      }),
    demandReady: () => inSession(open => void module.find(open, named(PRIVATE_KEY, 'key-0'))),
  };
}

function newPair(module: Pkcs11Module, open: Handle, label: string): PublicJwk {
  const names: Attribute[] = [
    [LABEL, Buffer.from(label)],
    [ID, Buffer.from(label)],
    [TOKEN, YES],
  ];
  const pair = module.generate(open, {
    publicHalf: [...names, [VERIFY, YES], [EC_PARAMS, P_256]],
    privateHalf: [
      ...names,
      [PRIVATE, YES],
      [SENSITIVE, YES],
      [EXTRACTABLE, NO],
      [SIGN, YES],
      // signs and does nothing else, which a token may otherwise allow by default
      [DECRYPT, NO],
      [UNWRAP, NO],
      [DERIVE, NO],
    ],
  });
  demandSafe(module, open, pair.privateKey);
  const point = Buffer.from(module.read(open, pair.publicKey, EC_POINT));
  if (!point.subarray(0, 3).equals(POINT_HEAD) || point.length !== 3 + 2 * SIDE_BYTES)
    throw new Error('the token gave a public key that is no uncompressed point of P-256');
  const [x, y] = [point.subarray(3, 3 + SIDE_BYTES), point.subarray(3 + SIDE_BYTES)].map(toBase64url);
  return { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' };
}

/** Signs with nothing but a P-256 key that cannot be read, whoever made it. */
function demandSafe(module: Pkcs11Module, open: Handle, handle: Handle): void {
  const is = (attribute: number, value: Uint8Array): boolean =>
    Buffer.from(module.read(open, handle, attribute)).equals(value);
  if (!is(EC_PARAMS, P_256)) throw new Error('the token has that key on another curve than P-256');
  if (!is(SENSITIVE, YES) || !is(EXTRACTABLE, NO))
    throw new Error('the token would give that private key away');
}

function named(kind: number, label: string): readonly Attribute[] {
  const long = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  return [
    [CLASS, long(kind)],
    [KEY_TYPE, long(EC)],
    [LABEL, Buffer.from(label)],
  ];
}
