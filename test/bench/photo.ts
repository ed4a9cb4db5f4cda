/**
 * Photos as phones take them of a printed certificate, simulated: the page, or the part with the code, seen at an angle by a true
 * perspective, under uneven light with a reflection, out of focus, with a stain on the symbol, noisy, and sent on as JPEG. Seeded: the
 * same random numbers give the same photo.
 */
import sharp, { type Sharp } from 'sharp';
import type { CodePlace } from '../../src/certificate/face/primitives.ts';

export interface Subject {
  /** The page at 300 dpi. */
  readonly png: Uint8Array;
  readonly code: CodePlace;
}

/** What happened to one photo beside angle, light, noise and JPEG, which every photo has. */
export interface Harms {
  readonly isWhole: boolean;
  readonly isBlurred: boolean;
  readonly hasGlare: boolean;
  readonly isDamaged: boolean;
}

export interface Photo {
  readonly jpeg: Uint8Array;
  readonly harms: Harms;
}

/** Grey pixels, 0 black to 255 white. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

type Random = () => number;
type Point = readonly [x: number, y: number];

const PIXELS_PER_MM = 11.811;
const JPEG_QUALITY = 40;
const MAX_TURN = (15 * Math.PI) / 180;
/** A corner comes nearer or goes farther by at most this share of the side. */
const MAX_TILT = 0.06;
/** Share of the symbol's area under one stain. */
const DAMAGED = 0.18;
/** Width and height of the picture: a phone's photo after a messenger, of the page and of the code. */
const WHOLE: Point = [1800, 2400];
const CLOSE: Point = [1200, 1200];

/** One photo of the subject. */
export async function photoOf(subject: Subject, random: Random): Promise<Photo> {
  const harms: Harms = {
    isWhole: random() < 0.5,
    isBlurred: random() < 0.5,
    hasGlare: random() < 0.5,
    isDamaged: random() < 0.5,
  };
  const stained = harms.isDamaged ? await stain(subject, random) : subject.png;
  const [width, height] = harms.isWhole ? WHOLE : CLOSE;
  const source = await sceneOf(stained, subject.code, harms.isWhole);
  const seen = seenAtAngle(source, { width, height }, random);
  const lit = underLight(seen, harms.hasGlare, random);
  let picture = sharp(lit.pixels, { raw: { width, height, channels: 1 } });
  if (harms.isBlurred) picture = picture.blur(0.5 + random());
  return { jpeg: await picture.jpeg({ quality: JPEG_QUALITY }).toBuffer(), harms };
}

/** One opaque blot over the symbol, never over a finder pattern. */
async function stain({ png, code }: Subject, random: Random): Promise<Uint8Array> {
  const side = code.size * code.moduleMm;
  const blot = side * Math.sqrt(DAMAGED);
  const finder = 9 * code.moduleMm;
  const room = side - blot - finder;
  const place = (start: number): number => Math.round((start + finder + random() * room) * PIXELS_PER_MM);
  const pixels = Math.round(blot * PIXELS_PER_MM);
  const background = random() < 0.5 ? '#fff' : '#555';
  const input = { create: { width: pixels, height: pixels, channels: 3 as const, background } };
  return sharp(png)
    .composite([{ input, left: place(code.xMm), top: place(code.yMm) }])
    .png()
    .toBuffer();
}

/** The page, or the code with a margin, at about the resolution at which the camera sees it. */
async function sceneOf(png: Uint8Array, code: CodePlace, isWhole: boolean): Promise<Plane> {
  const page = sharp(png).greyscale();
  if (isWhole) return planeOf(page.resize({ width: 1500 }));
  const margin = 12;
  const side = Math.round((code.size * code.moduleMm + 2 * margin) * PIXELS_PER_MM);
  const from = (mm: number): number => Math.max(0, Math.round((mm - margin) * PIXELS_PER_MM));
  const area = { left: from(code.xMm), top: from(code.yMm), width: side, height: side };
  const cut = await page.extract(area).png().toBuffer();
  return planeOf(sharp(cut).greyscale().resize({ width: 1000 }));
}

async function planeOf(picture: Sharp): Promise<Plane> {
  const { data, info } = await picture.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

/** The scene turned and tilted in the middle of a table of another brightness; bilinear between pixels. */
function seenAtAngle(scene: Plane, frame: { width: number; height: number }, random: Random): Plane {
  const table = 60 + random() * 100;
  const back = perspective(cornersOf(scene, frame, random), rectangle(scene));
  const pixels = new Uint8Array(frame.width * frame.height);
  for (let y = 0; y < frame.height; y += 1)
    for (let x = 0; x < frame.width; x += 1)
      pixels[y * frame.width + x] = between(scene, back(x, y)) ?? table;
  return { ...frame, pixels };
}

/** Where the scene's corners stand in the photo. */
function cornersOf(scene: Plane, frame: { width: number; height: number }, random: Random): readonly Point[] {
  const turn = (2 * random() - 1) * MAX_TURN;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [wide, high] = [
    scene.width * Math.abs(cos) + scene.height * Math.abs(sin),
    scene.width * Math.abs(sin) + scene.height * Math.abs(cos),
  ];
  const scale = Math.min((0.94 * frame.width) / wide, (0.94 * frame.height) / high);
  const tilt = (): number => 1 - random() * MAX_TILT;
  return rectangle(scene).map(([x, y]): Point => {
    const [dx, dy] = [(x - scene.width / 2) * scale * tilt(), (y - scene.height / 2) * scale * tilt()];
    return [frame.width / 2 + dx * cos - dy * sin, frame.height / 2 + dx * sin + dy * cos];
  });
}

function rectangle({ width, height }: Plane): readonly Point[] {
  return [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
}

/** The projective map that takes these four points to those: eight equations for its eight numbers. */
function perspective(from: readonly Point[], to: readonly Point[]): (x: number, y: number) => Point {
  const rows = from.flatMap(([x, y], place) => {
    const [u, v] = to[place] ?? [0, 0];
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = solved(rows);
  return (x, y) => {
    const w = g * x + h * y + 1;
    return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
  };
}

/** Gauss–Jordan with the largest pivot; each row is its coefficients and its right side. */
function solved(rows: readonly (readonly number[])[]): number[] {
  const matrix = rows.map(row => [...row]);
  const size = matrix.length;
  const at = (row: number, column: number): number => matrix[row]?.[column] ?? 0;
  for (let pivot = 0; pivot < size; pivot += 1) {
    let best = pivot;
    for (let row = pivot; row < size; row += 1)
      if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row;
    [matrix[pivot], matrix[best]] = [matrix[best] ?? [], matrix[pivot] ?? []];
    const head = at(pivot, pivot);
    matrix[pivot] = (matrix[pivot] ?? []).map(value => value / head);
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue;
      const factor = at(row, pivot);
      matrix[row] = (matrix[row] ?? []).map((value, column) => value - factor * at(pivot, column));
    }
  }
  return matrix.map(row => row[size] ?? 0);
}

function between({ width, height, pixels }: Plane, [x, y]: Point): number | undefined {
  if (x < 0 || y < 0 || x >= width - 1 || y >= height - 1) return undefined;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, low] = [x - left, y - top];
  const at = top * width + left;
  const upper = (pixels[at] ?? 0) * (1 - right) + (pixels[at + 1] ?? 0) * right;
  const lower = (pixels[at + width] ?? 0) * (1 - right) + (pixels[at + width + 1] ?? 0) * right;
  return upper * (1 - low) + lower * low;
}

/** Brighter on one side than on the other, a soft round reflection perhaps, and the sensor's noise. */
function underLight({ width, height, pixels }: Plane, hasGlare: boolean, random: Random): Plane {
  const [dark, direction] = [0.45 + 0.35 * random(), random() * 2 * Math.PI];
  const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
  const glare = {
    x: (0.15 + 0.7 * random()) * width,
    y: (0.15 + 0.7 * random()) * height,
    radius: (0.05 + 0.07 * random()) * width,
    light: hasGlare ? 150 : 0,
  };
  const noise = 3 + 5 * random();
  const lit = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const along = 0.5 + ((x / width - 0.5) * cos + (y / height - 0.5) * sin) / Math.SQRT2;
      const near = ((x - glare.x) ** 2 + (y - glare.y) ** 2) / glare.radius ** 2;
      const value =
        (pixels[y * width + x] ?? 0) * (dark + (1 - dark) * along) +
        (near < 6 ? glare.light * Math.exp(-near) : 0) +
        noise * (random() + random() + random() - 1.5) * 2;
      lit[y * width + x] = Math.max(0, Math.min(255, value));
    }
  }
  return { width, height, pixels: lit };
}
