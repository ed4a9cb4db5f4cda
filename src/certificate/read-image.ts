/**
 * Reads the QR codes in a picture: a certificate's file, a screenshot, a photo of a printout. Node only, no network.
 * Accepts PNG, JPEG and WebP by their first bytes and nothing else; size is judged from the header, before any pixel is
 * decoded. What a code says is returned raw; whether it is true is for the verifier.
 */
import { readFileSync } from 'node:fs';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { ErrorCode } from '../shared/errors.ts';
import { DomainError } from '../shared/errors.ts';
import { projectFile } from '../shared/project.ts';
import { READER_OPTIONS } from './qr/reader-options.ts';

/** Largest file and largest picture that are looked at; phones' largest photos stay below both. */
export const MAX_IMAGE_BYTES = 40_000_000;
export const MAX_IMAGE_PIXELS = 64_000_000;

/** Longest side that is decoded; larger pictures are reduced first. */
const LONGEST_SIDE = 4096;
/** Above this the first look is at half size: three times as fast, and enough for any code that fills its share. */
const HALVED_ABOVE = 2400;
const UPSCALED_BELOW = 2000;
/** Below this no code can be in the picture that more work would bring out. */
const SMALLEST_SIDE = 40;
const DEADLINE_MS = 2500;
const DECODE_SECONDS = 10;

// Nothing is ever decoded twice; libvips would keep it all the same.
sharp.cache(false);

/** Thrown when a picture gives no one code; the detail says what to send instead. */
export class ImageRefused extends DomainError {
  constructor(code: Extract<ErrorCode, `IMAGE_${string}`>, options: { cause?: unknown } = {}) {
    super(code, DETAILS[code], options);
  }
}

const DETAILS: Readonly<Record<Extract<ErrorCode, `IMAGE_${string}`>, string>> = {
  IMAGE_UNREADABLE: '文件不是可读取的图片，请上传 PNG、JPEG 或 WebP 格式的证书图片或照片。',
  IMAGE_TOO_LARGE: '图片过大，请缩小到 6400 万像素、40 MB 以内后重新上传。',
  IMAGE_WITHOUT_CODE: '图片中没有找到可读取的二维码，请对准二维码重新拍摄，保持清晰、完整、光线均匀。',
  IMAGE_WITH_SEVERAL_CODES: '图片中有多个不同的二维码，请只保留一份证书的二维码后重新上传。',
};

/**
 * `quick` stops at the first look that shows a code, for files just made by ourselves; `thorough` looks at full size as
 * well, so that a second, smaller code is not overlooked.
 */
export type Effort = 'quick' | 'thorough';

/**
 * The distinct texts of all QR codes found in the picture, none or more, complete and raw.
 *
 * @throws ImageRefused IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export async function readCodes(bytes: Uint8Array, effort: Effort = 'thorough'): Promise<readonly string[]> {
  const page = await decode(bytes);
  const until = performance.now() + DEADLINE_MS;
  const found = new Set<string>();
  const plain = looks(page);
  for (const [index, look] of [...plain, ...rescues(page)].entries()) {
    if (found.size > 0 && (effort === 'quick' || index >= plain.length)) break;
    if (performance.now() > until) break;
    const grey = await look();
    for (const text of await codesIn(grey)) found.add(text);
  }
  return [...found];
}

/**
 * The text of the one code in the picture; the same text twice counts as one.
 *
 * @throws ImageRefused IMAGE_UNREADABLE, IMAGE_TOO_LARGE, IMAGE_WITHOUT_CODE, IMAGE_WITH_SEVERAL_CODES
 */
export async function readOneCode(bytes: Uint8Array, effort: Effort = 'thorough'): Promise<string> {
  const [text, another] = await readCodes(bytes, effort);
  if (text === undefined) throw new ImageRefused('IMAGE_WITHOUT_CODE');
  if (another !== undefined) throw new ImageRefused('IMAGE_WITH_SEVERAL_CODES');
  return text;
}

/** One byte per pixel, 0 black to 255 white. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

type Look = () => Promise<Grey>;

async function decode(bytes: Uint8Array): Promise<Grey> {
  if (bytes.length > MAX_IMAGE_BYTES) throw new ImageRefused('IMAGE_TOO_LARGE');
  if (!isPicture(bytes)) throw new ImageRefused('IMAGE_UNREADABLE');
  try {
    const { width, height, space } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (width * height > MAX_IMAGE_PIXELS) throw new ImageRefused('IMAGE_TOO_LARGE');
    const picture = sharp(bytes, { limitInputPixels: MAX_IMAGE_PIXELS, failOn: 'error' }).timeout({
      seconds: DECODE_SECONDS,
    });
    const upright = picture.autoOrient().flatten({ background: '#ffffff' });
    const isLarge = Math.max(width, height) > LONGEST_SIDE;
    const fitted = isLarge
      ? upright.resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside' })
      : upright;
    // Green is nearest to what the eye calls bright, and far cheaper than weighing all three.
    return await greyOf(space === 'srgb' ? fitted.extractChannel('green') : fitted.greyscale());
  } catch (error) {
    if (error instanceof ImageRefused) throw error;
    throw new ImageRefused('IMAGE_UNREADABLE', { cause: error });
  }
}

/** PNG, JPEG or WebP by magic number; SVG, TIFF, GIF, PDF and the rest never reach a decoder. */
function isPicture(bytes: Uint8Array): boolean {
  const starts = (magic: string, at = 0) => [...magic].every((c, i) => bytes[at + i] === c.charCodeAt(0));
  return starts('\x89PNG\r\n\x1a\n') || starts('\xff\xd8\xff') || (starts('RIFF') && starts('WEBP', 8));
}

/** Looks that every picture gets. */
function looks(page: Grey): readonly Look[] {
  const whole = () => Promise.resolve(page);
  return Math.max(page.width, page.height) > HALVED_ABOVE
    ? [() => Promise.resolve(halved(page)), whole]
    : [whole];
}

/** What is tried while nothing has been found: more contrast, more pixels, less noise, and one part after another. */
function rescues(page: Grey): readonly Look[] {
  if (Math.min(page.width, page.height) < SMALLEST_SIDE) return [];
  const longest = Math.max(page.width, page.height);
  const seen = longest > HALVED_ABOVE ? halved(page) : page;
  const scale = longest < UPSCALED_BELOW ? 2 : 1;
  const enlarge = (grey: Grey, times: number) =>
    open(grey).resize({ width: Math.round(grey.width * times), kernel: 'lanczos3' });
  return [
    () => greyOf(enlarge(seen, scale).sharpen(UNBLUR)),
    () => greyOf(enlarge(seen, scale).normalise().sharpen({ sigma: 1.2 })),
    () => greyOf(open(seen).median(3).normalise()),
    () => greyOf(open(seen).blur(1.2).normalise()),
    ...partsOf(page).map(part => () => greyOf(enlarge(cut(page, part), longest < 3000 ? 2 : 1).normalise())),
  ];
}

/** Strong at edges and even in flats: brings back modules blurred over their own width. Tried on blurred pages. */
const UNBLUR = { sigma: 4, m1: 6, m2: 6, x1: 1, y2: 160, y3: 160 };

/** Nine overlapping parts, each half as wide and high as the page: lower left, where the code stands, first. */
function partsOf(page: Grey): readonly Part[] {
  const [width, height] = [page.width >> 1, page.height >> 1];
  return [2, 1, 0].flatMap(row =>
    [0, 1, 2].map((column): Part => [(column * width) >> 1, (row * height) >> 1, width, height]),
  );
}

/** Left, top, width, height. */
type Part = readonly [number, number, number, number];

function cut(page: Grey, [left, top, width, height]: Part): Grey {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * page.width + left;
    pixels.set(page.pixels.subarray(from, from + width), y * width);
  }
  return { width, height, pixels };
}

/** Means of two by two pixels. */
function halved({ width, height, pixels }: Grey): Grey {
  const [half, rows] = [width >> 1, height >> 1];
  const means = new Uint8Array(half * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0, i = 2 * y * width; x < half; x++, i += 2) {
      const sum =
        (pixels[i] ?? 0) + (pixels[i + 1] ?? 0) + (pixels[i + width] ?? 0) + (pixels[i + width + 1] ?? 0);
      means[y * half + x] = sum >> 2;
    }
  }
  return { width: half, height: rows, pixels: means };
}

function open({ width, height, pixels }: Grey): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
}

async function greyOf(picture: Sharp): Promise<Grey> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

let isReady = false;

/**
 * The texts of the codes that one look at these pixels shows. The reader takes files; PGM is the one that needs no copying of four bytes
 * a pixel.
 */
export async function codesIn({ width, height, pixels }: Grey): Promise<readonly string[]> {
  if (!isReady) prepareZXingModule({ overrides: { wasmBinary: wasmBinary() } });
  isReady = true;
  const pgm = Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`, 'latin1'), pixels]);
  const results = await readBarcodes(pgm, READER_OPTIONS);
  return results.filter(result => result.isValid).map(result => result.text);
}

/** From the package on disk; the module would otherwise fetch it. */
function wasmBinary(): ArrayBuffer {
  return Uint8Array.from(readFileSync(projectFile('node_modules/zxing-wasm/dist/reader/zxing_reader.wasm')))
    .buffer;
}
