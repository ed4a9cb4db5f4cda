/**
 * What a certificate's face is drawn with: a short list of shapes in millimetres, so that a picture and a later vector
 * document show the same face. Pure. Origin upper left, x to the right, y downward; angles turn clockwise.
 */
import type { ErrorCode } from '../../shared/errors.ts';
import { DomainError } from '../../shared/errors.ts';

/** Weights of the certificate's typeface that the face uses. */
export const WEIGHTS = [400, 600, 700, 900] as const;
export type Weight = (typeof WEIGHTS)[number];

/** Colours by purpose; every backend has one table for them. All of them multiply, as printing inks do. */
export const INKS = ['ink', 'label', 'red', 'gold', 'pale', 'mark', 'seal'] as const;
export type Ink = (typeof INKS)[number];

/** One line of text; `xMm` is its left end and `yMm` its baseline, before turning about that point. */
export interface TextRun {
  readonly kind: 'text';
  readonly text: string;
  readonly xMm: number;
  readonly yMm: number;
  readonly sizeMm: number;
  readonly weight: Weight;
  readonly ink: Ink;
  /** Extra space after each character. */
  readonly trackingMm: number;
  readonly turnDegrees: number;
}

/** Open or closed polylines, each flat: x0, y0, x1, y1, …; stroked with butt ends. */
export interface Curves {
  readonly kind: 'curves';
  readonly lines: readonly (readonly number[])[];
  readonly widthMm: number;
  readonly ink: Ink;
}

/** A QR symbol in pure black; `xMm`, `yMm` is the upper left corner of its first module, without the quiet zone. */
export interface CodePlace {
  readonly kind: 'code';
  readonly xMm: number;
  readonly yMm: number;
  readonly moduleMm: number;
  /** Modules per side. */
  readonly size: number;
  readonly modules: CodeSymbol['modules'];
}

/** A QR symbol without its quiet zone, as its encoder gives it. */
export interface CodeSymbol {
  /** Modules per side. */
  readonly size: number;
  /** `modules[row][column]` is true for a dark module. */
  readonly modules: readonly (readonly boolean[])[];
}

export type Primitive = TextRun | Curves | CodePlace;

/** One closed outline after another, flat x0, y0, x1, y1, … in em, y downward, baseline at 0. */
export type Outline = readonly (readonly number[])[];

/** The typeface as the face needs it; every function throws GLYPH_MISSING for a character it cannot draw. */
export interface Fonts {
  /** Width of the character in em. */
  readonly advance: (character: string, weight: Weight) => number;
  /** Shape of the character; empty for a space. */
  readonly outline: (character: string, weight: Weight) => Outline;
}

/** Thrown when a certificate cannot be printed as it is; nothing was drawn. */
export class FaceRefused extends DomainError {
  /** The one that cannot be printed, if it is one. */
  readonly character: string | undefined;

  constructor(
    code: Extract<ErrorCode, 'GLYPH_MISSING' | 'FACE_DOES_NOT_FIT' | 'FACE_MISMATCH'>,
    detail: string,
    character?: string,
  ) {
    super(code, detail);
    this.character = character;
  }
}

/** A straight line. */
export function rule(from: readonly [number, number], to: readonly [number, number], pen: Pen): Curves {
  return { kind: 'curves', lines: [[...from, ...to]], ...pen };
}

/** The outline of a rectangle: left, top, width, height in millimetres. */
export function box(frame: readonly [number, number, number, number], pen: Pen): Curves {
  const [x, y, width, height] = frame;
  const half = pen.widthMm / 2;
  const [left, top, right, bottom] = [x, y, x + width, y + height];
  return {
    kind: 'curves',
    lines: [
      [left - half, top, right + half, top],
      [right, top, right, bottom],
      [right + half, bottom, left - half, bottom],
      [left, bottom, left, top],
    ],
    ...pen,
  };
}

/** A circle, whole or as `dashes` short arcs that fill half of it. */
export function circle(
  place: { xMm: number; yMm: number; radiusMm: number; dashes?: number },
  pen: Pen,
): Curves {
  const { xMm, yMm, radiusMm, dashes } = place;
  const arc = (from: number, to: number, steps: number) =>
    Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps).flatMap(angle => [
      xMm + radiusMm * Math.cos(angle),
      yMm + radiusMm * Math.sin(angle),
    ]);
  if (dashes === undefined) {
    const round = arc(0, 2 * Math.PI, 240);
    // Exactly closed, so that the last piece joins the first.
    return { kind: 'curves', lines: [[...round.slice(0, -2), ...round.slice(0, 2)]], ...pen };
  }
  const turn = (2 * Math.PI) / dashes;
  const lines = Array.from({ length: dashes }, (_, i) => arc(i * turn, (i + 0.5) * turn, 4));
  return { kind: 'curves', lines, ...pen };
}

/** Stroke of a line. */
export interface Pen {
  readonly widthMm: number;
  readonly ink: Ink;
}
