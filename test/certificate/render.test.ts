/** The picture as a file: size, resolution, words in it, the same pixels always, and what its code says. */
import { createHash } from 'node:crypto';
import test from 'ava';
import sharp from 'sharp';
import { FaceRefused } from '../../src/certificate/face/primitives.ts';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { makeRenderer } from '../../src/certificate/render.ts';
import { aFaceContent, aQrText, aRareFaceContent } from './face/a-content.ts';

const renderer = makeRenderer();

async function pixelsOf(png: Uint8Array): Promise<Buffer> {
  return sharp(png).raw().toBuffer();
}

test('the picture is A4 at 300 dots per inch', async t => {
  const png = await renderer.render(aFaceContent());

  const { width, height, format, density } = await sharp(png).metadata();
  t.deepEqual([width, height, format, density], [2480, 3508, 'png', 300]);
  const at = Buffer.from(png).indexOf('pHYs') + 4;
  t.is(Buffer.from(png).readUInt32BE(at), 11_811);
});

test('words given are in the file as UTF-8, before the pixels', async t => {
  const texts = [{ keyword: 'openbadgecredential', text: '凭证 eyJ' }];
  const png = Buffer.from(await renderer.render(aFaceContent(), texts));

  const { comments } = await sharp(png).metadata();
  t.deepEqual(comments, [{ keyword: 'openbadgecredential', text: '凭证 eyJ' }]);
  t.true(png.indexOf('iTXt') < png.indexOf('IDAT'));
});

test('the same content gives the same pixels from any renderer', async t => {
  const digest = async (png: Uint8Array) =>
    createHash('sha256')
      .update(await pixelsOf(png))
      .digest('hex');
  const first = await renderer.render(aRareFaceContent());
  await renderer.render(aFaceContent({ printedName: '欧阳文澜', isTest: true }));
  const again = await renderer.render(aRareFaceContent());
  const other = await makeRenderer().render(aRareFaceContent());

  t.is(await digest(again), await digest(first));
  t.is(await digest(other), await digest(first));
});

test('another certificate has other pixels', async t => {
  const one = await pixelsOf(await renderer.render(aFaceContent()));
  const other = await pixelsOf(await renderer.render(aFaceContent({ printedName: '张明运' })));

  t.false(one.equals(other));
});

test('a checked picture says what the record says', async t => {
  for (const content of [
    aFaceContent({ isTest: true }),
    aRareFaceContent(),
    aFaceContent({ qrText: aQrText(1000) }),
  ]) {
    const png = await renderer.renderChecked(content);

    t.is(await readOneCode(png), content.qrText);
  }
});

test('the code is pure black on pure white to the edge of its quiet zone', async t => {
  const png = await renderer.render(aFaceContent({ isTest: true, qrText: aQrText(1000) }));

  // The lower left corner of the code and its quiet zone: module 8 px, quiet zone 32 px.
  const [left, bottom] = [Math.round((33 * 300) / 25.4) - 32, Math.round((247.6 * 300) / 25.4) + 32];
  const area = await sharp(png)
    .extract({ left, top: bottom - 500, width: 500, height: 500 - 2 })
    .raw()
    .toBuffer();
  t.deepEqual(
    [...new Set(area)].sort((a, b) => a - b),
    [0, 255],
  );
});

test('a missing glyph stops the picture', async t => {
  const error = await t.throwsAsync(renderer.render(aFaceContent({ printedName: '陆𠮷' })), {
    instanceOf: FaceRefused,
  });

  t.is(error?.code, 'GLYPH_MISSING');
});

test('certificates rendered at the same time do not disturb each other', async t => {
  const contents = [1, 2, 3, 4].map(version => aFaceContent({ version }));
  const alone = await renderer.render(aFaceContent({ version: 3 }));
  const together = await Promise.all(contents.map(content => renderer.renderChecked(content)));

  t.true((await pixelsOf(together[2] ?? alone)).equals(await pixelsOf(alone)));
});
