/**
 * Identity documents of holders: GB 11643 numbers and the permanent residence card, their checks and how they are masked.
 * Pure. Region codes are checked by province only: county codes change while old numbers stay on people. Serves R21, R33.
 */
import type { Fault } from '../shared/fault.ts';
import type { PlainDate } from '../shared/time.ts';
import { isDate } from '../shared/time.ts';

export const ID_TYPES = ['居民身份证', '港澳台居民居住证', '外国人永久居留身份证'] as const;
/** The documents a certificate may be issued on, in the words printed on the roster. */
export type IdType = (typeof ID_TYPES)[number];
export type Gender = '男' | '女';

export interface PersonIdQuestion {
  readonly type: IdType;
  readonly number: string;
  /** The day on which the holder must be 16 or older and already born. */
  readonly on: PlainDate;
}

/** A number that passed; the 15-character card of 2017 carries neither a full birth date nor the sex. */
export interface PersonId {
  readonly type: IdType;
  readonly number: string;
  readonly birthDate?: PlainDate;
  readonly gender?: Gender;
}

export type PersonIdAnswer =
  { readonly ok: true; readonly id: PersonId } | { readonly ok: false; readonly faults: readonly Fault[] };

/** The youngest age, in whole years, at which somebody can hold a title. */
export const MINIMUM_AGE_YEARS = 16;

const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65'.split(' '),
);
const HONG_KONG_MACAO_TAIWAN = new Set(['810000', '820000', '830000']);
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/** The number without surrounding blanks and with a capital X; nothing else is repaired. */
export function normalisePersonId(input: string): string {
  return input.trim().toUpperCase();
}

export function isIdType(text: string): text is IdType {
  return (ID_TYPES as readonly string[]).includes(text);
}

/**
 * Judges a document number by GB 11643 (MOD 11-2), by its kind and by the holder's age.
 *
 * All faults that can be told apart are listed together. The permanent residence card of 2017 (3 letters, 12 digits) is
 * checked for shape only; its check digit rule is not published.
 */
export function checkPersonId(question: PersonIdQuestion): PersonIdAnswer {
  const number = normalisePersonId(question.number);
  if (question.type === '外国人永久居留身份证' && /^[A-Z]{3}\d{12}$/.test(number)) {
    return { ok: true, id: { type: question.type, number } };
  }
  const shape = shapeFault(question.type, number);
  if (shape) return { ok: false, faults: [shape] };

  const birthDate = birthDateIn(number);
  const faults = [
    checkDigitFault(number),
    prefixFault(question.type, number),
    birthFault(birthDate, question.on),
  ].filter(fault => fault !== undefined);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, id: { type: question.type, number, birthDate, gender: genderIn(number) } };
}

/** The last character of an 18-character number, from its first 17 digits (GB 11643, ISO 7064 MOD 11-2). */
export function checkCharacterOf(first17: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(first17[index]), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

function shapeFault(type: IdType, number: string): Fault | undefined {
  if (/^\d{17}[\dX]$/.test(number)) return undefined;
  if (/^\d(\.\d+)?E\+?\d+$/.test(number)) {
    return fault(
      'ID_SCIENTIFIC',
      '证件号码被表格软件改成了科学计数法，请把该列设为文本格式后重新填写完整号码。',
    );
  }
  if (/^\d{15}$/.test(number)) {
    return fault('ID_FIFTEEN_DIGITS', '15 位的第一代身份证号码不再受理，请填写 18 位公民身份号码。');
  }
  const expected =
    type === '外国人永久居留身份证' ? '18 位数字，或 3 位字母加 12 位数字' : '18 位数字，末位可为 X';
  return fault('ID_SHAPE', `证件号码的位数或字符不对，${type}号码应为${expected}，请核对原件。`);
}

function checkDigitFault(number: string): Fault | undefined {
  if (checkCharacterOf(number) === number.charAt(17)) return undefined;
  return fault('ID_CHECK_DIGIT', '证件号码的校验位不对，可能有一位填错，请对照原件逐位核对。');
}

function prefixFault(type: IdType, number: string): Fault | undefined {
  const actual = typeByPrefix(number);
  if (actual === type) return undefined;
  if (actual === undefined) {
    return fault('ID_REGION', `证件号码开头的地区代码 ${number.slice(0, 2)} 不存在，请对照原件核对。`);
  }
  return fault('ID_TYPE_MISMATCH', `这是${actual}的号码，与所填证件类型不符，请改正证件类型或号码。`);
}

function typeByPrefix(number: string): IdType | undefined {
  if (number.startsWith('9')) return '外国人永久居留身份证';
  if (HONG_KONG_MACAO_TAIWAN.has(number.slice(0, 6))) return '港澳台居民居住证';
  return PROVINCES.has(number.slice(0, 2)) ? '居民身份证' : undefined;
}

function birthFault(birthDate: PlainDate, on: PlainDate): Fault | undefined {
  if (!isDate(birthDate) || birthDate < '1900-01-01') {
    return fault('ID_BIRTH_DATE', '证件号码中的出生日期不存在，请对照原件核对。');
  }
  if (birthDate > on) return fault('ID_BIRTH_FUTURE', '证件号码中的出生日期晚于今天，请对照原件核对。');
  if (yearsLater(birthDate, MINIMUM_AGE_YEARS) > on) {
    return fault('ID_TOO_YOUNG', `持证人未满 ${MINIMUM_AGE_YEARS} 周岁，请核对证件号码。`);
  }
  return undefined;
}

/** Text order is date order; a birthday on 29 February compares as the day before 1 March. */
function yearsLater(date: PlainDate, years: number): PlainDate {
  return `${Number(date.slice(0, 4)) + years}${date.slice(4)}`;
}

function birthDateIn(number: string): PlainDate {
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}

/** GB 11643: the 17th digit is odd for men and even for women. */
function genderIn(number: string): Gender {
  return Number(number.charAt(16)) % 2 === 1 ? '男' : '女';
}

function fault(code: string, detail: string): Fault {
  return { code, detail };
}

/** Two-character surnames, used for masking only: names are never split for logic. */
const COMPOUND_SURNAMES = new Set(
  (
    '欧阳 司马 诸葛 尉迟 万俟 令狐 长孙 澹台 上官 皇甫 夏侯 东方 赫连 公孙 慕容 司徒 司空 端木 宇文 轩辕 ' +
    '申屠 南宫 闻人 钟离 淳于 单于 太叔 濮阳 公冶 仲孙 鲜于 闾丘 呼延 东郭 百里 西门 独孤 拓跋 第五 歐陽 司馬 諸葛 東方'
  ).split(' '),
);

/** First four and last four characters, the rest as stars: `1201**********9931`. */
export function maskId(number: string): string {
  return `${number.slice(0, 4)}${'*'.repeat(Math.max(0, number.length - 8))}${number.slice(-4)}`;
}

/** `199****1001`, of an eleven-digit mobile number. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}

/**
 * A name for public pages: surname, then stars, the last character kept when the given name has two or more: `王*`,
 * `张*远`, `欧阳*澜`. Names with a middle dot keep the dots and their first and last characters; Latin names keep initials.
 */
export function maskName(name: string): string {
  if (/^[A-Z]/.test(name)) return name.replace(/(?<=[A-Z])[A-Z]/g, '*');
  const characters = [...name];
  if (characters.includes('·')) return maskInner(characters, 1);
  const isCompound = characters.length > 2 && COMPOUND_SURNAMES.has(characters.slice(0, 2).join(''));
  return maskInner(characters, isCompound ? 2 : 1);
}

function maskInner(characters: readonly string[], surnameLength: number): string {
  const keepsLast = characters.length - surnameLength >= 2;
  const last = characters.length - 1;
  return characters
    .map((character, index) => {
      const isShown = index < surnameLength || character === '·' || (keepsLast && index === last);
      return isShown ? character : '*';
    })
    .join('');
}
