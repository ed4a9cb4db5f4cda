/** A month's batch and its items: what is to be signed, what is promised, what is done (R16). Pure. */
import type { Instant, Month } from '../shared/time.ts';

export interface Batch {
  readonly id: string;
  readonly month: Month;
  readonly state: 'open' | 'released';
  /** Rises with every lease; a writer with an older one is refused. */
  readonly fence: number;
  /** When nothing of it was left to do, the last time. */
  readonly releasedAt: Instant | undefined;
}

/** planned: frozen into the batch; reserved: number, place and payload promised; issued: signed and kept; stopped: refused with a reason. */
export type ItemState = 'planned' | 'reserved' | 'issued' | 'stopped';

/** The promise made before a signature: exactly this will be signed, by this key, and nothing else under this number. */
export interface Intent {
  readonly number: string;
  readonly version: number;
  readonly list: number;
  readonly index: number;
  readonly keyId: string;
  readonly issuedAt: Instant;
  readonly legalBasis: string;
  readonly payloadHash: string;
}

export interface BatchItem {
  readonly id: string;
  readonly applicationId: string;
  readonly state: ItemState;
  readonly intent: Intent | undefined;
}
