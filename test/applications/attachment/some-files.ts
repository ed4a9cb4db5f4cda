/** Real files for tests of attachments: good ones, and ones that somebody prepared. */
import { deflateSync } from 'node:zlib';
import { PDFDocument, PDFName, PDFString, type PDFObject } from '@cantoo/pdf-lib';
import sharp from 'sharp';

/** A picture with something on it, as JPEG with EXIF: turned on its side, and where it was taken. */
export async function aPhoto(): Promise<Buffer> {
  return sharp({ create: { width: 300, height: 200, channels: 3, background: '#a33' } })
    .composite([{ input: await aScan(80), left: 10, top: 10 }])
    .jpeg()
    .withExif({
      IFD0: { Make: 'CameraOfSomebody', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '39/1 5/1 0/1', GPSLongitudeRef: 'E' },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** Noise, as PNG: packs to nothing less. */
export async function aScan(side = 120): Promise<Buffer> {
  let noise = 1;
  const pixels = Buffer.alloc(side * side * 3).map(() => (noise = (noise * 48_271) % 2_147_483_647) >> 8);
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

/** A PDF of so many pages whose parts a test may change before it is written. */
export async function aPdf(
  options: { pages?: number; change?: (document: PDFDocument) => void; objectStreams?: boolean } = {},
): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  for (let page = 1; page <= (options.pages ?? 1); page += 1)
    document.addPage([300, 200]).drawText(`page ${page}`);
  document.setAuthor('SomebodysName');
  document.setProducer('SomebodysProgram');
  options.change?.(document);
  return document.save({ useObjectStreams: options.objectStreams ?? false });
}

/** Puts a value into the catalogue. */
export function inCatalogue(name: string, value: object): (document: PDFDocument) => void {
  return document => {
    document.catalog.set(PDFName.of(name), document.context.obj(value as LiteralObject));
  };
}

type LiteralObject = Record<string, string>; // the library's own type of nested literals is not exported

export function javaScript(document: PDFDocument): PDFObject {
  return document.context.obj({ S: 'JavaScript', JS: PDFString.of('app.alert(1)') });
}

/** A PDF written by hand, with whatever objects a library would not write. */
export function rawPdf(objects: readonly (string | Buffer)[], tail = '%%EOF\n'): Uint8Array {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  objects.forEach((object, place) => {
    parts.push(Buffer.from(`${place + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n'));
  });
  parts.push(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n0\n${tail}`));
  return new Uint8Array(Buffer.concat(parts));
}

export const CATALOGUE = '<< /Type /Catalog /Pages 2 0 R >>';
export const PAGES = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
export const PAGE = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>';

/** A stream that says it is packed by Deflate. */
export function packedStream(content: Buffer, more = ''): Buffer {
  const packed = deflateSync(content, { level: 9 });
  return Buffer.concat([
    Buffer.from(`<< ${more} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`),
    packed,
    Buffer.from('\nendstream'),
  ]);
}
