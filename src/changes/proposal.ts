/**
 * A proposal to change a certificate's state or what it says: one person of the bureau proposes with reason and document, another confirms
 * or refuses; nobody does it alone (domain §5.2, §5.3). A proposal is never altered; a certificate has at most one that is open. Pure.
 */
import type { Correction } from '../issuance/correct.ts';
import type { StateChange } from '../revocation/change-state.ts';
import type { Instant } from '../shared/time.ts';

export type Wanted =
  | { readonly kind: 'SUSPEND' | 'RESUME' | 'REVOKE' | 'CANCEL'; readonly order: StateChange }
  | { readonly kind: 'CORRECT'; readonly order: Correction };

export interface Proposal {
  readonly id: string;
  readonly number: string;
  readonly wanted: Wanted;
  readonly state: 'open' | 'confirmed' | 'refused';
  readonly proposedBy: string;
  readonly proposedAt: Instant;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Instant | undefined;
  readonly note: string | undefined;
}
