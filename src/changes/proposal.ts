/**
 * A proposal to change a certificate's state or what it says: one person of the bureau proposes with reason and document, another confirms
 * or refuses; nobody does it alone (domain §5.2, §5.3). A proposal is never altered, only withdrawn by who made it; a certificate has at
 * most one that is open. Pure.
 */
import type { FieldCipher } from '../db/field-cipher.ts';
import type { Correction } from '../issuance/correct.ts';
import type { StateChange } from '../revocation/change-state.ts';
import type { CertificateState } from '../revocation/state.ts';
import type { Instant } from '../shared/time.ts';

export type Wanted =
  | { readonly kind: 'SUSPEND' | 'EXTEND' | 'RESUME' | 'REVOKE' | 'CANCEL'; readonly order: StateChange }
  | { readonly kind: 'CORRECT'; readonly order: Correction };

export const PROPOSAL_STATES = ['open', 'confirmed', 'refused', 'withdrawn'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

export interface Proposal {
  readonly id: string;
  readonly number: string;
  readonly wanted: Wanted;
  /** What is proposed of a certificate that stood like that; whoever confirms names it. Absent of proposals made before there were any. */
  readonly digest: string | undefined;
  readonly state: ProposalState;
  readonly proposedBy: string;
  readonly proposedAt: Instant;
  /** Who confirmed, refused or withdrew it. */
  readonly decidedBy: string | undefined;
  readonly decidedAt: Instant | undefined;
  readonly note: string | undefined;
}

/** How the certificate stood that a proposal was made against. */
export interface Against {
  readonly version: number;
  readonly state: CertificateState;
  /** The newest change of that version on record; 0 without any. */
  readonly seq: number;
}

/** Equal only for the same change of a certificate that stands the same; keyed, so that it tells nothing of the person. */
export function proposalDigest(
  cipher: FieldCipher,
  { kind, order }: Wanted,
  { version, state, seq }: Against,
): string {
  const said = Object.entries(order as unknown as Record<string, unknown>) // entries of an interface; values are JSON
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return cipher.indexOf(JSON.stringify([kind, said, version, state, seq]), 'change_proposals.digest');
}
