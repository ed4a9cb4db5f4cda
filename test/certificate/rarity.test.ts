import test from 'ava';
import { normaliseSyllable, readingsOf } from '../../src/certificate/pinyin.ts';
import { isRare, printedNameOf } from '../../src/certificate/rarity.ts';
import { personas, readVectors } from '../vectors/rules/vectors.ts';

interface Rarity {
  readonly rarity: readonly {
    char: string;
    codePoint: string;
    rareUnderGb2312: boolean;
    rareUnderGbk: boolean;
  }[];
  readonly surnamePinyin: readonly { name: string; expectedSurname: string }[];
}
const vectors = readVectors<Rarity>('rarity.json');

for (const { char, codePoint, rareUnderGb2312, rareUnderGbk } of vectors.rarity) {
  test(`${char} (${codePoint}) is rare under GB 2312: ${rareUnderGb2312}, under GBK: ${rareUnderGbk}`, t => {
    t.is(isRare(char, 'gb2312'), rareUnderGb2312);
    t.is(isRare(char, 'gbk'), rareUnderGbk);
    t.false(isRare(char, 'font'));
  });
}

test('GB 2312 holds 6,763 Han characters and GBK the 20,902 of the first block and 〇', t => {
  const han = Array.from({ length: 0x9fff - 0x3000 }, (_, index) => String.fromCodePoint(0x3000 + index));

  t.is(han.filter(char => /\p{Script=Han}/u.test(char) && !isRare(char, 'gb2312')).length, 6763);
  t.is(han.filter(char => /\p{Script=Han}/u.test(char) && !isRare(char, 'gbk')).length, 20_903);
});

for (const policy of ['gbk', 'gb2312'] as const) {
  test(`the names of all holders print as expected under ${policy}`, t => {
    const manual = new Map([['𠮷', 'ji']]);
    for (const { id, holder, expected } of personas()) {
      const answer = printedNameOf(holder.name, { policy, manual });

      t.true(answer.ok, id);
      if (!answer.ok) continue;
      t.is(answer.printedName, expected.displayName[policy], id);
      t.deepEqual(answer.rareCharacters, expected.rareCharacters[policy], id);
    }
  });
}

const printed: readonly [title: string, name: string, printedName: string][] = [
  ['a rare character stands in its place', '王𬭎', '王HONG'],
  ['two rare characters in a row are separated by a blank', '张䶮㛃', '张YAN JIE'],
  ['two rare characters apart are not', '㛃明䶮', 'JIE明YAN'],
  ['ü is written YU', '吕\u{2B5AE}', '吕YI'],
  ['a name without rare characters is left alone', '陳嘉欣', '陳嘉欣'],
];

for (const [title, name, printedName] of printed) {
  test(`${title}: ${printedName}`, t => {
    t.like(printedNameOf(name, { policy: 'gbk' }), { ok: true, printedName });
  });
}

test('a rare character without a known reading is refused until one is given by hand', t => {
  const answer = printedNameOf('陆𠮷', { policy: 'gbk' });

  t.false(answer.ok);
  if (!answer.ok)
    t.deepEqual(
      answer.faults.map(fault => fault.code),
      ['PINYIN_UNKNOWN'],
    );
  t.like(printedNameOf('陆𠮷', { policy: 'gbk', manual: new Map([['𠮷', 'JI']]) }), { printedName: '陆JI' });
});

test('a reading given by hand wins over the proposal', t => {
  const answer = printedNameOf('王𬭎', { policy: 'gbk', manual: new Map([['𬭎', 'GONG']]) });

  t.like(answer, { ok: true, printedName: '王GONG' });
  if (answer.ok) t.is(answer.rareCharacters[0]?.pinyinSource, 'manual');
});

test('a character the fonts cannot draw is replaced under every policy, and no other under font', t => {
  const displayable = (text: string): boolean => !text.includes('喆');

  t.like(printedNameOf('李喆', { policy: 'gbk', displayable }), { printedName: '李ZHE' });
  t.like(printedNameOf('李喆𬭎', { policy: 'font', displayable }), { printedName: '李ZHE𬭎' });
});

for (const { name, expectedSurname } of vectors.surnamePinyin) {
  test(`the surname of ${name} is proposed as ${expectedSurname}`, t => {
    const syllables = readingsOf(name).map(reading => reading?.pinyin);

    t.is(syllables.slice(0, expectedSurname.split(' ').length).join(' '), expectedSurname);
  });
}

test('a surname reading is used in first place only', t => {
  t.deepEqual(
    readingsOf('张秘').map(reading => reading?.pinyin),
    ['ZHANG', 'MI'],
  );
  t.is(readingsOf('种师道')[0]?.source, 'surname-table');
});

test('the full readings of all holders with Han names are proposed right', t => {
  for (const { holder } of personas()) {
    if (/^[A-Z]/.test(holder.name) || holder.name.includes('𠮷')) continue;
    const proposed = readingsOf(holder.name).map(reading => reading?.pinyin ?? '·');
    t.is(proposed.join(' '), holder.namePinyinFull);
  }
});

test('a syllable typed with tones or ü is brought to capitals', t => {
  const typed = ['hóng', 'lǚ', 'lü', 'lv', 'nǖ', 'LYU', 'Jí'];

  t.deepEqual(typed.map(normaliseSyllable), ['HONG', 'LYU', 'LYU', 'LYU', 'NYU', 'LYU', 'JI']);
  t.deepEqual(['', 'ji 2', '吉', 'JI1', '<b>', 'ABCDEFG'].map(normaliseSyllable), Array(6).fill(undefined));
});
