/** How many printed pages are read back after what phones, messengers and coffee cups do to them (QR contract, figures). */
import sharp from 'sharp';
import { faceOf } from '../../src/certificate/face/face.ts';
import type { CodePlace } from '../../src/certificate/face/primitives.ts';
import { openFonts } from '../../src/certificate/face/glyphs.ts';
import { qrSymbol } from '../../src/certificate/qr/symbol.ts';
import { readCodes } from '../../src/certificate/read-image.ts';
import { makeRenderer } from '../../src/certificate/render.ts';
import { mulberry32 } from './certificates.ts';
import { contentOf } from './image-bench.ts';

const PIXELS_PER_MM = 11.811;
const WIDTH_MM = 210;
/** Share of the symbol's area that is painted over. */
const DESTROYED = 0.18;

type Harm = (png: Uint8Array, code: CodePlace, random: () => number) => Promise<Uint8Array>;

const shrunk =
  (pixelsPerMm: number, quality: number): Harm =>
  png =>
    sharp(png)
      .resize({ width: Math.round(WIDTH_MM * pixelsPerMm) })
      .jpeg({ quality })
      .toBuffer();

/** One opaque blot over the symbol, never over a finder pattern's corner: a stain, a stamp, a fold. */
const blotted: Harm = async (png, code, random) => {
  const side = code.size * code.moduleMm;
  const blot = Math.round(side * Math.sqrt(DESTROYED) * PIXELS_PER_MM);
  const finder = 9 * code.moduleMm;
  const room = side * PIXELS_PER_MM - blot - finder * PIXELS_PER_MM;
  const left = Math.round((code.xMm + finder) * PIXELS_PER_MM + random() * room);
  const top = Math.round((code.yMm + finder) * PIXELS_PER_MM + random() * room);
  const ink = {
    create: { width: blot, height: blot, channels: 3 as const, background: random() < 0.5 ? '#fff' : '#555' },
  };
  return sharp(png)
    .composite([{ input: ink, left, top }])
    .png()
    .toBuffer();
};

const HARMS: readonly [name: string, demand: string, harm: Harm][] = [
  ['300 dpi', '100', png => Promise.resolve(png)],
  ['5.1 px/mm, JPEG 40', '≥ 99', shrunk(5.1, 40)],
  ['3.4 px/mm, JPEG 80', '≥ 95', shrunk(3.4, 80)],
  ['18 % of the symbol destroyed', '≥ 90', blotted],
];

/** Rows of figures over that many different pages. */
export async function readingBench(count: number): Promise<readonly string[]> {
  const renderer = makeRenderer();
  const fonts = openFonts();
  const random = mulberry32(7);
  const read = HARMS.map(() => 0);
  for (let place = 1; place <= count; place += 1) {
    const content = contentOf(place);
    const png = await renderer.render(content);
    const { code } = faceOf(content, qrSymbol(content.qrText), fonts);
    for (const [which, [, , harm]] of HARMS.entries()) {
      const texts = await readCodes(await harm(png, code, random));
      if (texts.length === 1 && texts[0] === content.qrText) read[which] = (read[which] ?? 0) + 1;
    }
  }
  return HARMS.map(
    ([name, demand], which) =>
      `${name}: ${(((read[which] ?? 0) * 100) / count).toFixed(1)} % read (${demand} %)`,
  );
}
