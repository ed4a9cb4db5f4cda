/** Files from strangers over HTTP (R28, T30): the original and its copies, several codes, and what tries to hurt the reader. */
import { deflateSync } from 'node:zlib';
import { PDFDocument } from '@cantoo/pdf-lib';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { publish } from '../../src/revocation/publish.ts';
import { isFileReport, type FileReport } from '../../src/shared/shapes/shapes.ts';
import { FILE_WORDS } from '../../src/verification/file-finding.ts';
import { fileRoutes } from '../../src/verification/file-routes.ts';
import { aScene, numberOf, OPENING, type Scene } from '../collection/a-holder.ts';
import { served } from '../support/api.ts';
import { anAct } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

interface Desk {
  readonly scene: Scene;
  readonly png: Buffer;
  readonly pdf: Buffer;
  readonly ask: (
    bytes: Uint8Array,
    how?: string,
  ) => Promise<{ status: number; body: FileReport; code: unknown }>;
}

async function aDesk(t: ExecutionContext, place = 0): Promise<Desk> {
  const database = databases()[place];
  if (!database) throw new RangeError('no such database');
  const scene = await aScene(t, database);
  await publish(scene.world, anAct(OPENING));
  const { url } = await served(t, scene.world, fileRoutes);
  const download = async (format: string): Promise<Buffer> => {
    const path = `/api/me/certificates/${numberOf(scene)}/file?format=${format}`;
    return Buffer.from(await (await fetch(scene.service.url + path)).arrayBuffer());
  };
  const ask: Desk['ask'] = async (bytes, how = 'application/octet-stream') => {
    const form = new FormData();
    form.append('file', new Blob([Uint8Array.from(bytes)]), 'x.png');
    const raw = { headers: { 'content-type': how }, body: Uint8Array.from(bytes) };
    const response = await fetch(`${url}/api/files/check`, {
      method: 'POST',
      ...(how === 'form' ? { body: form } : raw),
    });
    const body = (await response.json()) as FileReport & { code?: unknown };
    return { status: response.status, body, code: body.code };
  };
  return { scene, png: await download('png'), pdf: await download('pdf'), ask };
}

for (const [place, database] of databases().entries()) {
  test(`${database.name}: the original is told, as PNG and PDF, in a form and as the body itself, beside its code’s own report`, async t => {
    const { scene, png, pdf, ask } = await aDesk(t, place);

    for (const [kind, bytes, how] of [
      ['png', png, 'form'],
      ['png', png, 'image/png'],
      ['pdf', pdf, 'application/pdf'],
    ] as const) {
      const { status, body } = await ask(bytes, how);

      t.is(status, 200);
      t.true(isFileReport(body), JSON.stringify(body));
      t.like(body, { kind, original: 'original', detail: FILE_WORDS.original, pages: { all: 1, read: 1 } });
      t.is(body.codes.length, 1);
      t.is(body.codes[0]?.report.verdict, 'valid');
      t.is(body.codes[0]?.report.jwt, scene.certificates[0]?.jwt);
    }
  });
}

test('a screenshot and a photo are no originals, and their code is still verified', async t => {
  const { png, ask } = await aDesk(t);
  const small = await sharp(png).resize(1654).jpeg({ quality: 80 }).toBuffer();
  const turned = await sharp(png).resize(1654).rotate(4, { background: '#888' }).webp().toBuffer();
  const screenshot = await sharp(png).resize(1240).png().toBuffer();

  for (const [kind, bytes] of [
    ['image', small],
    ['image', turned],
    ['png', screenshot],
  ] as const) {
    const { body } = await ask(bytes);

    t.like(body, { kind, original: 'not-original', reason: 'NO_SEAL', detail: FILE_WORDS['not-original'] });
    t.is(body.codes[0]?.report.verdict, 'valid');
  }
});

test('of a document of 500 pages twenty are read, and it says so; codes are told with their pages', async t => {
  const { png, ask } = await aDesk(t);
  const document = await PDFDocument.create();
  const picture = await document.embedPng(await sharp(png).resize(1240).png().toBuffer());
  for (let page = 1; page <= 500; page++) {
    const added = document.addPage([595, 842]);
    if (page === 3 || page === 400) added.drawImage(picture, { x: 0, y: 0, width: 595, height: 842 });
  }

  const { status, body } = await ask(await document.save());

  t.is(status, 200);
  t.true(isFileReport(body));
  t.like(body, { kind: 'pdf', original: 'not-original', pages: { all: 500, read: 20 } });
  t.deepEqual(
    body.codes.map(code => [code.page, code.report.verdict]),
    [[3, 'valid']],
  );
});

test('several codes in one picture are all reported, none is chosen', async t => {
  const { png, ask } = await aDesk(t);
  const page = await sharp(png).resize(1240).png().toBuffer();
  const { default: qrcode } = await import('qrcode');
  const other = await qrcode.toBuffer('javascript:alert(1)', { width: 400 });
  const both = await sharp({ create: { width: 2500, height: 1760, channels: 3, background: '#fff' } })
    .composite([
      { input: page, left: 0, top: 0 },
      { input: other, left: 1700, top: 600 },
    ])
    .png()
    .toBuffer();

  const { body } = await ask(both);

  t.deepEqual(body.codes.map(code => code.report.verdict).sort(), ['not-ours', 'valid']);
});

// T30
test('what tries to hurt the reader is refused with a stable code, and nothing of it stays in memory', async t => {
  const { png, pdf, ask } = await aDesk(t);
  await ask(png);
  const locked = Buffer.from(
    pdf
      .toString('latin1')
      .replace('/Root', '/Encrypt << /Filter /Standard /V 1 /R 2 /O <00> /U <00> /P -4 >> /Root'),
    'latin1',
  );
  const jpeg = await sharp(png).resize(800).jpeg().toBuffer();
  const tiff = await sharp(png).resize(400).tiff().toBuffer();
  const hostile: readonly [string, Uint8Array, RegExp][] = [
    ['a picture of 16,000 by 16,000', hugePng(), /^IMAGE_TOO_LARGE$/],
    ['TIFF', tiff, /^FILE_FORMAT_UNKNOWN$/],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /^FILE_FORMAT_UNKNOWN$/],
    ['GIF', Buffer.from('GIF89a\x01\x00\x01\x00'), /^FILE_FORMAT_UNKNOWN$/],
    ['a page', Buffer.from('<html></html>'), /^FILE_FORMAT_UNKNOWN$/],
    ['nothing', new Uint8Array(), /^FILE_EMPTY$/],
    ['a PNG cut in the middle', png.subarray(0, png.length >> 1), /^IMAGE_UNREADABLE$/],
    ['a JPEG cut in the middle', jpeg.subarray(0, jpeg.length >> 1), /^IMAGE_UNREADABLE$/],
    ['a PDF with a password', locked, /^PDF_UNREADABLE$/],
    ['a PDF that is a head', Buffer.from('%PDF-1.7\n'), /^PDF_UNREADABLE$/],
    ['11 MB', Buffer.concat([png, Buffer.alloc(11_000_000)]), /^FILE_TOO_LARGE$/],
  ];
  const before = process.memoryUsage().rss;

  for (const [what, bytes, code] of hostile) {
    const answer = await ask(bytes);
    t.true(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
    t.regex(String(answer.code), code, what);
  }
  t.is((await ask(png, 'text/html')).code, 'UNSUPPORTED_MEDIA_TYPE');
  t.true(process.memoryUsage().rss - before < 128 * 1024 * 1024);
});

test('a picture that is something else behind its end is read as the picture, and is no original', async t => {
  const { png, ask } = await aDesk(t);
  const jpeg = await sharp(png)
    .resize(1654)
    .withExif({ IFD0: { Copyright: 'x' } })
    .jpeg()
    .toBuffer();

  const both = await ask(Buffer.concat([jpeg, Buffer.from('<script>alert(1)</script>')]));
  const appended = await ask(Buffer.concat([png, Buffer.from('PK\x03\x04')]));

  t.like(both.body, { kind: 'image', original: 'not-original' });
  t.like(appended.body, { kind: 'png', original: 'not-original', reason: 'ALTERED' });
  t.is(appended.body.codes[0]?.report.verdict, 'valid');
});

test('one address is stopped after 120 files in ten minutes', async t => {
  const { scene, ask } = await aDesk(t);
  const first = await Promise.all(Array.from({ length: 10 }, async () => ask(Buffer.from('x'))));
  for (let asked = 10; asked < 120; asked += 10)
    await Promise.all(Array.from({ length: 10 }, async () => ask(Buffer.from('x'))));

  const refused = await ask(Buffer.from('x'));
  scene.turn(OPENING + 601);
  const later = await ask(Buffer.from('x'));

  t.true(first.every(answer => answer.code === 'FILE_FORMAT_UNKNOWN'));
  t.is(refused.status, 429);
  t.is(later.code, 'FILE_FORMAT_UNKNOWN');
});

/** 31 kB that would be 256 million pixels. */
function hugePng(): Uint8Array {
  const chunk = (type: string, content: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(content.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, content, Buffer.alloc(4)]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(16_000, 0);
  size.writeUInt32BE(16_000, 4);
  size.set([1, 0, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc(2001 * 16_000));
  const magic = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([magic, chunk('IHDR', size), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}
