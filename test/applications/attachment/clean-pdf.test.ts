/** What a PDF may not bring along: ways out of it, tales beside its pages, pictures larger than it says. */
import { PDFDocument } from '@cantoo/pdf-lib';
import test from 'ava';
import sharp from 'sharp';
import { clean } from '../../../src/applications/attachment/clean.ts';
import { AttachmentRefused } from '../../../src/applications/attachment/refused.ts';
import { CATALOGUE, packedStream, PAGE, PAGES, rawPdf } from './some-files.ts';

for (const [name, action] of [
  ['an address', '<< /S /URI /URI (http://somewhere.example/LeadsOut) >>'],
  ['a script as an address', '<< /S /URI /URI (javascript:LeadsOut) >>'],
  ['another file', '<< /S /GoToR /F (\\\\\\\\LeadsOut\\\\x.pdf) /D [0 /Fit] >>'],
  ['an article of another file', '<< /S /Thread /F (LeadsOut) /D 0 >>'],
] as const) {
  test(`a PDF keeps its page and loses what leads out of it: ${name}`, async t => {
    const link = `<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A 5 0 R /PA ${action} >>`;
    const page = PAGE.replace('>>', `/Annots [${link}] >>`);
    const pdf = rawPdf([CATALOGUE, PAGES, page, packedStream(Buffer.from('')), action]);

    const cleaned = await clean(pdf, 'application/pdf');
    const document = await PDFDocument.load(cleaned.bytes);

    const left = document.context.enumerateIndirectObjects().map(([, object]) => object.toString());
    t.false(left.join().includes('LeadsOut'));
    t.is(document.getPageCount(), 1);
  });
}

test('a leap to another page of the same PDF stays', async t => {
  const link = '<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /GoTo /D [3 0 R /Fit] >> >>';
  const page = PAGE.replace('>>', `/Annots [${link}] >>`);
  const pdf = rawPdf([CATALOGUE, PAGES, page, packedStream(Buffer.from(''))]);

  const cleaned = await clean(pdf, 'application/pdf');

  const document = await PDFDocument.load(cleaned.bytes);
  t.regex(document.context.enumerateIndirectObjects().join(), /GoTo/);
});

test('what a page would fetch from elsewhere or was told of it goes with all its parts', async t => {
  const page = PAGE.replace('>>', '/Metadata 5 0 R /Resources << /XObject << /X 6 0 R >> >> >>');
  const form = '/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Ref << /F (TaleOfSomebody) >>';
  const pdf = rawPdf([
    CATALOGUE,
    PAGES,
    page,
    packedStream(Buffer.from('/X Do')),
    '<< /Type /Metadata /Subtype /XML /Length 14 >>\nstream\nTaleOfSomebody\nendstream',
    packedStream(Buffer.from(''), `${form} /OPI << /2.0 << /F (TaleOfSomebody) >> >>`),
  ]);

  const cleaned = await clean(pdf, 'application/pdf');

  const objects = (await PDFDocument.load(cleaned.bytes)).context.enumerateIndirectObjects();
  t.false(objects.join().includes('TaleOfSomebody'));
});

/** A PDF whose page shows a picture of which it says that it is 10 × 10. */
function showing(filter: string, picture: Uint8Array): Uint8Array {
  const head = `<< /Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceRGB /BitsPerComponent 8`;
  return rawPdf([
    CATALOGUE,
    PAGES,
    PAGE.replace('>>', '/Resources << /XObject << /X 5 0 R >> >> >>'),
    packedStream(Buffer.from('/X Do')),
    Buffer.concat([
      Buffer.from(`${head} /Filter ${filter} /Length ${picture.length} >>\nstream\n`),
      picture,
      Buffer.from('\nendstream'),
    ]),
  ]);
}

async function largePhoto(): Promise<Buffer> {
  const create = { width: 16_000, height: 16_000, channels: 3, background: '#fff' } as const;
  return sharp({ create, limitInputPixels: false }).jpeg().toBuffer();
}

const FILE_HEAD = '0000000c6a5020200d0a870a';
const WIDE = '000186a0000186a0'; // 100,000 × 100,000

const REFUSED: readonly { name: string; file: () => Promise<Uint8Array> | Uint8Array; says: RegExp }[] = [
  {
    name: 'a photo of 16000 × 16000 of which the PDF says that it is small',
    file: async () => showing('/DCTDecode', await largePhoto()),
    says: /展开后过大/,
  },
  {
    name: 'the same photo written in hexadecimal digits',
    file: async () =>
      showing('[/ASCIIHexDecode /DCTDecode]', Buffer.from(`${(await largePhoto()).toString('hex')}>`)),
    says: /展开后过大/,
  },
  {
    name: 'a JPEG 2000 picture by its header box',
    file: () => showing('/JPXDecode', Buffer.from(`${FILE_HEAD}0000001669686472${WIDE}000307070000`, 'hex')),
    says: /展开后过大/,
  },
  {
    name: 'a JPEG 2000 picture by its code stream',
    file: () => showing('/JPXDecode', Buffer.from(`ff4fff5100290000${WIDE}00000000`, 'hex')),
    says: /展开后过大/,
  },
  {
    name: 'a JBIG2 page',
    file: () =>
      showing('/JBIG2Decode', Buffer.from(`0000000030000100000013${WIDE}${'00'.repeat(11)}`, 'hex')),
    says: /展开后过大/,
  },
  {
    name: 'a page whose content lies elsewhere',
    file: () =>
      rawPdf([CATALOGUE, PAGES, PAGE, '<< /F (http://somewhere.example/) /Length 0 >>\nstream\n\nendstream']),
    says: /外部文件/,
  },
];

for (const { name, file, says } of REFUSED) {
  test.serial(`refused with a reason that says what to do: ${name}`, async t => {
    const pdf = await file();

    const error = await t.throwsAsync(clean(pdf, 'application/pdf'), { instanceOf: AttachmentRefused });

    t.is(error?.code, 'ATTACHMENT_REFUSED');
    t.regex(error?.detail ?? '', says);
  });
}
