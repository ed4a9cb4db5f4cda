/** Demands of verbs that people and operators both use, and of texts that people type in. */
import { DomainError, type ErrorCode, type PlacedFault } from '../shared/errors.ts';
import type { Act } from '../shared/act.ts';
import type { Fault } from '../shared/fault.ts';
import { dateAt, isDate, type PlainDate } from '../shared/time.ts';
import { checkPersonId, normalisePersonId, type IdType, type PersonId } from './person-id.ts';
import { checkPhone } from './phone.ts';
import { demandMay, Forbidden, type Action, type PersonalAct } from './role.ts';

/**
 * A person is asked by the table of role.ts; an operator at the machine (`cli:`, `system:`, the demo) answers to the machine.
 * @throws Forbidden for people who may not, and for the public and API clients always
 */
export function demandAllowed(act: Act | PersonalAct, action: Action): void {
  if ('by' in act) demandMay(act.by, action);
  else if (act.actor === 'public' || act.actor.startsWith('client:')) throw new Forbidden();
}

/** The document's type, told from its number: what a person types at sign-in is the number alone. */
export function idTypeOf(number: string): IdType {
  if (/^8[123]/.test(number)) return '港澳台居民居住证';
  if (/^9/.test(number) || /^[A-Z]{3}\d{12}$/.test(number)) return '外国人永久居留身份证';
  return '居民身份证';
}

/** The checked number of whoever that is. @throws DomainError CONTENT_INVALID at `/idNumber` */
export function demandPersonId(idNumber: string, act: Pick<Act, 'at'>): PersonId {
  const number = normalisePersonId(idNumber);
  const answer = checkPersonId({ type: idTypeOf(number), number, on: dateAt(act.at) });
  if (answer.ok) return answer.id;
  throw invalid('CONTENT_INVALID', '/idNumber', answer.faults);
}

/** The checked mobile number. @throws DomainError CONTENT_INVALID at `/phone` */
export function demandPhone(phone: string): string {
  const answer = checkPhone(phone);
  if (answer.ok) return answer.phone;
  throw invalid('CONTENT_INVALID', '/phone', answer.faults);
}

/** A date that exists. @throws DomainError CONTENT_INVALID at that field */
export function demandDate(date: string, field: string): PlainDate {
  if (isDate(date)) return date;
  throw invalid('CONTENT_INVALID', `/${field}`, [
    { code: 'DATE_INVALID', detail: '日期不存在，请写成 2021-07-01 这样的日期。' },
  ]);
}

/** No full stop, slash, quotation mark or 【】: nothing in it becomes a link, ends our quotation or looks like a sender. */
const HARMLESS = /^[\p{Script=Han}A-Za-z0-9 ·（）()、，；：&—-]+$/u;
/** So many digits could be a code or a phone to call. */
const LONG_NUMBER = /\d{5}/;

/**
 * Who or why, in a person's own words that others will read in a message, a page or a certificate of ours: trimmed, NFC, of 2 to `most`
 * characters, and leading nowhere.
 * @throws DomainError CONTENT_INVALID at that pointer
 */
export function demandWords(input: string, pointer: string, most: number): string {
  const text = input.trim().normalize('NFC');
  const { length } = [...text];
  const digits = text.replace(/[^\p{Script=Han}A-Za-z0-9]/gu, '');
  if (length >= 2 && length <= most && HARMLESS.test(text) && !LONG_NUMBER.test(digits)) return text;
  const detail = `请用 2 至 ${most} 个汉字或字母写明，不要写网址、电话等长数字和特殊符号。`;
  throw invalid('CONTENT_INVALID', pointer, [{ code: 'WORDS_INVALID', detail }]);
}

/** The refusal of a field with what is wrong about it; the first fault speaks. */
export function invalid(code: ErrorCode, pointer: string, faults: readonly Fault[]): DomainError {
  const placed: PlacedFault[] = faults.map(fault => ({ pointer, ...fault }));
  return new DomainError(code, faults[0]?.detail ?? '内容不对，请核对后再试。', { faults: placed });
}
