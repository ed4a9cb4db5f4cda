/** Writes palette pictures as PNG (W3C PNG, third edition): IHDR pHYs PLTE iTXt… IDAT IEND. Node only. */
import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import type { PngText } from '../png-chunks.ts';
import { chunksOf, PNG_SIGNATURE } from '../png-chunks.ts';
import type { Canvas } from './canvas.ts';
import { PALETTE } from './canvas.ts';

/** More costs twice the time for a twentieth of the size; measured on the face. */
const DEFLATE_LEVEL = 3;

/** PNG file of the canvas at that resolution; the same canvas gives the same pixels, and the same file with one zlib. */
export async function toPng(
  canvas: Canvas,
  pixelsPerMetre: number,
  texts: readonly PngText[],
): Promise<Uint8Array> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(canvas.width, 0);
  header.writeUInt32BE(canvas.height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, filters, not interlaced
  const density = Buffer.alloc(9);
  density.writeUInt32BE(pixelsPerMetre, 0);
  density.writeUInt32BE(pixelsPerMetre, 4);
  density[8] = 1; // the unit is the metre
  const pixels = await promisify(deflate)(canvas.rows, { level: DEFLATE_LEVEL, memLevel: 9 });
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    chunk('pHYs', density),
    chunk('PLTE', PALETTE),
    ...texts.map(text => chunk('iTXt', international(text))),
    chunk('IDAT', pixels),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** The same file with these words directly before its pixels; nothing else is touched. @throws RangeError for a file without pixels */
export function withTextBeforePixels(png: Uint8Array, text: PngText): Uint8Array {
  const pixels = chunksOf(png).chunks.find(({ type }) => type === 'IDAT');
  if (pixels === undefined) throw new RangeError('withTextBeforePixels: expected a PNG with pixels');
  return Buffer.concat([
    png.subarray(0, pixels.start),
    chunk('iTXt', international(text)),
    png.subarray(pixels.start),
  ]);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function international({ keyword, text }: PngText): Buffer {
  if (!/^[!-~¡-ÿ](?:[ -~¡-ÿ]{0,77}[!-~¡-ÿ])?$/.test(keyword)) {
    throw new RangeError(
      `toPng: keyword: expected 1 to 79 Latin-1 characters, got ${JSON.stringify(keyword)}`,
    );
  }
  if (text.includes('\0')) throw new RangeError('toPng: text: expected no NUL');
  // keyword, NUL, not compressed, method 0, no language tag, no translated keyword
  return Buffer.concat([
    Buffer.from(keyword, 'latin1'),
    Buffer.from([0, 0, 0, 0, 0]),
    Buffer.from(text, 'utf8'),
  ]);
}
