/** The PDF is the same face: what stands on the picture stands there too, and its text is text. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import test from 'ava';
import sharp, { type Sharp } from 'sharp';
import { FaceRefused } from '../../../src/certificate/face/primitives.ts';
import { makeRenderer } from '../../../src/certificate/render.ts';
import { projectFile } from '../../../src/shared/project.ts';
import { aFaceContent, aQrText, aRareFaceContent, LONG_REVIEW_BODY } from './a-content.ts';

const renderer = makeRenderer();
const EXTRAS = { credential: 'a.b.c', madeAt: 1_781_496_000, signedBy: '样例市人力资源和社会保障局' };
const CONTENTS = [
  aFaceContent({ isTest: true, printedName: '王𬭎㛃䶮', name: '王𬭎㛃䶮', reviewBody: LONG_REVIEW_BODY }),
  aRareFaceContent(),
  aFaceContent({ qrText: aQrText(1000), isSpecimen: true, printedName: '迪丽努尔·阿卜杜拉' }),
];

async function drawn(
  pdf: Uint8Array,
): Promise<{ text: string; width: number; height: number; data: Uint8Array }> {
  const wasm = Uint8Array.from(readFileSync(projectFile('node_modules/@hyzyla/pdfium/dist/pdfium.wasm')));
  const library = await PDFiumLibrary.init({ wasmBinary: wasm.buffer });
  const document = await library.loadDocument(pdf);
  const page = document.getPage(0);
  const text = page.getText(); // before it is drawn: drawing closes the page
  const { width, height, data } = await page.render({ scale: 3, colorSpace: 'Gray', render: 'bitmap' });
  document.destroy();
  return { text, width, height, data };
}

test('the page looks as the picture does, everywhere', async t => {
  for (const content of CONTENTS) {
    const { width, height, data } = await drawn(await renderer.pdfChecked(content, EXTRAS));
    const blurred = async (picture: Sharp): Promise<Buffer> =>
      picture
        .resize(Math.round(width / 12), Math.round(height / 12), { fit: 'fill' })
        .greyscale()
        .raw()
        .toBuffer();
    const page = await blurred(sharp(data, { raw: { width, height, channels: 1 } }));
    const picture = await blurred(sharp(await renderer.render(content)));
    const differences = Array.from(page, (value, at) => Math.abs(value - (picture[at] ?? 0)));
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;

    t.is(page.length, picture.length);
    t.log(`mean difference ${mean.toFixed(2)}, largest ${Math.max(...differences)} of 255`);
    t.true(mean < 3, String(mean));
    // a line or a word in another place would be darker by much more
    t.true(differences.filter(value => value > 70).length < differences.length / 1000);
  }
});

test('its text can be copied: rare characters, names with a dot, pinyin, dates', async t => {
  const texts = await Promise.all(
    CONTENTS.map(async content =>
      (await drawn(await renderer.pdfChecked(content, EXTRAS))).text.replace(/\s/g, ''),
    ),
  );

  for (const [at, words] of [
    // PDFium itself gives back no character beyond U+FFFF; pdftotext does, below
    [0, ['㛃䶮', '2020年9月25日', '测试证书', '副高级']],
    [1, ['王HONG', '120199198203149931', 'B1220200000017']],
    [2, ['迪丽努尔·阿卜杜拉', '样张']],
  ] as const)
    for (const word of words) t.true(texts[at]?.includes(word), `${word} in ${texts[at]}`);
});

test('characters beyond U+FFFF can be copied too', async t => {
  if (!existsSync('/usr/bin/pdftotext')) {
    t.log('*** pdftotext is not installed: this was NOT tested ***');
    t.pass();
    return;
  }
  const [content] = CONTENTS;
  const pdf = await renderer.pdfChecked(content ?? aFaceContent(), EXTRAS);

  const text = execFileSync('pdftotext', ['-', '-'], { input: pdf, encoding: 'utf8' });

  t.true(text.includes('王𬭎㛃䶮'));
});

test('a missing glyph stops the document', async t => {
  const error = await t.throwsAsync(renderer.pdfChecked(aFaceContent({ printedName: '陆𠮷' }), EXTRAS), {
    instanceOf: FaceRefused,
  });

  t.is(error?.code, 'GLYPH_MISSING');
});

test('the document names nobody and no library, and the same face gives the same bytes', async t => {
  const content = aRareFaceContent();

  const [one, two] = [await renderer.pdfChecked(content, EXTRAS), await renderer.pdfChecked(content, EXTRAS)];

  t.true(Buffer.from(one).equals(Buffer.from(two)));
  t.false(/pdfkit/i.test(Buffer.from(one).toString('latin1')));
  t.false(Buffer.from(one).includes(Buffer.from(`\ufeff${content.name}`, 'utf16le').swap16()));
  t.true(Buffer.from(one).includes('/Lang (zh-CN)'));
});
