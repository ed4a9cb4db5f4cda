/** Where Chinese lines break and how wide they are. */
import test from 'ava';
import { breakLines, placeCharacters, textWidth } from '../../../src/certificate/face/lines.ts';
import type { Fonts } from '../../../src/certificate/face/primitives.ts';

/** Every Han character one em wide, every other half an em. */
const fonts: Fonts = { advance: c => (/[\u3000-\u{3ffff}]/u.test(c) ? 1 : 0.5), outline: () => [] };
const style = { sizeMm: 1, weight: 400, trackingMm: 0 } as const;
const broken = (text: string, width: number) =>
  breakLines(text, width, line => textWidth(line, style, fonts));

const LAWS: readonly { title: string; text: string; width: number; lines: readonly string[] | undefined }[] =
  [
    { title: 'a text that fits stays on one line', text: '建筑工程', width: 4, lines: ['建筑工程'] },
    { title: 'lines are evened out', text: '甲乙丙丁戊己庚辛', width: 7, lines: ['甲乙丙丁', '戊己庚辛'] },
    {
      title: 'no line begins with a closing bracket',
      text: '甲乙丙丁戊己（庚）',
      width: 8,
      lines: ['甲乙丙丁戊', '己（庚）'],
    },
    {
      title: 'no line begins with a comma',
      text: '甲乙丙丁，戊己庚辛壬',
      width: 6,
      lines: ['甲乙丙丁，', '戊己庚辛壬'],
    },
    {
      title: 'no line ends with an opening bracket',
      text: '甲乙丙（丁戊己）',
      width: 4,
      lines: ['甲乙丙', '（丁戊', '己）'],
    },
    { title: 'a common word is kept whole', text: '建筑工程委员会', width: 5, lines: ['建筑工程', '委员会'] },
    {
      title: 'letters and digits stay together',
      text: '甲乙丙丁ABCD1234',
      width: 6,
      lines: ['甲乙丙丁', 'ABCD1234'],
    },
    {
      title: 'words in Latin letters break at spaces',
      text: 'ANNA MARIA TESTER',
      width: 5.5,
      lines: ['ANNA MARIA', 'TESTER'],
    },
    { title: 'a word longer than a line is broken', text: 'ABCDEFGH', width: 2, lines: ['ABCD', 'EFGH'] },
    { title: 'a character wider than the line does not fit', text: '甲乙', width: 0.9, lines: undefined },
  ];

for (const { title, text, width, lines } of LAWS) {
  test(title, t => {
    t.deepEqual(broken(text, width), lines as string[] | undefined);
  });
}

test('broken lines hold every character and none is too wide', t => {
  const text = '天津市工程技术系列建筑工程专业高级职称评审委员会（测试）、人力资源管理（2021年度）'.repeat(3);

  for (let width = 4; width < 40; width++) {
    const lines = broken(text, width) ?? [];

    t.is(lines.join(''), text);
    t.true(lines.every(line => textWidth(line, style, fonts) <= width));
    t.false(
      lines.some(line => /^[）、，。]/.test(line) || /（$/.test(line)),
      `width ${width}`,
    );
  }
});

test('a thin gap stands between Han and Latin letters or digits', t => {
  const places = placeCharacters('王A1', style, fonts).map(({ xMm }) => xMm.toFixed(2));

  t.deepEqual(places, ['0.00', '1.14', '1.64']);
});
