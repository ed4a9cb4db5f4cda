/** Draws a face on a canvas: millimetres become pixels, outlines become masks, masks are printed in the order of layers. */
import { Canvas } from './canvas.ts';
import type { Mask } from './coverage.ts';
import { fillMask, strokeMask } from './coverage.ts';
import type { Face } from './face.ts';
import { QUIET_MODULES } from './face.ts';
import { placeCharacters } from './lines.ts';
import type { CodePlace, Fonts, Primitive, TextRun } from './primitives.ts';

/** 300 dots per inch. */
export const PIXELS_PER_MM = 300 / 25.4;
/** As PNG states it: 300 dpi, rounded to whole pixels per metre. */
export const PIXELS_PER_METRE = 11_811;

/** Masks of small glyphs are kept; the oldest go first. About 4 KB each. */
const MASKS_KEPT = 3000;
const LARGEST_KEPT = 300 * 300;

export interface Painter {
  /** The face as palette pixels: 2480 × 3508 for A4. The same face gives the same pixels. */
  readonly paint: (face: Face) => Canvas;
}

/** A painter with these fonts; it keeps glyphs and the ground between faces. */
export function makePainter(fonts: Fonts): Painter {
  const masks = new Map<string, Mask>();
  const grounds = new Map<readonly Primitive[], Canvas>();
  const glyph = (run: TextRun, character: string): Mask => {
    const key = `${character}${run.weight}/${run.sizeMm}/${run.turnDegrees}`;
    const kept = masks.get(key);
    if (kept !== undefined) return kept;
    const mask = glyphMask(run, fonts.outline(character, run.weight));
    if (mask.coverage.length <= LARGEST_KEPT) masks.set(key, mask);
    const [oldest] = masks.keys();
    if (masks.size > MASKS_KEPT && oldest !== undefined) masks.delete(oldest);
    return mask;
  };
  const draw = (canvas: Canvas, one: Primitive): void => {
    if (one.kind === 'text') return drawText(canvas, one, { fonts, glyph });
    if (one.kind === 'code') return drawCode(canvas, one);
    const lines = one.lines.map(line => line.map(mm => mm * PIXELS_PER_MM));
    canvas.print(strokeMask(lines, one.widthMm * PIXELS_PER_MM), one.ink);
  };
  return {
    paint(face) {
      const ground = grounds.get(face.ground) ?? groundOf(face, draw);
      grounds.set(face.ground, ground);
      const canvas = new Canvas(ground.width, ground.height, ground);
      for (const one of [...face.print, ...face.seal, face.code]) draw(canvas, one);
      return canvas;
    },
  };
}

function groundOf(face: Face, draw: (canvas: Canvas, one: Primitive) => void): Canvas {
  const canvas = new Canvas(
    Math.round(face.widthMm * PIXELS_PER_MM),
    Math.round(face.heightMm * PIXELS_PER_MM),
  );
  for (const one of face.ground) draw(canvas, one);
  return canvas;
}

/** The glyph about the origin of its baseline, turned. */
function glyphMask(run: TextRun, outline: readonly (readonly number[])[]): Mask {
  const scale = run.sizeMm * PIXELS_PER_MM;
  const [cos, sin] = turnOf(run);
  return fillMask(
    outline.map(contour =>
      contour.map((value, i) => {
        const [x, y] = i % 2 === 0 ? [value, contour[i + 1] ?? 0] : [contour[i - 1] ?? 0, value];
        return scale * (i % 2 === 0 ? x * cos - y * sin : x * sin + y * cos);
      }),
    ),
  );
}

function drawText(
  canvas: Canvas,
  run: TextRun,
  by: { fonts: Fonts; glyph: (run: TextRun, c: string) => Mask },
): void {
  const [cos, sin] = turnOf(run);
  for (const { character, xMm } of placeCharacters(run.text, run, by.fonts)) {
    const dx = Math.round((run.xMm + xMm * cos) * PIXELS_PER_MM);
    const dy = Math.round((run.yMm + xMm * sin) * PIXELS_PER_MM);
    canvas.print(by.glyph(run, character), run.ink, [dx, dy]);
  }
}

/** Modules on whole pixels, each exactly as large as the others, in pure black on pure white. */
function drawCode(canvas: Canvas, { xMm, yMm, moduleMm, size, modules }: CodePlace): void {
  const module = Math.round(moduleMm * PIXELS_PER_MM);
  const [left, top] = [Math.round(xMm * PIXELS_PER_MM), Math.round(yMm * PIXELS_PER_MM)];
  const quiet = QUIET_MODULES * module;
  const side = size * module + 2 * quiet;
  canvas.fill([left - quiet, top - quiet, side, side], 'white');
  for (const [row, line] of modules.entries()) {
    for (const [column, isDark] of line.entries()) {
      if (isDark) canvas.fill([left + column * module, top + row * module, module, module], 'black');
    }
  }
}

function turnOf({ turnDegrees }: TextRun): readonly [number, number] {
  const angle = (turnDegrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}
