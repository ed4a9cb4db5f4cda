/**
 * One row of a roster judged by every rule: the person, the organisations, the title by table, the dates in order, and
 * whether it can all be printed (R9, R21–R26, GB 11643, GB 32100). Pure: what the bureau knows comes in by the context.
 */
import { checkOrganisationCode } from '../../accounts/organisation-code.ts';
import type { Gender, IdType, PersonId } from '../../accounts/person-id.ts';
import { checkPersonId, ID_TYPES, isIdType } from '../../accounts/person-id.ts';
import { checkPhone } from '../../accounts/phone.ts';
import { normaliseName } from '../../certificate/name.ts';
import type { PrintedName, RarityPolicy } from '../../certificate/rarity.ts';
import { DEFAULT_RARITY_POLICY, printedNameOf } from '../../certificate/rarity.ts';
import type { Title } from '../../certificate/titles.ts';
import { findLevel, findSeries, lookUpTitle } from '../../certificate/titles.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Month, PlainDate } from '../../shared/time.ts';
import type { CalendarOverrides } from '../../shared/working-days.ts';
import { CalendarMissing, workdayDeadline } from '../../shared/working-days.ts';
import type { Cell } from './cells.ts';
import { manualReadings, plainDate, printedText } from './cells.ts';
import type { RequiredHead, RosterHead } from './columns.ts';
import { PINYIN_HEAD, REQUIRED_HEADS } from './columns.ts';
import type { CellFault, RosterCells, RosterRow } from './roster.ts';

/** An organisation the bureau has on its register. */
export interface RegisteredUnit {
  readonly name: string;
  readonly code: string;
  /** `department` for 业务主管部门, `archive` for 档案存放地人力资源服务机构; others are of no matter here. */
  readonly capacities: readonly string[];
}

/** Names and codes as the bureau registered them. */
export interface UnitRegister {
  readonly byName: (name: string) => RegisteredUnit | undefined;
  readonly byCode: (code: string) => RegisteredUnit | undefined;
}

export interface RowContext {
  /** The day of upload; nothing may lie after it. */
  readonly today: PlainDate;
  /** The batch the roster is for. */
  readonly month: Month;
  readonly policy?: RarityPolicy;
  /** True when the certificate's fonts can draw the text. */
  readonly displayable?: (text: string) => boolean;
  readonly register?: UnitRegister;
  readonly calendar?: CalendarOverrides;
  /** R1: the recorded reason for accepting titles obtained before e-certificates began. */
  readonly overrideBefore2020?: string;
}

export type RowAnswer =
  | { readonly ok: true; readonly row: RosterRow; readonly warnings: readonly CellFault[] }
  | { readonly ok: false; readonly faults: readonly CellFault[] };

/** R9: working days from the filing to the upload. */
export const UPLOAD_WORKDAYS = 5;
/** R1: e-certificates cover titles obtained from this day on. */
export const FIRST_OBTAINED_ON: PlainDate = '2020-01-01';
const MAX_UNIT = 100;
const MAX_REVIEW_BODY = 100;
const MAX_SPECIALTY = 60;
const SUBMITTING_CAPACITIES: readonly string[] = ['department', 'archive'];

/**
 * Judges the raw cells of one row by all rules at once, so that everything wrong with it is told in one answer.
 *
 * Warnings do not stop a row: an unregistered 呈报单位, a code registered under another name, a doubtful inner code, an
 * upload after the fifth working day (accepted, flagged and reported, R9).
 */
export function checkRow(cells: RosterCells, context: RowContext): RowAnswer {
  const found = new Findings(cells);
  const dates = checkDates(found, context);
  const holder = checkHolder(found, context);
  const units = checkUnits(found, context);
  const title = checkTitle(found, dates?.obtainedOn ?? context.today);
  const specialty = found.text('专业', MAX_SPECIALTY, context);
  const reviewBody = found.text('评审机构', MAX_REVIEW_BODY, context);
  const isWhole = holder && units && title && dates && specialty !== undefined && reviewBody !== undefined;
  if (!isWhole || found.faults.length > 0) return { ok: false, faults: found.faults };

  const { seriesCode, series, level, title: qualification } = title;
  const row = {
    ...holder,
    ...units,
    seriesCode,
    series,
    specialty,
    level,
    qualification,
    reviewBody,
    ...dates,
  };
  return { ok: true, row, warnings: found.warnings };
}

/** Collects what is found while one row is judged; lives no longer than that. */
class Findings {
  readonly faults: CellFault[] = [];
  readonly warnings: CellFault[] = [];
  private readonly cells: RosterCells;

  constructor(cells: RosterCells) {
    this.cells = cells;
    for (const column of REQUIRED_HEADS) {
      if (this.raw(column) === '')
        this.fault(column, { code: 'CELL_EMPTY', detail: `${column}未填写，请补填。` });
    }
  }

  raw(column: RosterHead): string {
    return (this.cells[column] ?? '').trim();
  }

  fault(column: RosterHead, { code, detail }: Fault): undefined {
    const isTold = this.faults.some(fault => fault.column === column && fault.code === code);
    if (!isTold) this.faults.push({ column, code, detail });
    return undefined;
  }

  isFaulty(column: RosterHead): boolean {
    return this.faults.some(fault => fault.column === column);
  }

  warn(column: RosterHead, { code, detail }: Fault): void {
    this.warnings.push({ column, code, detail });
  }

  /** The value of a cell by one rule, or undefined with the fault noted; blank cells are already noted. */
  take<Value>(column: RosterHead, rule: (raw: string) => Cell<Value>): Value | undefined {
    const raw = this.raw(column);
    if (raw === '') return undefined;
    const cell = rule(raw);
    return cell.ok ? cell.value : this.fault(column, cell.fault);
  }

  /** A text that will be printed: R26 returns the upload when a character outside a name cannot be drawn. */
  text(column: RequiredHead, maxCodePoints: number, { displayable }: RowContext): string | undefined {
    const value = this.take(column, raw => printedText(raw, { column, maxCodePoints }));
    const missing = [...(value ?? '')].filter(character => displayable?.(character) === false);
    if (missing.length === 0) return value;
    const detail = `${column}中的“${missing.join('')}”证书字库无法印出，请改用规范字或联系市局补充字形。`;
    return this.fault(column, { code: 'NOT_DISPLAYABLE', detail });
  }
}

type Holder = Pick<RosterRow, 'name' | 'gender' | 'idType' | 'idNumber' | 'phone'> & PrintedName;

function checkHolder(found: Findings, context: RowContext): Holder | undefined {
  const printed = checkName(found, context);
  const id = checkId(found, context.today);
  const gender = checkGender(found, id);
  const phone = found.take('手机号码', raw => {
    const answer = checkPhone(raw);
    return answer.ok ? { ok: true, value: answer.phone } : { ok: false, fault: first(answer.faults) };
  });
  if (!printed || !id || !gender || phone === undefined) return undefined;
  return { ...printed, gender, idType: id.type, idNumber: id.number, phone };
}

function checkName(found: Findings, context: RowContext): (PrintedName & { name: string }) | undefined {
  const name = found.take('姓名', raw => {
    const answer = normaliseName(raw);
    return answer.ok ? { ok: true, value: answer.name } : answer;
  });
  if (name === undefined) return undefined;
  const manual = found.take(PINYIN_HEAD, raw => manualReadings(raw, name)) ?? new Map<string, string>();
  if (found.isFaulty(PINYIN_HEAD)) return undefined;
  const policy = context.policy ?? DEFAULT_RARITY_POLICY;
  const { displayable } = context;
  const answer = printedNameOf(name, { policy, manual, ...(displayable ? { displayable } : {}) });
  if (!answer.ok) return found.fault('姓名', first(answer.faults));
  return { name, printedName: answer.printedName, rareCharacters: answer.rareCharacters };
}

function checkId(found: Findings, today: PlainDate): PersonId | undefined {
  const type = found.take<IdType>('证件类型', raw => {
    if (isIdType(raw)) return { ok: true, value: raw };
    const detail = `证件类型请填 ${ID_TYPES.join('、')} 之一。`;
    return { ok: false, fault: { code: 'ID_TYPE_UNKNOWN', detail } };
  });
  const number = found.raw('证件号码');
  if (type === undefined || number === '') return undefined;
  const answer = checkPersonId({ type, number, on: today });
  if (answer.ok) return answer.id;
  for (const fault of answer.faults) found.fault('证件号码', fault);
  return undefined;
}

/** The declared sex must agree with the number; a disagreement is returned, never corrected for the uploader. */
function checkGender(found: Findings, id: PersonId | undefined): Gender | undefined {
  return found.take<Gender>('性别', raw => {
    if (raw !== '男' && raw !== '女') {
      return { ok: false, fault: { code: 'GENDER_UNKNOWN', detail: '性别请填 男 或 女。' } };
    }
    if (id?.gender === undefined || id.gender === raw) return { ok: true, value: raw };
    const detail = `性别与证件号码不一致，号码第 17 位表示${id.gender}，请核对二者。`;
    return { ok: false, fault: { code: 'GENDER_MISMATCH', detail } };
  });
}

type Units = Pick<RosterRow, 'employer' | 'employerCode' | 'submittingUnit'>;

function checkUnits(found: Findings, context: RowContext): Units | undefined {
  const employer = found.take('工作单位', raw =>
    printedText(raw, { column: '工作单位', maxCodePoints: MAX_UNIT }),
  );
  const employerCode = checkEmployerCode(found, context, employer);
  const submittingUnit = found.text('呈报单位', MAX_UNIT, context);
  if (submittingUnit !== undefined) checkSubmittingUnit(found, context, { submittingUnit, employer });
  if (employer === undefined || employerCode === undefined || submittingUnit === undefined) return undefined;
  return { employer, employerCode, submittingUnit };
}

function checkEmployerCode(found: Findings, context: RowContext, employer?: string): string | undefined {
  const raw = found.raw('工作单位代码');
  if (raw === '') return undefined;
  const answer = checkOrganisationCode(raw);
  if (!answer.ok) return found.fault('工作单位代码', first(answer.faults));
  for (const warning of answer.warnings) found.warn('工作单位代码', warning);
  const registered = context.register?.byCode(answer.code);
  if (registered && employer !== undefined && registered.name !== employer) {
    const detail = `该代码登记的单位是“${registered.name}”，与所填工作单位不同，请确认是否更名或填错。`;
    found.warn('工作单位', { code: 'EMPLOYER_NAME_DIFFERS', detail });
  }
  return answer.code;
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

const TITLE_FAULT_COLUMNS: Readonly<Record<string, RosterHead>> = {
  SERIES_UNKNOWN: '系列',
  SERIES_LEGACY: '系列',
  SERIES_WITHOUT_LEVEL: '层级',
  TITLE_LEVEL_WRONG: '层级',
};

/** Series × level × title by the table in force on the day the title was obtained. */
function checkTitle(found: Findings, on: PlainDate): Title | undefined {
  const series = found.raw('系列');
  const title = found.raw('资格名称');
  const level = found.take('层级', raw => {
    const value = findLevel(raw, findSeries(series, on)?.code);
    if (value !== undefined) return { ok: true, value };
    const detail = '层级请填 正高级、副高级、中级、助理级、员级 之一；“初级”须写明助理级或员级。';
    return { ok: false, fault: { code: 'LEVEL_UNKNOWN', detail } };
  });
  if (series === '' || title === '') return undefined;
  const answer = lookUpTitle({ series, title, on, ...(level === undefined ? {} : { level }) });
  if (!answer.ok) return found.fault(TITLE_FAULT_COLUMNS[answer.fault.code] ?? '资格名称', answer.fault);
  return level === undefined ? undefined : answer.title;
}

type Dates = Pick<RosterRow, 'obtainedOn' | 'filedOn' | 'uploadDeadline' | 'uploadLate'>;

/** R9, R23: obtained ≤ filed ≤ today, filed no later than the batch month. */
function checkDates(found: Findings, context: RowContext): Dates | undefined {
  const obtainedOn = found.take('取得资格时间', raw => plainDate(raw, '取得资格时间'));
  const filedOn = found.take('核准备案日期', raw => plainDate(raw, '核准备案日期'));
  const { today, month } = context;
  const noteObtained = (code: string, detail: string): undefined =>
    found.fault('取得资格时间', { code, detail });
  const noteFiled = (code: string, detail: string): undefined =>
    found.fault('核准备案日期', { code, detail });

  if (obtainedOn !== undefined && obtainedOn > today) {
    noteObtained('OBTAINED_IN_FUTURE', '取得资格时间晚于今天，请核对。');
  }
  if (
    obtainedOn !== undefined &&
    obtainedOn < FIRST_OBTAINED_ON &&
    context.overrideBefore2020 === undefined
  ) {
    noteObtained(
      'OBTAINED_TOO_EARLY',
      '2020 年 1 月 1 日前取得的资格不在电子证书范围内，确需核发请报市局特批。',
    );
  }
  if (filedOn !== undefined && filedOn > today)
    noteFiled('FILED_IN_FUTURE', '核准备案日期晚于今天，请核对。');
  else if (filedOn !== undefined && filedOn.slice(0, 7) > month) {
    noteFiled('FILED_AFTER_BATCH', `核准备案日期晚于本批次月份 ${month}，请改报以后的批次。`);
  }
  if (obtainedOn === undefined || filedOn === undefined || found.isFaulty('取得资格时间')) return undefined;
  if (obtainedOn > filedOn)
    return noteObtained('DATES_OUT_OF_ORDER', '取得资格时间晚于核准备案日期，请核对二者。');
  const uploadDeadline = deadlineAfter(found, filedOn, context);
  if (uploadDeadline === undefined) return undefined;
  const uploadLate = today > uploadDeadline;
  if (uploadLate) {
    const detail = `应于 ${uploadDeadline} 前上传（核准备案后五个工作日），现已逾期，照常受理并记录。`;
    found.warn('核准备案日期', { code: 'UPLOAD_LATE', detail });
  }
  return { obtainedOn, filedOn, uploadDeadline, uploadLate };
}

function deadlineAfter(found: Findings, filedOn: PlainDate, { calendar }: RowContext): PlainDate | undefined {
  try {
    return workdayDeadline(filedOn, UPLOAD_WORKDAYS, calendar);
  } catch (error) {
    if (error instanceof CalendarMissing) return found.fault('核准备案日期', error);
    throw error;
  }
}

/** A refusal always lists at least one fault. */
function first(faults: readonly Fault[]): Fault {
  const [fault] = faults;
  if (fault === undefined) throw new TypeError('first: expected at least one fault, got none');
  return fault;
}
