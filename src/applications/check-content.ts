/**
 * What an applicant wrote, judged by the rules of its route (R5, R7, R14, R21–R26): everything at fault is told at once, by JSON
 * Pointer. Pure: what the registers say comes in by the context. What follows from the route is derived, never typed: review body
 * (R22) and submitting unit (R14, R24).
 */
import type { Organisation } from '../accounts/organisation.ts';
import { DomainError, type PlacedFault } from '../shared/errors.ts';
import type { PlainDate } from '../shared/time.ts';
import type { Application, ApplicationContent, Route } from './application.ts';
import { isEntitled, judgeCommittee, type Committee, type Entitlement } from './register/register.ts';
import { printedText } from './roster/cells.ts';
import { checkClaim, type Claim } from './roster/claim.ts';
import type { RosterHead } from './roster/columns.ts';
import type { ClaimContext } from './roster/findings.ts';
import type { RosterCells } from './roster/roster.ts';

/** What the registers say about the units that the content names, on the day of the act. */
export interface ContentContext extends ClaimContext {
  readonly route: Route;
  /** Registered under `employerCode`. */
  readonly employer: Organisation | undefined;
  /** The department over that employer. */
  readonly department: Organisation | undefined;
  /** Registered under `archiveCode`. */
  readonly archive: Organisation | undefined;
  readonly entitlements: readonly Entitlement[];
  /** Route 3: who held the exam. */
  readonly examBody: Organisation | undefined;
  /** Route 1: what the roster said, and the organiser's committees. */
  readonly filed: Filed | undefined;
}

export interface Filed extends Pick<Application, 'employer' | 'employerCode' | 'submittingUnit'> {
  readonly filedOn: PlainDate;
  readonly committees: readonly Committee[];
}

/** What an application says once its content has passed, and who reviews it. */
export interface JudgedContent extends Pick<
  Application,
  | 'subtype'
  | 'name'
  | 'printedName'
  | 'gender'
  | 'idType'
  | 'idNumber'
  | 'phone'
  | 'employer'
  | 'employerCode'
  | 'submittingUnit'
  | 'seriesCode'
  | 'series'
  | 'specialty'
  | 'level'
  | 'qualification'
  | 'reviewBody'
  | 'obtainedOn'
  | 'entrustLetter'
  | 'externalNumber'
> {
  readonly employerId: string | undefined;
  readonly departmentId: string | undefined;
}

/** Thrown for content that breaks any rule; every place of it is listed. */
export class ContentInvalid extends DomainError {
  constructor(faults: readonly PlacedFault[]) {
    super('CONTENT_INVALID', `申请内容有 ${faults.length} 处需要改正，请逐项按提示修改后重新提交。`, {
      faults,
    });
  }
}

/** Faults that have a code of their own when nothing else is wrong. */
const OWN_CODES = ['ENTITLEMENT_MISSING', 'SUBMITTING_UNIT_MISSING'] as const;

const HEAD_OF: Readonly<Partial<Record<keyof ApplicationContent, RosterHead>>> = {
  name: '姓名',
  namePinyin: '姓名拼音',
  gender: '性别',
  idType: '证件类型',
  idNumber: '证件号码',
  phone: '手机号码',
  employerCode: '工作单位代码',
  series: '系列',
  specialty: '专业',
  level: '层级',
  qualification: '资格名称',
  reviewBody: '评审机构',
  obtainedOn: '取得资格时间',
};
const MAX_LETTER = 60;

/**
 * The content as the application will say it.
 * @throws ContentInvalid; DomainError ENTITLEMENT_MISSING or SUBMITTING_UNIT_MISSING when that is all that is wrong
 */
export function checkContent(content: ApplicationContent, context: ContentContext): JudgedContent {
  const answer = checkClaim(cellsOf(content, context.route), context);
  const faults: PlacedFault[] = answer.ok ? [] : answer.faults.map(toPlaced);
  const note = (field: keyof ApplicationContent, code: string, detail: string): undefined => {
    faults.push({ pointer: `/content/${field}`, code, detail });
  };
  const claim = answer.ok ? answer.claim : undefined;
  const employer = employerOf(content, context, note);
  const isEmployerWrong = faults.some(({ pointer }) => pointer === '/content/employerCode');
  const submitting = submittingUnitOf(content, { ...context, isEmployerWrong }, note);
  const letter = entrustLetterOf(content, context, note);
  const body = claim && reviewBodyOf(claim, context, note);
  if (claim && !mayAppoint(claim, context))
    note(
      'level',
      'ENTITLEMENT_MISSING',
      '用人单位在取得资格之日没有该系列该层级的自主聘任资格，请核对系列和层级，或由单位先向市局登记。',
    );
  demandPrintable([submitting?.name, body?.name], context, note);
  if (!claim || !submitting || !body || faults.length > 0) throw refusalOf(faults);
  const { rareCharacters: _readings, ...said } = claim;
  return {
    ...said,
    subtype: body.subtype,
    reviewBody: body.name,
    submittingUnit: submitting.name,
    employer: employer?.name,
    employerCode: employer?.code,
    employerId: employer?.id,
    departmentId: submitting.id,
    entrustLetter: letter,
    externalNumber: context.route === 3 && content.externalNumber !== '' ? content.externalNumber : undefined,
  };
}

type Note = (field: keyof ApplicationContent, code: string, detail: string) => undefined;

function refusalOf(faults: readonly PlacedFault[]): DomainError {
  const [only, ...others] = faults;
  const code = OWN_CODES.find(own => own === only?.code);
  if (only && code && others.length === 0) return new DomainError(code, only.detail, { faults });
  return new ContentInvalid(faults);
}

/** The review body is a cell only where it is typed; derived ones (R22) are not judged as text. */
function cellsOf(content: ApplicationContent, route: Route): RosterCells {
  const cells: Partial<Record<RosterHead, string>> = {};
  for (const [field, head] of Object.entries(HEAD_OF))
    if (field !== 'reviewBody' || route === 1 || route === 4)
      cells[head] = content[field as keyof ApplicationContent]; // the keys of HEAD_OF
  return cells;
}

function toPlaced({
  column,
  code,
  detail,
}: {
  column: RosterHead;
  code: string;
  detail: string;
}): PlacedFault {
  const field = Object.entries(HEAD_OF).find(([, head]) => head === column)?.[0] ?? '';
  return { pointer: `/content/${field}`, code, detail };
}

type Unit = Pick<Organisation, 'name'> & { readonly id: string | undefined; readonly code: string };

/** Routes 2 and 4: the employer reviews, so it is on the register as one; route 3 may name none (R12). */
function employerOf(content: ApplicationContent, context: ContentContext, note: Note): Unit | undefined {
  const { route, employer, filed } = context;
  if (content.employerCode.trim() === '') return undefined;
  if (employer?.capacities.includes('employer')) return employer;
  const code = content.employerCode.trim().toUpperCase();
  if (route === 1 && filed?.employer !== undefined && filed.employerCode === code)
    return { id: undefined, name: filed.employer, code };
  const hint = route === 3 ? '；没有用人单位的可留空' : '，请联系单位先向市局登记';
  return note('employerCode', 'ORGANISATION_UNKNOWN', `没有登记该代码的用人单位${hint}。`);
}

/** R14, R24: the department over the employer, else the body that keeps the personnel file. */
function submittingUnitOf(
  content: ApplicationContent,
  context: ContentContext & { readonly isEmployerWrong: boolean },
  note: Note,
): (Pick<Organisation, 'name'> & { readonly id: string | undefined }) | undefined {
  const { route, department, archive, filed } = context;
  const isNamed = content.archiveCode.trim() !== '';
  if (route === 1) {
    if (isNamed && archive?.capacities.some(capacity => capacity === 'archive' || capacity === 'department'))
      return archive;
    if (!isNamed && filed) return { id: undefined, name: filed.submittingUnit };
    return note(
      'archiveCode',
      'SUBMITTING_UNIT_UNKNOWN',
      '没有登记该代码的业务主管部门或档案存放机构，请核对。',
    );
  }
  if (department) return department;
  if (archive?.capacities.includes('archive')) return archive;
  if (isNamed)
    return note('archiveCode', 'ARCHIVE_UNKNOWN', '没有登记该代码的档案存放地人力资源服务机构，请核对代码。');
  // whether an archive body is needed is told once the employer is known
  if (context.isEmployerWrong) return undefined;
  return note(
    'archiveCode',
    'SUBMITTING_UNIT_MISSING',
    '没有可呈报的主管部门，请填写存放人事档案的机构代码；档案还没有存放的，请先存入人力资源服务机构再申报。',
  );
}

/** R7: a title reviewed elsewhere without the bureau's entrustment is out of scope. */
function entrustLetterOf(
  content: ApplicationContent,
  { route }: ContentContext,
  note: Note,
): string | undefined {
  if (route !== 4) return undefined;
  if (content.entrustLetter.trim() === '')
    return note(
      'entrustLetter',
      'ENTRUST_LETTER_MISSING',
      '请填写市局的委托函文号；未经市局委托、在外地取得的职称不在本系统核发范围，请按异地职称确认的规定办理。',
    );
  const letter = printedText(content.entrustLetter, { column: '委托函文号', maxCodePoints: MAX_LETTER });
  return letter.ok ? letter.value : note('entrustLetter', letter.fault.code, letter.fault.detail);
}

/** R22: the committee, the appointing employer, or the exam body. */
function reviewBodyOf(
  claim: Claim,
  context: ContentContext,
  note: Note,
): { readonly name: string; readonly subtype: string | undefined } | undefined {
  const { route, employer, examBody, filed } = context;
  switch (route) {
    case 1: {
      const { reviewBody: name = '', seriesCode, level, obtainedOn } = claim;
      if (filed && obtainedOn > filed.filedOn)
        return note('obtainedOn', 'DATES_OUT_OF_ORDER', '取得资格时间晚于核准备案日期，请核对。');
      const answer = judgeCommittee(filed?.committees ?? [], { name, seriesCode, level, on: obtainedOn });
      if (answer.ok) return { name, subtype: answer.committee.subtype };
      return note('reviewBody', answer.fault.code, answer.fault.detail);
    }
    case 2:
      return employer && { name: employer.name, subtype: undefined };
    case 3:
      return examBody && { name: examBody.name, subtype: undefined };
    case 4:
      return { name: claim.reviewBody ?? '', subtype: undefined };
    default:
      return route satisfies never;
  }
}

/** R5: asked of route 2 only, on the day of the appointment. */
function mayAppoint({ seriesCode, level, obtainedOn }: Claim, context: ContentContext): boolean {
  if (context.route !== 2 || !context.employer?.capacities.includes('employer')) return true;
  return isEntitled(context.entitlements, { seriesCode, level, on: obtainedOn });
}

/** R26: a unit's name is printed as it is or not at all. */
function demandPrintable(
  names: readonly (string | undefined)[],
  { displayable }: ContentContext,
  note: Note,
): void {
  const missing = [...names.join('')].filter(character => displayable?.(character) === false);
  if (missing.length === 0) return;
  const detail = `单位名称中的“${missing.join('')}”证书字库无法印出，请联系市局补充字形。`;
  note('employerCode', 'NOT_DISPLAYABLE', detail);
}
