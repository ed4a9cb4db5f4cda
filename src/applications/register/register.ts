/**
 * The bureau's registers of who may judge what: filed committees (R4) and employers entitled to appoint by themselves (R5). Pure.
 */
import type { Period } from '../../accounts/organisation.ts';
import type { Level } from '../../certificate/level.ts';

export const COMMITTEE_SUBTYPES = ['社会化评审', '自主评审'] as const;
/** The two kinds of committee that the report tells apart (R8); both are route 1. */
export type CommitteeSubtype = (typeof COMMITTEE_SUBTYPES)[number];

/** A committee that the bureau approved and filed (R4). */
export interface Committee extends Period {
  readonly id: string;
  readonly filingNumber: string;
  readonly name: string;
  readonly organiserId: string;
  readonly subtype: CommitteeSubtype;
  readonly seriesCodes: readonly string[];
  readonly levels: readonly Level[];
}

/** An employer may appoint to these levels of this series by itself (R5). */
export interface Entitlement extends Period {
  readonly id: string;
  readonly organisationId: string;
  readonly seriesCode: string;
  readonly levels: readonly Level[];
  readonly document: string;
}

/** R5: the levels of an entitlement that names none; A and B must be named. */
export const APPOINTABLE_BY_DEFAULT: readonly Level[] = ['C', 'D', 'E'];
