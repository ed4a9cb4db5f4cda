/**
 * A holder's name as the record keeps it: true Unicode in one spelling, so that the same person always matches. Follows the
 * rules on minority names (民委发〔2016〕33号) for the separator and the length. Pure. What is printed is in rarity.ts (R26).
 */
import type { Fault } from '../shared/fault.ts';

export type NameAnswer =
  { readonly ok: true; readonly name: string } | { readonly ok: false; readonly fault: Fault };

/** Code points; room for the longest names of 民委发〔2016〕33号. */
export const MAX_NAME_CODE_POINTS = 50;
/** The only separator inside a name, U+00B7. */
export const NAME_DOT = '·';

const SECOND_RADICAL = 0x2e81;
const FIRST_KANGXI = 0x2f00;
const LAST_KANGXI = 0x2fd5;
/** Equivalent_Unified_Ideograph (Unicode 15) of U+2E81 to U+2EF3; the space stands for U+2E9A, which is unassigned. */
const RADICAL_EQUIVALENTS = [
  ...'厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵 旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟',
];

/** An ideograph of a name: unified ideographs, and 〇 which Unicode counts apart. */
const HAN = '[\\p{Unified_Ideograph}〇]';
const HAN_NAME = new RegExp(`^${HAN}+(?:${NAME_DOT}${HAN}+)*$`, 'u');
const HAN_ANYWHERE = new RegExp(HAN, 'u');
const SPACES_BESIDE_HAN = new RegExp(`\\p{Zs}*(${HAN}|${NAME_DOT})\\p{Zs}*`, 'gu');
const LATIN_NAME = /^[A-Z]+(?:[ '-][A-Z]+)*$/;

/** Dots that are typed for U+00B7, the ASCII full stop among them. */
const DOT_LOOKALIKES = /[•・‧⋅．.]/g;
/** Code FE9F of GBK systems before GB 18030-2022, which has it at U+4DAE. */
const LEGACY_YAN = /\uE863/g;
const VARIATION_SELECTOR = /[\u180B-\u180D\u180F\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u;
/** Controls, format and bidirectional marks (U+202E), broken surrogates, line ends, fillers and U+FFFD. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0\uFFFD]/u;

/**
 * Gives the one spelling of a name, or the reason why it cannot be one.
 *
 * NFC, never NFKC; CJK radicals pasted from PDFs become ideographs; U+E863 becomes 䶮; blanks between Han characters and
 * beside dots go; other dots become U+00B7. Latin names (permanent residence cards) are put in capitals with single blanks.
 * Nothing is guessed: other private-use codes, variation selectors, invisible characters, digits and symbols are refused.
 */
export function normaliseName(input: string): NameAnswer {
  const text = unifyRadicals(input.trim().normalize('NFC')).replace(LEGACY_YAN, '䶮');
  const unsafe = unsafeCharacterFault(text);
  if (unsafe) return refuse(unsafe.code, unsafe.detail);

  const name = HAN_ANYWHERE.test(text) ? tidyHanName(text) : text.toUpperCase().replace(/ +/g, ' ');
  const fault = nameFault(name);
  return fault ? { ok: false, fault } : { ok: true, name };
}

/**
 * Replaces Kangxi and CJK radicals (U+2E80 to U+2FDF) by the ideographs they look like, as Unicode's
 * Equivalent_Unified_Ideograph says; those without an equivalent stay and are refused later.
 */
export function unifyRadicals(text: string): string {
  return text.replace(/[\u2E80-\u2FDF]/g, radical => {
    const code = radical.charCodeAt(0);
    if (code >= FIRST_KANGXI && code <= LAST_KANGXI) return radical.normalize('NFKC');
    const equivalent = RADICAL_EQUIVALENTS[code - SECOND_RADICAL];
    return equivalent === undefined || equivalent === ' ' ? radical : equivalent;
  });
}

/** A character that must not be in any printed text: private use, variation selectors, controls, format and the like. */
export function unsafeCharacterFault(text: string): Fault | undefined {
  for (const character of text) {
    if (/\p{Co}/u.test(character)) {
      return fault(
        'PRIVATE_USE',
        `含有自造字 ${codePointOf(character)}，无法确定是哪个字，请改用标准汉字重新录入。`,
      );
    }
    if (VARIATION_SELECTOR.test(character)) {
      return fault('VARIATION_SELECTOR', `含有字形选择符 ${codePointOf(character)}，请删去后重新录入。`);
    }
    if (INVISIBLE.test(character)) {
      return fault('INVISIBLE', `含有看不见的字符 ${codePointOf(character)}，请删去后重新录入。`);
    }
    if (/\p{Cn}/u.test(character)) {
      return fault('UNASSIGNED', `含有本系统不认识的字符 ${codePointOf(character)}，请联系市局确认该字。`);
    }
  }
  return undefined;
}

/** `U+2CB4E` */
export function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function tidyHanName(text: string): string {
  return text.replace(DOT_LOOKALIKES, NAME_DOT).replace(SPACES_BESIDE_HAN, '$1');
}

function nameFault(name: string): Fault | undefined {
  if (name === '') return fault('NAME_EMPTY', '姓名未填写，请补填。');
  if ([...name].length > MAX_NAME_CODE_POINTS) {
    return fault('NAME_TOO_LONG', `姓名超过 ${MAX_NAME_CODE_POINTS} 个字符，请核对是否混入其他内容。`);
  }
  if (HAN_NAME.test(name) || LATIN_NAME.test(name)) return undefined;
  if (/^·|·$|··/.test(name)) return fault('NAME_DOT', '姓名中的间隔点不能在开头、末尾或连续出现，请改正。');
  if (HAN_ANYWHERE.test(name) && /[A-Z]/i.test(name)) {
    return fault('NAME_MIXED', '姓名不能汉字与字母混写，请按身份证件填写，生僻字请填原字。');
  }
  return fault('NAME_CHARACTER', '姓名只能有汉字和间隔点“·”，或证件上的大写字母，请删去数字和符号。');
}

function refuse(code: string, detail: string): NameAnswer {
  return { ok: false, fault: fault(`NAME_${code}`, `姓名${detail}`) };
}

function fault(code: string, detail: string): Fault {
  return { code, detail };
}
