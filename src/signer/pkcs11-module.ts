/**
 * The fifteen functions of a PKCS#11 library that a signer uses, by koffi: prebuilt for Linux, needs no compiler and no install script. The
 * only file that touches foreign memory, and it runs in the signer's own process: a library that crashes takes no service with it. CK_ULONG
 * is 8 bytes here (Linux on 64 bits). Source: PKCS #11 v2.40 base §5.
 */
import koffi from 'koffi';

/** A bigint only above 2^53: koffi gives back what it was given. */
export type Handle = number | bigint;

export type Attribute = readonly [type: number, value: Uint8Array];

export interface Pkcs11Module {
  /** A session on the token of that label, signed in as its user. */
  readonly open: (label: string, pin: Uint8Array) => Handle;
  /** Every session is closed and the library let go; `open` begins anew. Never throws: it is called after failures. */
  readonly close: () => void;
  /** Handles of the objects with these attributes, eight at most. */
  readonly find: (session: Handle, like: readonly Attribute[]) => readonly Handle[];
  readonly read: (session: Handle, object: Handle, attribute: number) => Uint8Array;
  readonly generate: (
    session: Handle,
    wanted: { readonly publicHalf: readonly Attribute[]; readonly privateHalf: readonly Attribute[] },
  ) => { readonly publicKey: Handle; readonly privateKey: Handle };
  /** CKM_ECDSA: r‖s, 64 bytes for a P-256 key. */
  readonly sign: (session: Handle, key: Handle, digest: Uint8Array) => Uint8Array;
  readonly destroy: (session: Handle, object: Handle) => void;
}

/** A function of the library did not answer CKR_OK. */
export class Pkcs11Failure extends Error {
  constructor(name: string, code: number) {
    super(`${name} 0x${code.toString(16)}`);
  }
}

const CKM_EC_KEY_PAIR_GEN = 0x1040;
const CKM_ECDSA = 0x1041;
const CKU_USER = 1;
/** CKF_RW_SESSION | CKF_SERIAL_SESSION */
const READ_WRITE = 0x6;
const CKR_OK = 0;
const CKR_USER_ALREADY_LOGGED_IN = 0x100;
const MAX_SLOTS = 64;
const MAX_FOUND = 8;
const MAX_VALUE_BYTES = 256;
const TOKEN_INFO_BYTES = 256;
const LABEL_BYTES = 32;
const SIGNATURE_BYTES = 64;

type Foreign = (...values: unknown[]) => number;

const FORMS = {
  C_Initialize: 'void *arguments',
  C_Finalize: 'void *reserved',
  C_GetSlotList: 'uint8_t present, _Out_ unsigned long *slots, _Inout_ unsigned long *count',
  C_GetTokenInfo: 'unsigned long slot, _Out_ uint8_t *info',
  C_OpenSession:
    'unsigned long slot, unsigned long flags, void *app, void *notify, _Out_ unsigned long *session',
  C_Login: 'unsigned long session, unsigned long user, const uint8_t *pin, unsigned long length',
  C_FindObjectsInit: 'unsigned long session, ZhichengAttribute *like, unsigned long count',
  C_FindObjects:
    'unsigned long session, _Out_ unsigned long *found, unsigned long most, _Out_ unsigned long *count',
  C_FindObjectsFinal: 'unsigned long session',
  C_GetAttributeValue:
    'unsigned long session, unsigned long object, _Inout_ ZhichengAttribute *wanted, unsigned long count',
  C_GenerateKeyPair:
    'unsigned long session, ZhichengMechanism *by, ZhichengAttribute *pub, unsigned long pubCount, ' +
    'ZhichengAttribute *priv, unsigned long privCount, _Out_ unsigned long *publicKey, _Out_ unsigned long *privateKey',
  C_SignInit: 'unsigned long session, ZhichengMechanism *by, unsigned long key',
  C_Sign:
    'unsigned long session, const uint8_t *bytes, unsigned long length, _Out_ uint8_t *signature, _Inout_ unsigned long *size',
  C_DestroyObject: 'unsigned long session, unsigned long object',
} as const;

let hasTypes = false;

/** @throws Error when there is no such library, or it is none of PKCS#11 */
export function loadModule(file: string): Pkcs11Module {
  const call = callerOf(file);
  return {
    open: (label, pin) => {
      call('C_Initialize', null);
      const session: Handle[] = [0];
      call('C_OpenSession', slotOf(call, label), READ_WRITE, null, null, session);
      const [open = 0] = session;
      call('C_Login', open, CKU_USER, pin, pin.length);
      return open;
    },
    close: () => {
      try {
        call('C_Finalize', null);
      } catch (error) {
        if (!(error instanceof Pkcs11Failure)) throw error; // it had not begun, or is too broken to end
      }
    },
    find: (session, like) => {
      call('C_FindObjectsInit', session, like.map(toForeign), like.length);
      const found = new Array<Handle>(MAX_FOUND).fill(0);
      const count = [0];
      call('C_FindObjects', session, found, MAX_FOUND, count);
      call('C_FindObjectsFinal', session);
      return found.slice(0, count[0]);
    },
    read: (session, object, attribute) => {
      const value = Buffer.alloc(MAX_VALUE_BYTES);
      const wanted = [toForeign([attribute, value])];
      call('C_GetAttributeValue', session, object, wanted, 1);
      return value.subarray(0, Number(wanted[0]?.length ?? 0));
    },
    generate: (session, { publicHalf, privateHalf }) => {
      const by = mechanism(CKM_EC_KEY_PAIR_GEN);
      const [pub, priv] = [publicHalf.map(toForeign), privateHalf.map(toForeign)];
      const [publicKey, privateKey]: [Handle[], Handle[]] = [[0], [0]];
      call('C_GenerateKeyPair', session, by, pub, pub.length, priv, priv.length, publicKey, privateKey);
      return { publicKey: publicKey[0] ?? 0, privateKey: privateKey[0] ?? 0 };
    },
    sign: (session, key, digest) => {
      call('C_SignInit', session, mechanism(CKM_ECDSA), key);
      const [signature, size] = [Buffer.alloc(SIGNATURE_BYTES), [SIGNATURE_BYTES]];
      call('C_Sign', session, digest, digest.length, signature, size);
      return signature.subarray(0, size[0]);
    },
    destroy: (session, object) => call('C_DestroyObject', session, object),
  };
}

type Caller = (name: keyof typeof FORMS, ...values: readonly unknown[]) => void;

function callerOf(file: string): Caller {
  if (!hasTypes) {
    koffi.struct('ZhichengAttribute', { type: 'unsigned long', value: 'void *', length: 'unsigned long' });
    koffi.struct('ZhichengMechanism', {
      type: 'unsigned long',
      parameter: 'void *',
      length: 'unsigned long',
    });
    hasTypes = true;
  }
  const library = koffi.load(file);
  const functions = new Map<string, Foreign>(
    Object.entries(FORMS).map(([name, form]) => [name, library.func(`unsigned long ${name}(${form})`)]),
  );
  return (name, ...values) => {
    const code = functions.get(name)?.(...values) ?? NaN;
    if (code !== CKR_OK && !(name === 'C_Login' && code === CKR_USER_ALREADY_LOGGED_IN))
      throw new Pkcs11Failure(name, code);
  };
}

/** Slots may be numbered anew at every start: a token is known by its label, padded with spaces. */
function slotOf(call: Caller, label: string): Handle {
  const slots = new Array<Handle>(MAX_SLOTS).fill(0);
  const count = [MAX_SLOTS];
  call('C_GetSlotList', 1, slots, count);
  const found = slots.slice(0, count[0]).filter(slot => {
    const token = Buffer.alloc(TOKEN_INFO_BYTES);
    call('C_GetTokenInfo', slot, token);
    return token.toString('utf8', 0, LABEL_BYTES).trimEnd() === label;
  });
  const [slot, ...more] = found;
  if (slot === undefined || more.length > 0)
    throw new Error(`expected one token of that label, found ${found.length}`);
  return slot;
}

interface ForeignAttribute {
  readonly type: number;
  readonly value: Uint8Array;
  readonly length: number;
}

function toForeign([type, value]: Attribute): ForeignAttribute {
  return { type, value, length: value.length };
}

function mechanism(type: number): { type: number; parameter: null; length: number } {
  return { type, parameter: null, length: 0 };
}
