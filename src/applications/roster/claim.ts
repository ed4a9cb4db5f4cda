/**
 * What every claim to a title says, by whichever route it came, judged by the same rules: the person, the title by table, the day it
 * was obtained, and whether it can be printed (R21–R23, R26, GB 11643, GB 32100). Pure. Units and dates of filing are in row.ts.
 */
import { checkOrganisationCode } from '../../accounts/organisation-code.ts';
import type { Gender, IdType, PersonId } from '../../accounts/person-id.ts';
import { checkPersonId, ID_TYPES, isIdType } from '../../accounts/person-id.ts';
import { checkPhone } from '../../accounts/phone.ts';
import type { Level } from '../../certificate/level.ts';
import { normaliseName } from '../../certificate/name.ts';
import type { PrintedName } from '../../certificate/rarity.ts';
import { DEFAULT_RARITY_POLICY, printedNameOf } from '../../certificate/rarity.ts';
import type { Title } from '../../certificate/titles.ts';
import { findLevel, findSeries, lookUpTitle } from '../../certificate/titles.ts';
import type { PlainDate } from '../../shared/time.ts';
import type { Route } from '../application.ts';
import { manualReadings, plainDate } from './cells.ts';
import { PINYIN_HEAD, type RosterHead } from './columns.ts';
import { Findings, first, type ClaimContext } from './findings.ts';
import type { CellFault, RosterCells } from './roster.ts';

/** A claim, every rule on it passed. */
export interface Claim extends PrintedName {
  readonly name: string;
  readonly gender: Gender;
  readonly idType: IdType;
  readonly idNumber: string;
  readonly phone: string;
  readonly seriesCode: string;
  readonly series: string;
  readonly specialty: string;
  readonly level: Level;
  readonly qualification: string;
  readonly obtainedOn: PlainDate;
  /** Its form checked; absent where the route does not require one and none is given. */
  readonly employerCode: string | undefined;
  /** As written; routes 2 and 3 derive it instead (R22). */
  readonly reviewBody: string | undefined;
}

export type ClaimAnswer =
  | { readonly ok: true; readonly claim: Claim; readonly warnings: readonly CellFault[] }
  | { readonly ok: false; readonly faults: readonly CellFault[] };

/** R1: e-certificates cover titles obtained from this day on. */
export const FIRST_OBTAINED_ON: PlainDate = '2020-01-01';
const MAX_REVIEW_BODY = 100;
const MAX_SPECIALTY = 60;

const OF_EVERYONE: readonly RosterHead[] = [
  '姓名',
  '性别',
  '证件类型',
  '证件号码',
  '手机号码',
  '系列',
  '专业',
  '层级',
  '资格名称',
  '取得资格时间',
];
/** What a claim cannot leave blank, apart from a roster's own heads: the employer reviews routes 2 and 4; the review body follows from routes 2 and 3 themselves (R22). */
export const REQUIRED_OF_ROUTE: Readonly<Record<Route, readonly RosterHead[]>> = {
  1: [...OF_EVERYONE, '工作单位代码', '评审机构'],
  2: [...OF_EVERYONE, '工作单位代码'],
  3: OF_EVERYONE,
  4: [...OF_EVERYONE, '工作单位代码', '评审机构'],
};

/** Judges the claim in these cells by all rules at once, so that everything wrong with it is told in one answer. */
export function checkClaim(
  cells: RosterCells,
  context: ClaimContext & { readonly route: Route },
): ClaimAnswer {
  const found = new Findings(cells, REQUIRED_OF_ROUTE[context.route]);
  const claim = judgeClaim(found, context);
  if (!claim || found.faults.length > 0) return { ok: false, faults: found.faults };
  return { ok: true, claim, warnings: found.warnings };
}

/** The claim, or undefined with the reasons among the findings. */
export function judgeClaim(found: Findings, context: ClaimContext): Claim | undefined {
  const obtainedOn = checkObtained(found, context);
  const holder = checkHolder(found, context);
  const employerCode = checkEmployerCode(found);
  const title = checkTitle(found, obtainedOn ?? context.today);
  const specialty = found.text('专业', MAX_SPECIALTY, context);
  const reviewBody = found.text('评审机构', MAX_REVIEW_BODY, context);
  if (!holder || !title || obtainedOn === undefined || specialty === undefined) return undefined;
  const { seriesCode, series, level, title: qualification } = title;
  return {
    ...holder,
    employerCode,
    seriesCode,
    series,
    specialty,
    level,
    qualification,
    reviewBody,
    obtainedOn,
  };
}

type Holder = Pick<
  Claim,
  'name' | 'gender' | 'idType' | 'idNumber' | 'phone' | 'printedName' | 'rareCharacters'
>;

function checkHolder(found: Findings, context: ClaimContext): Holder | undefined {
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

function checkName(found: Findings, context: ClaimContext): (PrintedName & { name: string }) | undefined {
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

/** The code in its one spelling; a name registered otherwise under it is told where the name is judged. */
function checkEmployerCode(found: Findings): string | undefined {
  const raw = found.raw('工作单位代码');
  if (raw === '') return undefined;
  const answer = checkOrganisationCode(raw);
  if (!answer.ok) return found.fault('工作单位代码', first(answer.faults));
  for (const warning of answer.warnings) found.warn('工作单位代码', warning);
  return answer.code;
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

/** R23: a real day, not after today; R1: not before e-certificates began. */
function checkObtained(found: Findings, { today, overrideBefore2020 }: ClaimContext): PlainDate | undefined {
  const obtainedOn = found.take('取得资格时间', raw => plainDate(raw, '取得资格时间'));
  if (obtainedOn === undefined) return undefined;
  if (obtainedOn > today) {
    const detail = '取得资格时间晚于今天，请核对。';
    return found.fault('取得资格时间', { code: 'OBTAINED_IN_FUTURE', detail });
  }
  if (obtainedOn >= FIRST_OBTAINED_ON || overrideBefore2020 !== undefined) return obtainedOn;
  const detail = '2020 年 1 月 1 日前取得的资格不在电子证书范围内，确需核发请报市局特批。';
  return found.fault('取得资格时间', { code: 'OBTAINED_TOO_EARLY', detail });
}
