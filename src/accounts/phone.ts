/** Mobile numbers of holders in mainland China: the reserved number of R33 must be one. Pure; sends nothing. */
import type { Fault } from '../shared/fault.ts';

export type PhoneAnswer =
  { readonly ok: true; readonly phone: string } | { readonly ok: false; readonly faults: readonly Fault[] };

/** The number without +86, blanks and hyphens. */
export function normalisePhone(input: string): string {
  return input.replace(/[\s-]/g, '').replace(/^\+86/, '');
}

/** True only of eleven digits 13x to 19x after normalising; whether the number is in use is found out by message. */
export function checkPhone(input: string): PhoneAnswer {
  const phone = normalisePhone(input);
  if (/^1[3-9]\d{9}$/.test(phone)) return { ok: true, phone };
  const detail = '手机号码应为 1 开头的 11 位中国大陆手机号，请核对后重新填写。';
  return { ok: false, faults: [{ code: 'PHONE_INVALID', detail }] };
}
