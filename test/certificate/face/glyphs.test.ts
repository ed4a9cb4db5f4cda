/** R26: what no font has is refused by name; nothing is ever printed as a box. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { displayableIn, openFonts, undisplayableIn } from '../../../src/certificate/face/glyphs.ts';
import { FaceRefused, WEIGHTS } from '../../../src/certificate/face/primitives.ts';

const fonts = openFonts();

const PRINTABLE = [
  '张明远',
  '王𬭎',
  '赵㛃',
  '闫䶮',
  '诸葛𫍣',
  '吕𫖮',
  '阿卜杜拉·买买提',
  "O'NEILL-TESTER ANNA",
  '陳嘉欣',
  '（测试）、2021',
];

for (const text of PRINTABLE) {
  test(`${text} can be printed in every weight`, t => {
    t.true(displayableIn(text, fonts));
    for (const weight of WEIGHTS) {
      for (const character of text) t.true(fonts.advance(character, weight) > 0);
    }
  });
}

const REFUSED: readonly { title: string; character: string; shown: string }[] = [
  { title: 'a character outside the fonts', character: '𠮷', shown: 'U+20BB7' },
  { title: 'a right-to-left override', character: '\u202e', shown: 'U+202E' },
  { title: 'a zero-width space', character: '\u200b', shown: 'U+200B' },
  { title: 'a zero-width joiner', character: '\u200d', shown: 'U+200D' },
  { title: 'a byte order mark', character: '\ufeff', shown: 'U+FEFF' },
  { title: 'a variation selector', character: '\u{e0100}', shown: 'U+E0100' },
  { title: 'a private-use character', character: '\ue863', shown: 'U+E863' },
  { title: 'a line feed', character: '\n', shown: 'U+000A' },
  { title: 'a NUL', character: '\0', shown: 'U+0000' },
  { title: 'a combining accent', character: '\u0301', shown: 'U+0301' },
  { title: 'a Hangul filler', character: '\u3164', shown: 'U+3164' },
  { title: 'a no-break space', character: '\u00a0', shown: 'U+00A0' },
  { title: 'a lone surrogate', character: '\ud842', shown: 'U+D842' },
];

for (const { title, character, shown } of REFUSED) {
  test(`${title} is refused by its code point`, t => {
    const error = t.throws(() => fonts.advance(character, 400), { instanceOf: FaceRefused });

    t.is(error.code, 'GLYPH_MISSING');
    t.true(error.detail.includes(shown), error.detail);
    t.deepEqual(undisplayableIn(`张${character}张${character}`, fonts), [character]);
  });
}

test('the detail shows a visible missing character and hides an invisible one', t => {
  const visible = t.throws(() => fonts.outline('𠮷', 400), { instanceOf: FaceRefused });
  const invisible = t.throws(() => fonts.outline('\u202e', 400), { instanceOf: FaceRefused });

  t.true(visible.detail.includes('“𠮷”'));
  t.false(invisible.detail.includes('\u202e'));
});

test('digits all have the same width, so that columns of them stand in line', t => {
  for (const weight of WEIGHTS) {
    t.is(new Set([...'0123456789'].map(digit => fonts.advance(digit, weight))).size, 1);
  }
});

test('a font in a configured folder supplies what the npm font lacks', t => {
  const folder = mkdtempSync(join(tmpdir(), 'fonts-'));
  writeFileSync(join(folder, 'spare.ttf'), spareFont(0x20bb7));
  const richer = openFonts({ fontFolders: [folder] });

  t.true(displayableIn('陆𠮷', richer));
  t.is(richer.outline('𠮷', 700).join(), '0,-1,1,-1,1,0,0,0');
});

/** A TrueType font of one glyph, a full square, for that code point (OpenType 1.9: cmap format 12, glyf, loca). */
function spareFont(codePoint: number): Buffer {
  const glyph = words(1, 0, 0, 1000, 1000, 3, 0, 0x0101, 0x0101, 0, 1000, 0, -1000, 1000, 0, -1000, 0);
  const tables: Record<string, Buffer> = {
    cmap: Buffer.concat([
      words(0, 1, 3, 10),
      longs(12),
      words(12, 0),
      longs(28, 0, 1, codePoint, codePoint, 1),
    ]),
    glyf: glyph,
    head: Buffer.concat([
      longs(0x10000, 0x10000, 0, 0x5f0f3cf5),
      words(0, 1000),
      longs(0, 0, 0, 0),
      words(0, 0, 1000, 1000, 0, 8, 2, 1, 0),
    ]),
    hhea: Buffer.concat([longs(0x10000), words(1000, 0, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 0, 0, 0, 0, 2)]),
    hmtx: words(1000, 0, 1000, 0),
    loca: longs(0, 0, glyph.length),
    maxp: Buffer.concat([longs(0x10000), words(2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)]),
  };
  const names = Object.keys(tables);
  let offset = 12 + 16 * names.length;
  const directory = names.map(name => {
    const table = tables[name] ?? Buffer.alloc(0);
    const entry = Buffer.concat([Buffer.from(name, 'latin1'), longs(0, offset, table.length)]);
    offset += table.length;
    return entry;
  });
  return Buffer.concat([
    longs(0x10000),
    words(names.length, 64, 2, 48),
    ...directory,
    ...Object.values(tables),
  ]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value & 0xffff, i * 2));
  return bytes;
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32BE(value, i * 4));
  return bytes;
}
