/**
 * How single cells of a roster are read: printed texts, dates in the four spellings people use, readings given by hand.
 * Pure. Lengths are counted in code points.
 */
import { normaliseName, unifyRadicals, unsafeCharacterFault } from '../../certificate/name.ts';
import { normaliseSyllable } from '../../certificate/pinyin.ts';
import type { Fault } from '../../shared/fault.ts';
import type { PlainDate } from '../../shared/time.ts';
import { isDate } from '../../shared/time.ts';

export type Cell<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly fault: Fault };

export interface TextLimits {
  readonly column: string;
  readonly maxCodePoints: number;
}

/**
 * Text that may be printed: NFC, radicals made ideographs, blanks trimmed; no invisible or private-use characters, no angle
 * brackets, nothing longer than the face is designed for.
 */
export function printedText(raw: string, { column, maxCodePoints }: TextLimits): Cell<string> {
  const value = unifyRadicals(raw.trim().normalize('NFC'));
  const unsafe = unsafeCharacterFault(value);
  if (unsafe) return refuse(`TEXT_${unsafe.code}`, `${column}${unsafe.detail}`);
  if (/[<>]/.test(value)) return refuse('TEXT_MARKUP', `${column}不能含有“<”或“>”，请删去后重新填写。`);
  if ([...value].length > maxCodePoints) {
    return refuse('TEXT_TOO_LONG', `${column}超过 ${maxCodePoints} 个字，请填写规范全称。`);
  }
  return { ok: true, value };
}

const DATE_SPELLINGS = [
  /^(\d{4})-(\d{1,2})-(\d{1,2})$/,
  /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/,
  /^(\d{4})年(\d{1,2})月(\d{1,2})日$/,
  /^(\d{4})(\d\d)(\d\d)$/,
];

/** `2021-07-05`, `2021/7/5`, `2021年7月5日` and `20210705` alike as `2021-07-05`; a date that does not exist is refused. */
export function plainDate(raw: string, column: string): Cell<PlainDate> {
  const text = raw.trim();
  const match = DATE_SPELLINGS.map(spelling => spelling.exec(text)).find(found => found !== null);
  if (!match) return refuse('DATE_FORMAT', `${column}不是完整日期，请写成 2021-07-05 的样子。`);
  const [, year = '', month = '', day = ''] = match;
  const value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (isDate(value)) return { ok: true, value };
  return refuse('DATE_UNREAL', `${column}“${value}”在日历上不存在，请核对。`);
}

/** Readings such as `𠮷=JI，䶮=YAN`: one character of the name, an equals sign, one syllable. */
export function manualReadings(raw: string, name: string): Cell<ReadonlyMap<string, string>> {
  const readings = new Map<string, string>();
  for (const part of raw.split(/[\s,，、;；]+/).filter(Boolean)) {
    const [before = '', after = '', ...rest] = part.split(/[=＝]/);
    const character = normaliseName(before);
    const syllable = normaliseSyllable(after);
    if (!character.ok || !isOneOf(character.name, name) || syllable === undefined || rest.length > 0) {
      return refuse('PINYIN_FORM', '姓名拼音请写成“字=拼音”，字须出自姓名，拼音不带声调，如 𠮷=JI。');
    }
    readings.set(character.name, syllable);
  }
  return { ok: true, value: readings };
}

function isOneOf(character: string, name: string): boolean {
  return [...character].length === 1 && [...name].includes(character);
}

function refuse(code: string, detail: string): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { code, detail } };
}
