import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { PDFDocument, PDFName } from '@cantoo/pdf-lib';
import test from 'ava';
import sharp from 'sharp';
import { zipSync } from 'fflate';
import { clean } from '../../../src/applications/attachment/clean.ts';
import { AttachmentRefused } from '../../../src/applications/attachment/refused.ts';
import {
  aPdf,
  aPhoto,
  aScan,
  CATALOGUE,
  inCatalogue,
  javaScript,
  packedStream,
  PAGE,
  PAGES,
  rawPdf,
} from './some-files.ts';

function joined(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map(part => Buffer.from(part as string))));
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, bytes.length / 2);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

test('a photo keeps its look, stands upright and no longer says where it was taken', async t => {
  const photo = await aPhoto();
  t.true(textOf(photo).includes('CameraOfSomebody'));

  const cleaned = await clean(photo, 'image/jpeg');
  const { format, width, height, exif, orientation } = await sharp(cleaned.bytes).metadata();

  t.is(cleaned.mediaType, 'image/jpeg');
  t.deepEqual([format, width, height], ['jpeg', 200, 300]);
  t.is(exif, undefined);
  t.is(orientation, undefined);
  t.false(textOf(cleaned.bytes).includes('CameraOfSomebody'));
});

test('what was put behind a picture does not come through', async t => {
  const html = '<html><script>alert(1)</script></html>';

  const photo = await clean(joined(await aPhoto(), html), 'image/jpeg');
  const scan = await clean(joined(await aScan(), html), 'image/png');

  t.false(textOf(photo.bytes).includes('script'));
  t.false(textOf(scan.bytes).includes('script'));
});

test('a scan stays a PNG with every pixel', async t => {
  const scan = await aScan();

  const cleaned = await clean(scan, 'image/png');

  t.is(cleaned.mediaType, 'image/png');
  t.deepEqual(await sharp(cleaned.bytes).raw().toBuffer(), await sharp(scan).raw().toBuffer());
});

test('a PDF keeps its pages and loses author, program, XMP and what no page needs', async t => {
  const pdf = await aPdf({
    pages: 3,
    change: document => {
      const metadata = document.context.stream('<x:xmpmeta>SomebodysXmp</x:xmpmeta>', { Type: 'Metadata' });
      document.catalog.set(PDFName.of('Metadata'), document.context.register(metadata));
      document.context.register(document.context.obj({ Left: 'Over' }));
    },
  });

  const cleaned = await clean(pdf, 'application/pdf');
  const read = await PDFDocument.load(cleaned.bytes, { updateMetadata: false });

  t.is(read.getPageCount(), 3);
  t.deepEqual(read.getPage(0).getSize(), { width: 300, height: 200 });
  t.is(read.getAuthor(), undefined);
  t.is(read.getProducer(), undefined);
  t.false(/Somebodys|Left/.test(textOf(cleaned.bytes)));
  t.false(read.catalog.has(PDFName.of('Metadata')));
});

test('a photo inside a PDF no longer says where it was taken', async t => {
  const document = await PDFDocument.create();
  const photo = await document.embedJpg(await aPhoto());
  document.addPage([300, 300]).drawImage(photo);
  const pdf = await document.save();
  t.true(textOf(pdf).includes('CameraOfSomebody'));

  const cleaned = await clean(pdf, 'application/pdf');

  t.false(textOf(cleaned.bytes).includes('CameraOfSomebody'));
  t.true(textOf(cleaned.bytes).includes('DCTDecode'));
});

test('a PDF that opens at a certain page is taken: that is a place, not an action', async t => {
  const pdf = await aPdf({ change: inCatalogue('OpenAction', [0, 'Fit']) });

  const cleaned = await clean(pdf, 'application/pdf');

  t.false((await PDFDocument.load(cleaned.bytes)).catalog.has(PDFName.of('OpenAction')));
});

const PIXEL_GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const REFUSED: readonly {
  name: string;
  file: () => Promise<Uint8Array> | Uint8Array;
  declared: string;
  says: RegExp;
}[] = [
  { name: 'zero bytes', file: () => new Uint8Array(), declared: 'image/png', says: /只接受/ },
  {
    name: 'an SVG',
    file: () => joined('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    declared: 'image/svg+xml',
    says: /只接受/,
  },
  {
    name: 'an SVG called PNG',
    file: () => joined('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    declared: 'image/png',
    says: /只接受/,
  },
  { name: 'a GIF', file: () => Buffer.from(PIXEL_GIF, 'base64'), declared: 'image/gif', says: /只接受/ },
  {
    name: 'a TIFF renamed .jpg',
    file: async () =>
      sharp(await aScan())
        .tiff()
        .toBuffer(),
    declared: 'image/jpeg',
    says: /只接受/,
  },
  { name: 'a PNG renamed .jpg', file: async () => aScan(), declared: 'image/jpeg', says: /类型不符/ },
  { name: 'a PDF renamed .png', file: async () => aPdf(), declared: 'image/png', says: /类型不符/ },
  {
    name: 'a JPEG cut in the middle',
    file: async () => (await aPhoto()).slice(0, 2500),
    declared: 'image/jpeg',
    says: /损坏|无法读取/,
  },
  {
    name: 'a PNG cut in the middle',
    file: async () => half(await aScan()),
    declared: 'image/png',
    says: /损坏|无法读取/,
  },
  {
    name: 'a head and nothing else',
    file: () => joined('\x89PNG\r\n\x1a\n').slice(1),
    declared: 'image/png',
    says: /只接受|无法读取/,
  },
  {
    name: 'a PNG of 16000 × 16000',
    file: async () =>
      sharp({
        create: { width: 16_000, height: 16_000, channels: 3, background: '#fff' },
        limitInputPixels: false,
      })
        .png()
        .toBuffer(),
    declared: 'image/png',
    says: /2500 万像素/,
  },
  {
    name: 'HTML before the PDF',
    file: async () => joined('<html>', await aPdf()),
    declared: 'application/pdf',
    says: /只接受/,
  },
  {
    name: 'a zip behind the PDF',
    file: async () => joined(await aPdf(), zipSync({ a: new Uint8Array(10) })),
    declared: 'application/pdf',
    says: /结尾之后/,
  },
  {
    name: 'a PDF cut in the middle',
    file: async () => (await aPdf({ pages: 9 })).slice(0, 3000),
    declared: 'application/pdf',
    says: /没有结尾/,
  },
  {
    name: 'a PDF without a document in it',
    file: () => joined('%PDF-1.7\nhello\n%%EOF\n'),
    declared: 'application/pdf',
    says: /损坏/,
  },
  {
    name: 'a PDF without pages',
    file: () => rawPdf([CATALOGUE, '<< /Type /Pages /Kids [] /Count 0 >>']),
    declared: 'application/pdf',
    says: /没有页面/,
  },
  {
    name: 'a PDF of 51 pages',
    file: async () => aPdf({ pages: 51 }),
    declared: 'application/pdf',
    says: /51 页/,
  },
  {
    name: 'an encrypted PDF',
    file: async () =>
      aPdf({ change: document => document.encrypt({ userPassword: 'x', ownerPassword: 'y' }) }),
    declared: 'application/pdf',
    says: /密码/,
  },
  {
    name: 'a PDF with a script in its names',
    file: async () => aPdf({ change: document => document.addJavaScript('main', 'app.alert(1)') }),
    declared: 'application/pdf',
    says: /脚本/,
  },
  {
    name: 'a script on a page’s opening',
    file: async () =>
      aPdf({
        change: document =>
          document.getPage(0).node.set(PDFName.of('AA'), document.context.obj({ O: javaScript(document) })),
      }),
    declared: 'application/pdf',
    says: /自动执行|脚本/,
  },
  {
    name: 'a script that no page reaches, in an object stream',
    file: async () =>
      aPdf({ objectStreams: true, change: document => void document.context.register(javaScript(document)) }),
    declared: 'application/pdf',
    says: /脚本/,
  },
  {
    name: 'a script whose name is written with escapes',
    file: () =>
      rawPdf([
        '<< /Type /Catalog /Pages 2 0 R /Names << /Any << /#4a#53 (x) >> >> >>',
        PAGES,
        PAGE,
        packedStream(Buffer.from('')),
      ]),
    declared: 'application/pdf',
    says: /脚本/,
  },
  {
    name: 'a script when it opens',
    file: async () =>
      aPdf({ change: document => document.catalog.set(PDFName.of('OpenAction'), javaScript(document)) }),
    declared: 'application/pdf',
    says: /脚本|自动执行/,
  },
  {
    name: 'a jump when it opens',
    file: async () => aPdf({ change: inCatalogue('OpenAction', { S: 'GoTo' }) }),
    declared: 'application/pdf',
    says: /自动执行/,
  },
  {
    name: 'a program to start',
    file: async () => aPdf({ change: inCatalogue('Extra', { S: 'Launch', F: 'cmd' }) }),
    declared: 'application/pdf',
    says: /启动其他程序/,
  },
  {
    name: 'a file inside',
    file: async () => {
      const document = await PDFDocument.create();
      document.addPage();
      await document.attach(new Uint8Array(10), 'a.exe', {});
      return document.save();
    },
    declared: 'application/pdf',
    says: /嵌入文件/,
  },
  {
    name: 'rich media',
    file: async () => aPdf({ change: inCatalogue('Extra', { Subtype: 'RichMedia' }) }),
    declared: 'application/pdf',
    says: /多媒体/,
  },
  {
    name: 'an XFA form',
    file: async () => aPdf({ change: inCatalogue('AcroForm', { XFA: 'x', Fields: [] }) }),
    declared: 'application/pdf',
    says: /动态表单/,
  },
  {
    name: 'a page that unpacks to 300 MB',
    file: () => rawPdf([CATALOGUE, PAGES, PAGE, packedStream(Buffer.alloc(300e6, 0x20))]),
    declared: 'application/pdf',
    says: /展开后过大/,
  },
  {
    name: 'a stream packed twice',
    file: () =>
      rawPdf([
        CATALOGUE,
        PAGES,
        PAGE,
        '<< /Filter [/FlateDecode /FlateDecode] /Length 1 >>\nstream\nx\nendstream',
      ]),
    declared: 'application/pdf',
    says: /展开后过大/,
  },
  {
    name: 'an object stream that unpacks to 600 MB',
    file: () =>
      rawPdf([CATALOGUE, PAGES, PAGE, packedStream(Buffer.alloc(600e6), '/Type /ObjStm /N 1 /First 10')]),
    declared: 'application/pdf',
    says: /无法处理|过大/,
  },
  {
    name: 'a page tree that never ends',
    file: () => rawPdf([CATALOGUE, '<< /Type /Pages /Kids [2 0 R] /Count 1 >>']),
    declared: 'application/pdf',
    says: /./,
  },
  {
    name: 'brackets without end',
    file: () => rawPdf([CATALOGUE, PAGES, PAGE, '['.repeat(2_000_000)]),
    declared: 'application/pdf',
    says: /./,
  },
];

for (const { name, file, declared, says } of REFUSED) {
  test.serial(`refused with a reason that says what to do: ${name}`, async t => {
    const bytes = await file();

    const error = await t.throwsAsync(clean(new Uint8Array(bytes), declared), {
      instanceOf: AttachmentRefused,
    });

    t.is(error?.code, 'ATTACHMENT_REFUSED');
    t.regex(error?.detail ?? '', says);
    t.regex(error?.detail ?? '', /请.+。$/);
  });
}

test.serial('bombs cost the service itself next to nothing, and leave no process behind', async t => {
  const bomb = rawPdf([
    CATALOGUE,
    PAGES,
    PAGE,
    packedStream(Buffer.alloc(600e6), '/Type /ObjStm /N 1 /First 10'),
  ]);
  const before = process.memoryUsage.rss();
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);

  await Promise.all(
    Array.from({ length: 4 }, async () =>
      t.throwsAsync(clean(bomb, 'application/pdf'), { instanceOf: AttachmentRefused }),
    ),
  );
  clearInterval(watching);

  t.true(most - before < 64 * 1024 * 1024, `${Math.round((most - before) / 1024 / 1024)} MiB`);
  t.deepEqual(childrenOf(process.pid), []);
});

/** Processes that this one started and that still run. */
function childrenOf(pid: number): readonly string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        const [, parent] = /\) [^Z] (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? [];
        return Number(parent) === pid;
      } catch {
        return false; // it ended while we looked
      }
    });
}
