/** Reading codes from certificates, photos of them, and files that are neither. */
import { deflateSync } from 'node:zlib';
import test from 'ava';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import type { ErrorCode } from '../../src/shared/errors.ts';
import { ImageRefused, readCodes, readOneCode } from '../../src/certificate/read-image.ts';
import { makeRenderer } from '../../src/certificate/render.ts';
import { aFaceContent, aQrText } from './face/a-content.ts';

const renderer = makeRenderer();
const content = aFaceContent();
let page: Buffer;

test.before(async () => {
  page = Buffer.from(await renderer.render(content));
});

const READABLE: readonly { title: string; change: (png: Buffer) => Sharp }[] = [
  { title: 'the file itself', change: png => sharp(png).png() },
  { title: '1000 px wide, JPEG 60', change: png => sharp(png).resize({ width: 1000 }).jpeg({ quality: 60 }) },
  { title: '5.1 px/mm, JPEG 40', change: png => sharp(png).resize({ width: 1071 }).jpeg({ quality: 40 }) },
  { title: '3.4 px/mm, JPEG 60', change: png => sharp(png).resize({ width: 714 }).jpeg({ quality: 60 }) },
  { title: 'WebP', change: png => sharp(png).resize({ width: 1400 }).webp({ quality: 50 }) },
  { title: 'upside down', change: png => sharp(png).rotate(180).jpeg({ quality: 60 }) },
  {
    title: 'turned by its EXIF orientation',
    change: png => sharp(png).resize({ width: 1200 }).withMetadata({ orientation: 6 }).jpeg(),
  },
  {
    title: 'rotated 15 degrees',
    change: png =>
      sharp(png).resize({ width: 1600 }).rotate(15, { background: '#777766' }).jpeg({ quality: 60 }),
  },
  {
    title: 'at an angle',
    change: png => sharp(png).affine([1, 0.12, 0.08, 0.95], { background: '#444444' }).jpeg({ quality: 60 }),
  },
  { title: 'blurred', change: png => sharp(png).blur(3).jpeg({ quality: 60 }) },
  { title: 'badly blurred', change: png => sharp(png).blur(5).jpeg({ quality: 60 }) },
  { title: 'printed in black and white', change: png => sharp(png).greyscale().threshold(128).png() },
  {
    title: 'dark and without contrast',
    change: png => sharp(png).resize({ width: 1400 }).linear(0.3, 20).jpeg({ quality: 60 }),
  },
  { title: 'inverted', change: png => sharp(png).resize({ width: 1400 }).negate().jpeg() },
  {
    title: 'small on a dark table',
    change: png =>
      sharp(png)
        .resize({ width: 1300 })
        .extend({ top: 600, bottom: 800, left: 500, right: 600, background: '#554433' })
        .jpeg({ quality: 70 }),
  },
  {
    title: 'a transparent background',
    change: png => sharp(png).resize({ width: 1200 }).ensureAlpha().png(),
  },
];

for (const { title, change } of READABLE) {
  test.serial(`a certificate is read: ${title}`, async t => {
    const bytes = await change(page).toBuffer();

    t.is(await readOneCode(bytes), content.qrText);
  });
}

const text = (words: string) => Buffer.from(words, 'utf8');
const REFUSED: readonly { title: string; code: ErrorCode; bytes: () => Buffer | Promise<Buffer> }[] = [
  { title: 'nothing', code: 'IMAGE_UNREADABLE', bytes: () => Buffer.alloc(0) },
  { title: 'words', code: 'IMAGE_UNREADABLE', bytes: () => text('不是图片') },
  {
    title: 'SVG',
    code: 'IMAGE_UNREADABLE',
    bytes: () => text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  },
  { title: 'PDF', code: 'IMAGE_UNREADABLE', bytes: () => text('%PDF-1.7\n') },
  {
    title: 'GIF',
    code: 'IMAGE_UNREADABLE',
    bytes: () => sharp(page).resize({ width: 300 }).gif().toBuffer(),
  },
  {
    title: 'TIFF',
    code: 'IMAGE_UNREADABLE',
    bytes: () => sharp(page).resize({ width: 300 }).tiff().toBuffer(),
  },
  { title: 'a PNG cut in half', code: 'IMAGE_UNREADABLE', bytes: () => page.subarray(0, page.length >> 1) },
  {
    title: 'only the first bytes of a JPEG',
    code: 'IMAGE_UNREADABLE',
    bytes: () => Buffer.from('ffd8ffe000104a464946', 'hex'),
  },
  { title: '16,000 × 16,000 pixels', code: 'IMAGE_TOO_LARGE', bytes: () => bomb(16_000) },
  {
    title: 'a page without code',
    code: 'IMAGE_WITHOUT_CODE',
    bytes: () => sharp(page).extract({ left: 0, top: 0, width: 2480, height: 2200 }).jpeg().toBuffer(),
  },
  {
    title: 'a single pixel',
    code: 'IMAGE_WITHOUT_CODE',
    bytes: () => sharp(page).resize(1, 1).png().toBuffer(),
  },
  {
    title: 'two certificates side by side',
    code: 'IMAGE_WITH_SEVERAL_CODES',
    bytes: () => beside(aQrText(340)),
  },
];

for (const { title, code, bytes } of REFUSED) {
  test.serial(`a picture is refused: ${title}`, async t => {
    const refused = readOneCode(await bytes());

    const error = await t.throwsAsync(refused, { instanceOf: ImageRefused });
    t.is(error?.code, code);
  });
}

test.serial('a picture of too many pixels is refused before it is decoded', async t => {
  const bytes = bomb(16_000);
  const [before, from] = [process.memoryUsage.rss(), performance.now()];

  await t.throwsAsync(readOneCode(bytes), { instanceOf: ImageRefused });
  t.true(performance.now() - from < 5000);
  t.true(process.memoryUsage.rss() - before < 64 * 2 ** 20);
});

test.serial('the same code twice counts as one', async t => {
  t.is(await readOneCode(await beside(content.qrText)), content.qrText);
});

test.serial('all distinct codes are given', async t => {
  const codes = await readCodes(await beside(aQrText(340)));

  t.deepEqual([...codes].sort(), [content.qrText, aQrText(340)].sort());
});

test.serial('the search ends within seconds when there is nothing to find', async t => {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
  const bytes = await sharp({
    create: { width: 4000, height: 4000, channels: 3, background: '#888888', noise },
  })
    .jpeg()
    .toBuffer();
  const from = performance.now();

  t.deepEqual(await readCodes(bytes), []);
  t.true(performance.now() - from < 30_000);
});

async function beside(qrText: string): Promise<Buffer> {
  const other = await sharp(await renderer.render(aFaceContent({ qrText })))
    .resize({ width: 1240 })
    .toBuffer();
  const first = sharp(page).resize({ width: 1240 }).extend({ right: 1240, background: '#ffffff' });
  return sharp(await first.png().toBuffer())
    .composite([{ input: other, left: 1240, top: 0 }])
    .jpeg()
    .toBuffer();
}

/** A white PNG of that many pixels squared in a few kilobytes. */
function bomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((side / 8 + 1) * side, 0xff));
  const chunk = (type: string, body: Buffer) => {
    const framed = Buffer.alloc(body.length + 12);
    framed.writeUInt32BE(body.length, 0);
    framed.write(type, 4, 'latin1');
    body.copy(framed, 8);
    framed.writeUInt32BE(crcOf(framed.subarray(4, body.length + 8)), body.length + 8);
    return framed;
  };
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** CRC-32 of PNG §D, bit by bit. */
function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
