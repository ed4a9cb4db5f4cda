/**
 * The bureau's registers of who may judge what: filed committees (R4) and employers entitled to appoint by themselves (R5). Pure.
 */
import { runsOn, type Period } from '../../accounts/organisation.ts';
import { LEVEL_NAMES, type Level } from '../../certificate/level.ts';
import type { Fault } from '../../shared/fault.ts';
import type { PlainDate } from '../../shared/time.ts';

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

export interface JudgedTitle {
  readonly seriesCode: string;
  readonly level: Level;
  /** The day on which the title was obtained (R23). */
  readonly on: PlainDate;
}

export type CommitteeAnswer =
  { readonly ok: true; readonly committee: Committee } | { readonly ok: false; readonly fault: Fault };

/**
 * The committee of that name that could grant this title on that day; one name may have been filed several times (R4).
 * Faults: COMMITTEE_UNKNOWN, COMMITTEE_SERIES, COMMITTEE_LEVEL, COMMITTEE_NOT_VALID
 */
export function judgeCommittee(
  committees: readonly Committee[],
  { name, seriesCode, level, on }: JudgedTitle & { readonly name: string },
): CommitteeAnswer {
  const named = committees.filter(committee => committee.name === name);
  if (named.length === 0)
    return refuse('COMMITTEE_UNKNOWN', '评审机构不在本单位组建并备案的评审委员会名录中，请核对全称。');
  const forSeries = named.filter(committee => committee.seriesCodes.includes(seriesCode));
  if (forSeries.length === 0)
    return refuse('COMMITTEE_SERIES', '该评审委员会备案的系列不含此职称系列，请核对评审机构和系列。');
  const forLevel = forSeries.filter(committee => committee.levels.includes(level));
  if (forLevel.length === 0)
    return refuse(
      'COMMITTEE_LEVEL',
      `该评审委员会备案的层级不含${LEVEL_NAMES[level]}，请核对评审机构和层级。`,
    );
  const [committee] = forLevel.filter(each => runsOn(each, on));
  if (committee) return { ok: true, committee };
  return refuse('COMMITTEE_NOT_VALID', `该评审委员会的备案在 ${on} 不在有效期内，请核对取得资格时间。`);
}

/** R5: true when one of these entitlements covers the title on that day. */
export function isEntitled(entitlements: readonly Entitlement[], title: JudgedTitle): boolean {
  return entitlements.some(
    entitlement =>
      entitlement.seriesCode === title.seriesCode &&
      entitlement.levels.includes(title.level) &&
      runsOn(entitlement, title.on),
  );
}

function refuse(code: string, detail: string): CommitteeAnswer {
  return { ok: false, fault: { code, detail } };
}
