/**
 * Proposes readings of names in Hanyu pinyin: capitals without tones, ü written YU as on passports (R26). A proposal only:
 * polyphones cannot be decided by software, so the uploader confirms it and a reading given by hand always wins. Pure.
 */
import { pinyin } from 'pinyin-pro';

export type PinyinSource = 'pinyin-pro' | 'surname-table' | 'manual';

export interface Reading {
  /** Capital letters A to Z. */
  readonly pinyin: string;
  readonly source: PinyinSource;
}

/** Characters and the readings the uploader gave for them. */
export type ManualReadings = ReadonlyMap<string, string>;

/** Readings as surnames where pinyin-pro 3.29.4 gives the common one. */
const SURNAME_READINGS: ReadonlyMap<string, string> = new Map([
  ['种', 'CHONG'],
  ['洗', 'XIAN'],
  ['秘', 'BI'],
  ['祭', 'ZHAI'],
]);
const SYLLABLE = /^[A-Z]{1,6}$/;

/**
 * One reading per code point of a name, undefined where none is known (and for dots and letters).
 *
 * @param name normalised name, surname first
 */
export function readingsOf(
  name: string,
  manual: ManualReadings = new Map(),
): readonly (Reading | undefined)[] {
  const characters = [...name];
  const proposed = syllablesOf(name, characters);
  return characters.map((character, index) => {
    const given = normaliseSyllable(manual.get(character) ?? '');
    if (given !== undefined) return { pinyin: given, source: 'manual' };
    const asSurname = index === 0 && characters.length > 1 ? SURNAME_READINGS.get(character) : undefined;
    if (asSurname !== undefined) return { pinyin: asSurname, source: 'surname-table' };
    const found = /\p{Script=Han}/u.test(character) ? normaliseSyllable(proposed[index] ?? '') : undefined;
    return found === undefined ? undefined : { pinyin: found, source: 'pinyin-pro' };
  });
}

/** `hóng`, `lǚ`, `lv` and `LYU` alike as `HONG` and `LYU`; undefined for anything but one syllable. */
export function normaliseSyllable(text: string): string | undefined {
  const plain = text.trim().normalize('NFD').toUpperCase();
  const letters = plain.replace(/U\u0308|V/g, 'YU').replace(/U[\u0300-\u0304\u030C]\u0308/g, 'YU');
  const syllable = letters.replace(/[\u0300\u0301\u0304\u030C]/g, '');
  return SYLLABLE.test(syllable) ? syllable : undefined;
}

/** pinyin-pro returns an unknown character as itself; where it does not keep one item per character, each is read alone. */
function syllablesOf(name: string, characters: readonly string[]): readonly string[] {
  const syllables = pinyin(name, { type: 'array', toneType: 'none', surname: 'head', v: 'yu' });
  if (syllables.length === characters.length) return syllables;
  return characters.map(character => pinyin(character, { toneType: 'none', v: 'yu' }));
}
