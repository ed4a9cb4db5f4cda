/**
 * One row of a committee's roster judged by every rule: the claim it makes, the units, the committee, and the filing with its deadline
 * (R4, R9, R24). Pure: what the bureau knows comes in by the context.
 */
import { normaliseOrganisationCode } from '../../accounts/organisation-code.ts';
import type { Month, PlainDate } from '../../shared/time.ts';
import type { Calendar } from '../../shared/working-days.ts';
import { CalendarMissing, UPLOAD_WORKDAYS, workdayDeadline } from '../../shared/working-days.ts';
import { judgeCommittee, type Committee, type CommitteeSubtype } from '../register/register.ts';
import { plainDate, printedText } from './cells.ts';
import { judgeClaim, type Claim } from './claim.ts';
import { REQUIRED_HEADS } from './columns.ts';
import { Findings, type ClaimContext } from './findings.ts';
import type { CellFault, RosterCells, RosterRow } from './roster.ts';

export interface RowContext extends ClaimContext {
  /** The batch the roster is for. */
  readonly month: Month;
  readonly calendar?: Calendar;
  /** The committees that may stand on this roster: those of the organiser who sends it. Absent: the bureau itself enters it, unasked. */
  readonly committees?: readonly Committee[];
}

export type RowAnswer =
  | { readonly ok: true; readonly row: RosterRow; readonly warnings: readonly CellFault[] }
  | { readonly ok: false; readonly faults: readonly CellFault[] };

const MAX_UNIT = 100;
const SUBMITTING_CAPACITIES: readonly string[] = ['department', 'archive'];

/**
 * Judges the raw cells of one row by all rules at once, so that everything wrong with it is told in one answer.
 *
 * Warnings do not stop a row: an unregistered 呈报单位, a code registered under another name, a doubtful inner code, an
 * upload after the fifth working day (accepted, flagged and reported, R9).
 */
export function checkRow(cells: RosterCells, context: RowContext): RowAnswer {
  const found = new Findings(cells, REQUIRED_HEADS);
  const claim = judgeClaim(found, context);
  const units = checkUnits(found, context);
  const filing = checkFiling(found, context, claim?.obtainedOn);
  const subtype = claim && checkCommittee(found, context, claim);
  if (!claim || !units || !filing || found.faults.length > 0) return { ok: false, faults: found.faults };

  const { employerCode = '', reviewBody = '' } = claim; // both are required heads, so neither is absent here
  const row = { ...claim, ...units, employerCode, reviewBody, subtype, ...filing };
  return { ok: true, row, warnings: found.warnings };
}

/** R4: the committee must be the organiser's own, filed for that series and level, and valid on the day it passed the title. */
function checkCommittee(
  found: Findings,
  { committees }: RowContext,
  claim: Claim,
): CommitteeSubtype | undefined {
  if (committees === undefined || claim.reviewBody === undefined) return undefined;
  const { reviewBody: name, seriesCode, level, obtainedOn } = claim;
  const answer = judgeCommittee(committees, { name, seriesCode, level, on: obtainedOn });
  return answer.ok ? answer.committee.subtype : found.fault('评审机构', answer.fault);
}

type Units = Pick<RosterRow, 'employer' | 'submittingUnit'>;

function checkUnits(found: Findings, context: RowContext): Units | undefined {
  const employer = found.take('工作单位', raw =>
    printedText(raw, { column: '工作单位', maxCodePoints: MAX_UNIT }),
  );
  if (employer !== undefined) checkEmployerName(found, context, employer);
  const submittingUnit = found.text('呈报单位', MAX_UNIT, context);
  if (submittingUnit !== undefined) checkSubmittingUnit(found, context, { submittingUnit, employer });
  if (employer === undefined || submittingUnit === undefined) return undefined;
  return { employer, submittingUnit };
}

/** The employer's name beside its code: another name on the register is worth a second look. */
function checkEmployerName(found: Findings, { register }: RowContext, employer: string): void {
  const registered = register?.byCode(normaliseOrganisationCode(found.raw('工作单位代码')));
  if (!registered || registered.name === employer) return;
  const detail = `该代码登记的单位是“${registered.name}”，与所填工作单位不同，请确认是否更名或填错。`;
  found.warn('工作单位', { code: 'EMPLOYER_NAME_DIFFERS', detail });
}

/** R24: the submitting unit is the department over the employer or the archive body, never the employer as such. */
function checkSubmittingUnit(
  found: Findings,
  { register }: RowContext,
  { submittingUnit, employer }: { readonly submittingUnit: string; readonly employer: string | undefined },
): void {
  const unit = register?.byName(submittingUnit);
  if (unit?.capacities.some(capacity => SUBMITTING_CAPACITIES.includes(capacity))) return;
  if (submittingUnit === employer) {
    const detail = '呈报单位不能是工作单位自身，请填业务主管部门或档案存放地人力资源服务机构。';
    found.fault('呈报单位', { code: 'SUBMITTING_UNIT_IS_EMPLOYER', detail });
  } else if (unit) {
    const detail = '该单位未登记为业务主管部门或档案存放地人力资源服务机构，请改填或先向市局登记。';
    found.fault('呈报单位', { code: 'SUBMITTING_UNIT_WITHOUT_CAPACITY', detail });
  } else if (register) {
    const detail = '呈报单位不在登记名录中，请确认名称为规范全称。';
    found.warn('呈报单位', { code: 'SUBMITTING_UNIT_UNREGISTERED', detail });
  }
}

type Filing = Pick<RosterRow, 'filedOn' | 'uploadDeadline' | 'uploadLate'>;

/** R9: obtained ≤ filed ≤ today, filed no later than the batch month. */
function checkFiling(
  found: Findings,
  context: RowContext,
  obtainedOn: PlainDate | undefined,
): Filing | undefined {
  const filedOn = found.take('核准备案日期', raw => plainDate(raw, '核准备案日期'));
  if (filedOn === undefined) return undefined;
  const { today, month } = context;
  const note = (code: string, detail: string): undefined => found.fault('核准备案日期', { code, detail });
  if (filedOn > today) note('FILED_IN_FUTURE', '核准备案日期晚于今天，请核对。');
  else if (filedOn.slice(0, 7) > month)
    note('FILED_AFTER_BATCH', `核准备案日期晚于本批次月份 ${month}，请改报以后的批次。`);
  if (obtainedOn !== undefined && obtainedOn > filedOn) {
    const detail = '取得资格时间晚于核准备案日期，请核对二者。';
    return found.fault('取得资格时间', { code: 'DATES_OUT_OF_ORDER', detail });
  }
  const uploadDeadline = deadlineAfter(found, filedOn, context);
  if (uploadDeadline === undefined) return undefined;
  const uploadLate = today > uploadDeadline;
  if (uploadLate) {
    const detail = `应于 ${uploadDeadline} 前上传（核准备案后五个工作日），现已逾期，照常受理并记录。`;
    found.warn('核准备案日期', { code: 'UPLOAD_LATE', detail });
  }
  return { filedOn, uploadDeadline, uploadLate };
}

function deadlineAfter(found: Findings, filedOn: PlainDate, { calendar }: RowContext): PlainDate | undefined {
  try {
    return workdayDeadline(filedOn, UPLOAD_WORKDAYS, calendar);
  } catch (error) {
    if (error instanceof CalendarMissing) return found.fault('核准备案日期', error);
    throw error;
  }
}
