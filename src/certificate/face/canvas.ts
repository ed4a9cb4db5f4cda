/**
 * A page of palette indices on which inks are printed through masks. Pure.
 *
 * Instead of mixing true colours and reducing them afterwards, every (ink, coverage, colour below) has one answer in the
 * palette, computed once: printing is a table look-up per pixel, and the picture stays at one byte per pixel.
 */
import type { Mask } from './coverage.ts';
import { LEVELS } from './coverage.ts';
import type { Ink } from './primitives.ts';
import { INKS } from './primitives.ts';

type Rgb = readonly [number, number, number];

/** sRGB of each ink at full coverage on white paper. Dark ones stay legible in black and white. */
export const COLOURS: Readonly<Record<Ink, Rgb>> = {
  ink: [27, 24, 22],
  label: [112, 92, 74],
  red: [150, 38, 34],
  gold: [178, 138, 84],
  pale: [240, 229, 208],
  mark: [239, 236, 231],
  seal: [205, 52, 44],
};

const WHITE_RGB: Rgb = [255, 255, 255];
/** Ink under the seal gets a grid of its own; everything else that overlaps is near one of the plain ramps. */
const SEAL_STEPS = 9;
const WHITE = 0;
const BLACK = 1;

/** Palette: three bytes per colour, at most 256 colours; 0 is white, 1 is black. */
export const PALETTE: Uint8Array = palette();
const TABLES: Readonly<Record<Ink, Uint8Array>> = tables();

/** Rows start with one byte of PNG filter type (0, none), so a finished canvas is compressed as it lies. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly rows: Uint8Array;

  /** White paper, or a copy of another canvas of that size. */
  constructor(width: number, height: number, copyOf?: Canvas) {
    this.width = width;
    this.height = height;
    this.stride = width + 1;
    this.rows = copyOf === undefined ? new Uint8Array(this.stride * height) : copyOf.rows.slice();
  }

  /** Prints the ink through the mask, moved by (`dx`, `dy`) whole pixels; what lies outside the page is cut off. */
  print(mask: Mask, ink: Ink, [dx, dy]: readonly [number, number] = [0, 0]): void {
    const table = TABLES[ink];
    const [left, top] = [mask.left + dx, mask.top + dy];
    for (let y = Math.max(0, -top); y < mask.height && top + y < this.height; y++) {
      const from = y * mask.width;
      const to = (top + y) * this.stride + 1 + left;
      for (let x = Math.max(0, -left); x < mask.width && left + x < this.width; x++) {
        const level = mask.coverage[from + x] ?? 0;
        if (level === 0) continue;
        this.rows[to + x] = table[level * 256 + (this.rows[to + x] ?? WHITE)] ?? WHITE;
      }
    }
  }

  /** Makes a rectangle of whole pixels pure black or pure white. */
  fill(
    [left, top, width, height]: readonly [number, number, number, number],
    colour: 'black' | 'white',
  ): void {
    const index = colour === 'black' ? BLACK : WHITE;
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      const row = y * this.stride + 1;
      this.rows.fill(index, row + Math.max(0, left), row + Math.min(this.width, left + width));
    }
  }
}

/** Multiplies as translucent inks do: over white the ink's own colour, over black black. */
function mixed(below: Rgb, ink: Rgb, share: number): Rgb {
  const one = (i: 0 | 1 | 2) => Math.round(below[i] * (1 - share + (share * ink[i]) / 255));
  return [one(0), one(1), one(2)];
}

function palette(): Uint8Array {
  const colours = new Map<string, Rgb>();
  const add = (rgb: Rgb) => colours.set(rgb.join(), rgb);
  add(WHITE_RGB);
  add([0, 0, 0]);
  const pale = new Set<Ink>(['pale', 'mark']);
  for (const ink of INKS) {
    const steps = pale.has(ink) ? 8 : 26;
    for (let i = 1; i <= steps; i++) add(mixed(WHITE_RGB, COLOURS[ink], i / steps));
  }
  add(mixed(COLOURS.pale, COLOURS.mark, 1));
  for (let i = 1; i <= SEAL_STEPS; i++) {
    for (let j = 1; j <= SEAL_STEPS; j++) {
      add(mixed(mixed(WHITE_RGB, COLOURS.ink, i / SEAL_STEPS), COLOURS.seal, j / SEAL_STEPS));
    }
  }
  if (colours.size > 256) throw new RangeError(`palette: expected at most 256 colours, got ${colours.size}`);
  return Uint8Array.from([...colours.values()].flat());
}

function tables(): Readonly<Record<Ink, Uint8Array>> {
  const table = (ink: Ink): Uint8Array => {
    const answers = new Uint8Array((LEVELS + 1) * 256);
    for (let level = 0; level <= LEVELS; level++) {
      for (let below = 0; below * 3 < PALETTE.length; below++) {
        answers[level * 256 + below] = nearest(mixed(colourAt(below), COLOURS[ink], level / LEVELS));
      }
    }
    return answers;
  };
  return Object.fromEntries(INKS.map(ink => [ink, table(ink)])) as Record<Ink, Uint8Array>; // keys are INKS itself
}

function colourAt(index: number): Rgb {
  return [PALETTE[index * 3] ?? 0, PALETTE[index * 3 + 1] ?? 0, PALETTE[index * 3 + 2] ?? 0];
}

/** Black itself is kept for the code, so that nothing but the code is pure black. */
function nearest(rgb: Rgb): number {
  let [best, distance] = [WHITE, Infinity];
  for (let i = 0; i * 3 < PALETTE.length; i++) {
    if (i === BLACK) continue;
    const [r, g, b] = colourAt(i);
    const d = 2 * (r - rgb[0]) ** 2 + 4 * (g - rgb[1]) ** 2 + 3 * (b - rgb[2]) ** 2;
    if (d < distance) [best, distance] = [i, d];
  }
  return best;
}
