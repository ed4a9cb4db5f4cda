/** What a signer needs of the thing that keeps its keys; pkcs11.ts is one. */
import type { PublicJwk } from '../keys/manifest.ts';

export interface Hsm {
  /** A new P-256 pair of that label, whose private half cannot be read. @throws HsmRefusal `taken` */
  readonly create: (label: string) => PublicJwk | Promise<PublicJwk>;
  /** ECDSA over that SHA-256: r‖s, 64 bytes. @throws HsmRefusal `unknown` */
  readonly sign: (label: string, digest: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** No call can use that pair any more. @throws HsmRefusal `unknown` */
  readonly destroy: (label: string) => void | Promise<void>;
  /** Throws when no key could be used now. */
  readonly demandReady: () => void | Promise<void>;
}

/** The question itself was wrong; any other error means that the store of keys failed. */
export class HsmRefusal extends Error {
  readonly reason: 'taken' | 'unknown';

  constructor(reason: 'taken' | 'unknown') {
    super(reason);
    this.reason = reason;
  }
}
