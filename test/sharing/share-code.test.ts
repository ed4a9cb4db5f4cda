import test from 'ava';
import { groupedCode, newCode, parseCode, shareLink } from '../../src/sharing/share-code.ts';

const CODE = '2345ABCD6789WXYZ';

test('a code is sixteen of thirty characters that nobody takes for another, each as likely', t => {
  const seen = new Set<string>();
  let turn = 0;
  for (let made = 0; made < 30; made += 1)
    for (const letter of newCode(below => turn++ % below)) seen.add(letter);

  t.is(seen.size, 30);
  for (const letter of '0O1ILU') t.false(seen.has(letter), letter);
});

test('every character of a code is drawn on its own', t => {
  const drawn: number[] = [];

  const code = newCode(below => {
    drawn.push(below);
    return below - 1;
  });

  t.is(code, 'Z'.repeat(16));
  t.deepEqual(drawn, Array<number>(16).fill(30));
});

for (const [name, typed] of [
  ['as it was shown', '2345-ABCD-6789-WXYZ'],
  ['in small letters', '2345-abcd-6789-wxyz'],
  ['without hyphens', CODE],
  ['with blanks', ' 2345 ABCD\t6789 WXYZ\n'],
  ['with a dash that a phone made of the hyphen', '2345–ABCD—6789‑WXYZ'],
  ['in full width', '２３４５－ＡＢＣＤ－６７８９－ＷＸＹＺ'],
] as const) {
  test(`a code is read ${name}`, t => {
    t.is(parseCode(typed), CODE);
  });
}

for (const [name, typed] of [
  ['nothing', ''],
  ['one character less', CODE.slice(1)],
  ['one more', `${CODE}2`],
  ['a letter that no code has', `O${CODE.slice(1)}`],
  ['SQL', "' OR 1=1 --"],
  ['markup', '<img src=x onerror=1>'],
  ['a NUL', `\0${CODE.slice(1)}`],
] as const) {
  test(`${name} is no code`, t => {
    t.is(parseCode(typed), undefined);
  });
}

test('in a link the code stands behind #, where no server sees it', t => {
  t.is(shareLink('https://zc.example.test', CODE), 'https://zc.example.test/query#s=2345-ABCD-6789-WXYZ');
  t.is(parseCode(groupedCode(CODE)), CODE);
});
