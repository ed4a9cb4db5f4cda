/** A signer over keys in this process's memory, which can be told to go wrong in the ways in which an HSM does (R15). */
import { p256 } from '@noble/curves/p256';
import type { ExecutionContext } from 'ava';
import { toBase64url } from '../../src/shared/bytes.ts';
import { HsmRefusal, type Hsm } from '../../src/signer/hsm.ts';
import { serveSigner } from '../../src/signer/serve-signer.ts';

/** `silent` never answers; `other-key` signs well, with a key that is not the one asked for. */
export type Fault = 'error' | 'silent' | 'flipped' | 'other-key';
export const FAULTS: readonly Fault[] = ['error', 'silent', 'flipped', 'other-key'];

export const SERVICE_TOKEN = 'service-token-for-tests-0123456789abcdef';
export const CUSTODIAN_TOKEN = 'custodian-token-for-tests-0123456789abcd';

export interface FaultySigner {
  readonly url: string;
  /** How many signatures by a key of that name, such as `key-4`, were given. */
  readonly countOf: (name: string) => number;
  readonly lines: readonly Readonly<Record<string, string | number>>[];
  /** From now on, or after so many more good signatures, every signature has that fault. */
  readonly breakWith: (fault: Fault, afterSignatures?: number) => void;
  readonly repair: () => void;
  /** Settings by which a service, and its custodians, know this signer. */
  readonly env: Readonly<Record<string, string>>;
}

/** Gone when the test has ended. */
export async function aFaultySigner(t: ExecutionContext): Promise<FaultySigner> {
  const lines: Readonly<Record<string, string | number>>[] = [];
  let broken: { readonly fault: Fault; left: number } | undefined;
  const faultNow = (): Fault | undefined => {
    if (broken && broken.left > 0) broken.left -= 1;
    else return broken?.fault;
    return undefined;
  };
  const hsm = memoryHsm(faultNow);
  const tokens = { service: SERVICE_TOKEN, custodian: CUSTODIAN_TOKEN };
  const served = await serveSigner({ hsm, tokens, port: 0, log: line => lines.push(line) });
  t.teardown(async () => served.stop());
  return {
    url: served.url,
    lines,
    countOf: name =>
      lines.filter(line => line.event === 'signed' && String(line.key).startsWith(`${name}-`)).length,
    breakWith: (fault, afterSignatures = 0) => (broken = { fault, left: afterSignatures }),
    repair: () => (broken = undefined),
    env: {
      ZHICHENG_SIGNER_URL: served.url,
      ZHICHENG_SIGNER_TOKEN: SERVICE_TOKEN,
      ZHICHENG_SIGNER_CUSTODIAN_TOKEN: CUSTODIAN_TOKEN,
      ZHICHENG_SIGNER_TIMEOUT_SECONDS: '30',
    },
  };
}

/** Keys as an HSM has them, for as long as the process runs. */
export function memoryHsm(faultNow: () => Fault | undefined = () => undefined): Hsm {
  const keys = new Map<string, Uint8Array>();
  const stranger = p256.utils.randomPrivateKey();
  return {
    create: label => {
      if (keys.has(label)) throw new HsmRefusal('taken');
      const key = p256.utils.randomPrivateKey();
      keys.set(label, key);
      const point = p256.getPublicKey(key, false);
      return {
        kty: 'EC',
        crv: 'P-256',
        x: toBase64url(point.subarray(1, 33)),
        y: toBase64url(point.subarray(33)),
      };
    },
    sign: async (label, digest) => {
      const key = keys.get(label);
      if (!key) throw new HsmRefusal('unknown');
      const fault = faultNow();
      if (fault === 'error') throw new Error('C_Sign 0x30');
      if (fault === 'silent') await new Promise(() => undefined);
      const signature = ecdsa(fault === 'other-key' ? stranger : key, digest);
      if (fault === 'flipped') signature[40] = (signature[40] ?? 0) ^ 1;
      return signature;
    },
    destroy: label => {
      if (!keys.delete(label)) throw new HsmRefusal('unknown');
    },
    demandReady: () => undefined,
  };
}

/** Over a digest as it is, as CKM_ECDSA does; Node's own would hash it once more. */
function ecdsa(key: Uint8Array, digest: Uint8Array): Uint8Array {
  return p256.sign(digest, key, { prehash: false, lowS: false }).toBytes('compact');
}
