/**
 * Rare characters of names (生僻字): which they are under a stated policy and how the name is then printed (R26, R27). Pure.
 * Only the printed name changes; record and credential keep the true characters. The policy is stored with each certificate.
 */
import type { Fault } from '../shared/fault.ts';
import { codePointOf } from './name.ts';
import type { ManualReadings, PinyinSource } from './pinyin.ts';
import { readingsOf } from './pinyin.ts';

export const RARITY_POLICIES = ['gb2312', 'gbk', 'font'] as const;
/** gb2312: outside its 6,763 Han; gbk: outside U+4E00–9FA5 and 〇 (the default); font: only what cannot be drawn. */
export type RarityPolicy = (typeof RARITY_POLICIES)[number];
export const DEFAULT_RARITY_POLICY: RarityPolicy = 'gbk';

export interface RareCharacter {
  readonly char: string;
  /** `U+2CB4E` */
  readonly codePoint: string;
  /** Place in the name, counted in code points from 0. */
  readonly index: number;
  readonly pinyin: string;
  readonly pinyinSource: PinyinSource;
}

export interface PrintedName {
  readonly printedName: string;
  readonly rareCharacters: readonly RareCharacter[];
}

export type PrintedNameAnswer =
  ({ readonly ok: true } & PrintedName) | { readonly ok: false; readonly faults: readonly Fault[] };

export interface PrintingCircumstances {
  readonly policy: RarityPolicy;
  /** Readings given by hand; they win over every proposal. */
  readonly manual?: ManualReadings;
  /** True when the certificate's fonts can draw the text. Always asked in addition to the policy: nothing prints as a box. */
  readonly displayable?: (text: string) => boolean;
}

/** True when the policy alone counts that character as rare; letters, dots and blanks never are. */
export function isRare(character: string, policy: RarityPolicy): boolean {
  if (!/^\p{Script=Han}$/u.test(character)) return false;
  switch (policy) {
    case 'gb2312':
      return !gb2312Han().has(character);
    case 'gbk':
      return !/^[\u4E00-\u9FA5\u3007]$/.test(character);
    case 'font':
      return false;
    default:
      return policy satisfies never;
  }
}

/**
 * The name as the certificate shows it: each rare character replaced in its place by its reading, two in a row separated by
 * one blank (`王HONG`, `张YAN JIE`), with what was replaced. Refuses, character by character, where no reading is known.
 *
 * @param name as `normaliseName` gave it
 */
export function printedNameOf(name: string, circumstances: PrintingCircumstances): PrintedNameAnswer {
  const characters = [...name];
  const isReplaced = characters.map(character => mustBeReplaced(character, circumstances));
  if (!isReplaced.includes(true)) return { ok: true, printedName: name, rareCharacters: [] };

  const readings = readingsOf(name, circumstances.manual);
  const faults: Fault[] = [];
  const rareCharacters: RareCharacter[] = [];
  let printedName = '';
  characters.forEach((char, index) => {
    const reading = readings[index];
    if (!isReplaced[index]) printedName += char;
    else if (reading === undefined) faults.push(readingUnknown(char));
    else {
      printedName += (isReplaced[index - 1] ? ' ' : '') + reading.pinyin;
      const pinyinSource = reading.source;
      rareCharacters.push({
        char,
        codePoint: codePointOf(char),
        index,
        pinyin: reading.pinyin,
        pinyinSource,
      });
    }
  });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, printedName, rareCharacters };
}

function mustBeReplaced(character: string, { policy, displayable }: PrintingCircumstances): boolean {
  if (isRare(character, policy)) return true;
  return displayable !== undefined && !displayable(character);
}

function readingUnknown(character: string): Fault {
  const detail = `姓名中的生僻字“${character}”（${codePointOf(character)}）没有可用的读音，请在“姓名拼音”列填写，如 ${character}=JI。`;
  return { code: 'PINYIN_UNKNOWN', detail };
}

let gb2312Set: ReadonlySet<string> | undefined;

/** The Han of GB 2312, read out of the platform's own GBK table: rows B0 to F7, cells A1 to FE; made once. */
function gb2312Han(): ReadonlySet<string> {
  if (gb2312Set) return gb2312Set;
  const bytes: number[] = [];
  for (let row = 0xb0; row <= 0xf7; row += 1) {
    for (let cell = 0xa1; cell <= 0xfe; cell += 1) bytes.push(row, cell);
  }
  const text = new TextDecoder('gbk').decode(new Uint8Array(bytes));
  gb2312Set = new Set([...text].filter(character => /\p{Unified_Ideograph}/u.test(character)));
  return gb2312Set;
}
