import test from 'ava';
import { codePointOf, normaliseName, unifyRadicals } from '../../src/certificate/name.ts';
import { personas, readVectors } from '../vectors/rules/vectors.ts';

interface NameCase {
  readonly input: string;
  readonly output: string | null;
  readonly rule: string;
}

for (const { input, output, rule } of readVectors<{ cases: NameCase[] }>('names.json').cases) {
  test(`${[...input].map(codePointOf).join(' ')}: ${rule}`, t => {
    const answer = normaliseName(input);

    if (output === null) t.false(answer.ok);
    else t.deepEqual(answer, { ok: true, name: output });
  });
}

test('the names of all holders are already normal', t => {
  for (const { holder } of personas())
    t.deepEqual(normaliseName(holder.name), { ok: true, name: holder.name });
});

const accepted: readonly [title: string, input: string, name: string][] = [
  ['surrounding blanks and tabs', '\t 王𬭎\u3000', '王𬭎'],
  ['an ideographic blank between Han', '张\u3000伟', '张伟'],
  ['a full-width full stop', '阿卜杜拉．买买提', '阿卜杜拉·买买提'],
  ['a hyphenation point and a dot operator', '迪丽‧努尔⋅江', '迪丽·努尔·江'],
  ['a CJK radical of the supplement', '⻢⻰', '马龙'],
  ['a compatibility ideograph, by NFC', '\uF9D1明', '六明'],
  ['〇 as a given name', '王〇', '王〇'],
  ['traditional characters', '陳嘉欣', '陳嘉欣'],
  ['Latin letters as on the card', "o'neill  anna-maria", "O'NEILL ANNA-MARIA"],
  ['fifty code points', '𬭎'.repeat(50), '𬭎'.repeat(50)],
];

for (const [title, input, name] of accepted) {
  test(`a name with ${title} is put right`, t => {
    t.deepEqual(normaliseName(input), { ok: true, name });
  });
}

const refused: readonly [title: string, input: string, code: string][] = [
  ['a right-to-left override U+202E', '张\u202E伟', 'NAME_INVISIBLE'],
  ['a zero-width blank', '张\u200B伟', 'NAME_INVISIBLE'],
  ['a line break', '张\n伟', 'NAME_INVISIBLE'],
  ['half a surrogate pair', '张\uD873', 'NAME_INVISIBLE'],
  ['a replacement character', '张\uFFFD', 'NAME_INVISIBLE'],
  ['markup', '<script>', 'NAME_CHARACTER'],
  ['markup among Han', '张<script>', 'NAME_MIXED'],
  ['51 code points', '张'.repeat(51), 'NAME_TOO_LONG'],
  ['a private-use code', '王\uE864', 'NAME_PRIVATE_USE'],
  ['a private-use code of plane 15', '王\u{F0000}', 'NAME_PRIVATE_USE'],
  ['a variation selector', '葛\u{E0100}明', 'NAME_VARIATION_SELECTOR'],
  ['a variation selector of the basic plane', '王\uFE00', 'NAME_VARIATION_SELECTOR'],
  ['digits', '张伟1', 'NAME_CHARACTER'],
  ['full-width digits', '张伟１', 'NAME_CHARACTER'],
  ['nothing in it', ' \u3000', 'NAME_EMPTY'],
  ['a leading dot', '·买买提', 'NAME_DOT'],
  ['a trailing dot', '买买提·', 'NAME_DOT'],
  ['two dots in a row', '阿卜·•买买提', 'NAME_DOT'],
  ['Han and Latin mixed', '王HONG', 'NAME_MIXED'],
  ['a radical without an ideograph', '王\u2E80', 'NAME_CHARACTER'],
  ['an emoji', '张😀', 'NAME_CHARACTER'],
  ['an accented letter', 'JOSÉ', 'NAME_CHARACTER'],
];

for (const [title, input, code] of refused) {
  test(`a name with ${title} is refused`, t => {
    const answer = normaliseName(input);

    t.false(answer.ok);
    if (!answer.ok) t.is(answer.fault.code, code);
  });
}

test('a name is the same person with the legacy code and with the true character', t => {
  t.deepEqual(normaliseName('闫\uE863'), normaliseName('闫䶮'));
});

test('normalising twice changes nothing', t => {
  for (const [, input] of accepted) {
    const once = normaliseName(input);
    if (once.ok) t.deepEqual(normaliseName(once.name), once);
  }
});

test('all 214 Kangxi radicals and all but two code points of the supplement become ideographs', t => {
  const ideograph = /^\p{Unified_Ideograph}$/u;
  const left: string[] = [];
  for (let code = 0x2e80; code <= 0x2fdf; code += 1) {
    const character = String.fromCharCode(code);
    if (/\p{Assigned}/u.test(character) && !ideograph.test(unifyRadicals(character)))
      left.push(codePointOf(character));
  }

  t.deepEqual(left, ['U+2E80']);
  t.is(unifyRadicals('\u2E81\u2E9B\u2EF3\u2F00\u2FD5'), '厂旡龟一龠');
});
