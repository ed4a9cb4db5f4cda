/** How many simulated photos of certificates are read, by the server's reader and by the page's, which looks once and has no rescues. */
import sharp from 'sharp';
import { readBarcodes } from 'zxing-wasm/reader';
import { faceOf } from '../../src/certificate/face/face.ts';
import { openFonts } from '../../src/certificate/face/glyphs.ts';
import { READER_OPTIONS } from '../../src/certificate/qr/reader-options.ts';
import { qrSymbol } from '../../src/certificate/qr/symbol.ts';
import { readCodes } from '../../src/certificate/read-image.ts';
import { makeRenderer } from '../../src/certificate/render.ts';
import { mulberry32 } from './certificates.ts';
import { contentOf } from './image-bench.ts';
import { photoOf, type Harms, type Subject } from './photo.ts';

/** Different certificates; each is photographed many times, never twice alike. */
const CERTIFICATES = 20;
const SEED = 4;

/** Rows of figures over that many photos. */
export async function photoBench(count: number): Promise<readonly string[]> {
  const subjects = await certificates();
  const random = mulberry32(SEED);
  const missed: string[] = [];
  let [byServer, byPage] = [0, 0];
  for (let place = 0; place < count; place += 1) {
    const subject = subjects[place % subjects.length];
    if (!subject) throw new RangeError('photoBench: expected certificates');
    const { jpeg, harms } = await photoOf(subject, random);
    const isRead = isOnly(await readCodes(jpeg), subject.qrText);
    if (isRead) byServer += 1;
    else missed.push(`photo ${place + 1} (${named(harms)})`);
    if (isOnly(await readInPage(jpeg), subject.qrText)) byPage += 1;
  }
  const percent = (read: number): string => ((read * 100) / count).toFixed(1);
  return [
    `${count} photos, turned to ±15°, in perspective, unevenly lit, noisy, JPEG 40; half of them blurred, with glare, or with 18 % of the symbol gone:`,
    `  the server reads ${percent(byServer)} % (≥ 99), the page ${percent(byPage)} % (≥ 99)${missed.length > 0 ? ` · not read: ${missed.join(', ')}` : ''}`,
  ];
}

async function certificates(): Promise<readonly (Subject & { readonly qrText: string })[]> {
  const renderer = makeRenderer();
  const fonts = openFonts();
  const subjects = [];
  for (let place = 1; place <= CERTIFICATES; place += 1) {
    const content = contentOf(place);
    const { code } = faceOf(content, qrSymbol(content.qrText), fonts);
    subjects.push({ png: await renderer.render(content), code, qrText: content.qrText });
  }
  return subjects;
}

/** As the page's worker does it: all pixels, the shared options, one look. */
async function readInPage(jpeg: Uint8Array): Promise<readonly string[]> {
  const { data, info } = await sharp(jpeg).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const picture = { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
  const results = await readBarcodes({ ...picture, colorSpace: 'srgb' }, READER_OPTIONS);
  return results.filter(result => result.isValid).map(result => result.text);
}

function isOnly(texts: readonly string[], text: string): boolean {
  return texts.length === 1 && texts[0] === text;
}

function named(harms: Harms): string {
  return Object.entries(harms)
    .filter(([, is]) => is)
    .map(([name]) => name)
    .join(' ');
}
