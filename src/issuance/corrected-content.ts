/**
 * What a correction makes an application say (更正, domain §5.2): only what does not touch the title, each field by the rules it was taken
 * in by. Level, series and title are no correction; employer and department may change without the certificate becoming wrong.
 */
import { checkPersonId, type Gender, type PersonId } from '../accounts/person-id.ts';
import { displayableBy } from '../applications/judge-content.ts';
import { printedText } from '../applications/roster/cells.ts';
import type { Application } from '../applications/application.ts';
import { normaliseName } from '../certificate/name.ts';
import { printedNameOf } from '../certificate/rarity.ts';
import { CORRECTION_REASONS, REASONS, type ReasonCode } from '../revocation/state.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';

/** What the certificate is to say from now on; what is not given stays. */
export interface CorrectedFields {
  readonly name?: string | undefined;
  /** Readings for rare characters that the software does not know, by character. */
  readonly readings?: Readonly<Record<string, string>>;
  readonly gender?: string | undefined;
  readonly idNumber?: string | undefined;
  readonly submittingUnit?: string | undefined;
  readonly specialty?: string | undefined;
}

export type CorrectedContent = Pick<
  Application,
  'name' | 'printedName' | 'gender' | 'idNumber' | 'submittingUnit' | 'specialty'
>;

/**
 * The content as the next version will say it, and why.
 * @throws DomainError BAD_REQUEST with the field's pointer; REASON_UNKNOWN
 */
export function correctedContent(
  { world, act, before }: { world: World; act: Act; before: Application },
  wanted: CorrectedFields & { readonly reason?: string | undefined },
): { readonly content: CorrectedContent; readonly reason: ReasonCode } {
  const content = {
    ...namesOf(world, before, wanted),
    ...personOf(act, before, wanted),
    submittingUnit: textOf(world, wanted, 'submittingUnit') ?? before.submittingUnit,
    specialty: textOf(world, wanted, 'specialty') ?? before.specialty,
  };
  return { content, reason: reasonOf(before, content, wanted.reason) };
}

function namesOf(
  world: World,
  before: Application,
  { name, readings }: CorrectedFields,
): Pick<Application, 'name' | 'printedName'> {
  if (name === undefined) return { name: before.name, printedName: before.printedName };
  const normalised = normaliseName(name);
  if (!normalised.ok) throw wrong('name', normalised.fault.detail);
  const manual = readings ? { manual: new Map(Object.entries(readings)) } : {};
  const printed = printedNameOf(normalised.name, { policy: world.config.rarityPolicy, ...manual });
  if (!printed.ok) throw wrong('namePinyin', printed.faults.map(fault => fault.detail).join(''));
  return { name: normalised.name, printedName: printed.printedName };
}

/** Sex and number must agree; a corrected number brings its own sex along. */
function personOf(
  act: Act,
  before: Application,
  { idNumber, gender }: CorrectedFields,
): Pick<Application, 'idNumber' | 'gender'> {
  if (idNumber === undefined && gender === undefined)
    return { idNumber: before.idNumber, gender: before.gender };
  const id = personIdOf(act, before, idNumber);
  const said = gender === undefined ? (id.gender ?? before.gender) : genderOf(gender);
  if (id.gender !== undefined && id.gender !== said)
    throw wrong('gender', `性别与证件号码不一致，号码第 17 位表示${id.gender}，请核对二者。`);
  return { idNumber: id.number, gender: said };
}

function personIdOf(act: Act, { idType, idNumber }: Application, corrected: string | undefined): PersonId {
  const answer = checkPersonId({ type: idType, number: corrected ?? idNumber, on: dateAt(act.at) });
  if (answer.ok) return answer.id;
  throw wrong('idNumber', answer.faults.map(fault => fault.detail).join(''));
}

function genderOf(text: string): Gender {
  if (text === '男' || text === '女') return text;
  throw wrong('gender', '性别请填 男 或 女。');
}

const TEXTS = {
  submittingUnit: { column: '呈报单位', maxCodePoints: 100 },
  specialty: { column: '专业', maxCodePoints: 60 },
} as const;

function textOf(world: World, wanted: CorrectedFields, field: keyof typeof TEXTS): string | undefined {
  const raw = wanted[field];
  if (raw === undefined) return undefined;
  const text = printedText(raw, TEXTS[field]);
  if (!text.ok) throw wrong(field, text.fault.detail);
  if (text.value === '') throw wrong(field, `${TEXTS[field].column}不能为空；不更正的请不要填写。`);
  if (!displayableBy(world)(text.value))
    throw wrong(field, `${TEXTS[field].column}含有证书字库没有的字，请核对；确需使用的，请先上传字形。`);
  return text.value;
}

/** A change of name by law, wrong data, or a new print of the same at the holder's wish: each asks for what it is. */
function reasonOf(before: Application, after: CorrectedContent, given: string | undefined): ReasonCode {
  const changed = (Object.keys(after) as (keyof CorrectedContent)[]).filter(
    field => after[field] !== before[field],
  );
  const isNameOnly =
    changed.length > 0 && changed.every(field => field === 'name' || field === 'printedName');
  const usual = isNameOnly ? 'NAME_CHANGE' : 'DATA_ERROR';
  const reason = CORRECTION_REASONS.find(code => code === (given ?? usual));
  if (reason === undefined) throw reasonUnknown();
  if (reason === 'HOLDER_REQUEST' && changed.length > 0)
    throw wrong('reason', '本人申请换发不改内容；内容有误的，请以“信息错误”或“姓名变更”更正。');
  if (reason !== 'HOLDER_REQUEST' && changed.length === 0)
    throw wrong('name', '更正后的内容与证书现在的相同，没有需要更正的；只换发新版本的，原因请选“本人申请”。');
  if (reason === 'NAME_CHANGE' && !isNameOnly)
    throw wrong('reason', '姓名变更只改姓名；还有其他内容要改的，原因请选“信息错误”。');
  return reason;
}

function reasonUnknown(): DomainError {
  const list = CORRECTION_REASONS.map(code => `${code}（${REASONS[code]}）`).join('、');
  return new DomainError('REASON_UNKNOWN', `请从下列原因代码中选择：${list}。`, { pointer: '/reason' });
}

function wrong(field: string, detail: string): DomainError {
  return new DomainError('BAD_REQUEST', detail, { pointer: `/${field}` });
}
