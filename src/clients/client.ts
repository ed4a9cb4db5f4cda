/**
 * An API client (R35): one system of a registration body, known by its public key. Whose statutory duty it serves is the organisation's
 * capacity `registration-body`. Pure. No secret of a client is ever kept here: what it signs, only it can sign.
 */
import type { ClientPublicKey } from '../shared/shapes/shapes.ts';
import type { Act } from '../shared/act.ts';
import type { Instant } from '../shared/time.ts';

export interface ApiClient {
  /** Also the `keyid` of its signatures. */
  readonly id: string;
  readonly organisationId: string;
  /** What the organisation calls that system. */
  readonly name: string;
  readonly key: ClientPublicKey;
  /** When the present key took the place of the one before. */
  readonly keySince: Instant;
  /** Items it may have verified in one minute, and in one day. */
  readonly perMinute: number;
  readonly perDay: number;
  readonly createdAt: Instant;
  /** Account or operator who entered it. */
  readonly createdBy: string;
  /** From then on every request of it is refused. */
  readonly endedAt: Instant | undefined;
}

/** An act of a client; `actor` is `client:<id>`. */
export interface ClientAct extends Act {
  readonly client: ApiClient;
}

export const DEFAULT_PER_MINUTE = 600;
export const DEFAULT_PER_DAY = 20_000;

/** How the audit names a client. */
export function actorOfClient({ id }: Pick<ApiClient, 'id'>): string {
  return `client:${id}`;
}
