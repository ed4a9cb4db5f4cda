/**
 * The seal on the face (R20): a sample which nobody can take for an organ's seal. Where a real one has a plain
 * five-pointed star this one says 样章, and below it that it is void. Pure.
 */
import type { Fonts, Primitive, TextRun, Weight } from './primitives.ts';
import { circle, FaceRefused } from './primitives.ts';
import { textWidth } from './lines.ts';

/** Outer diameter in millimetres, within the 42–45 mm of organs' seals. */
export const SEAL_MM = 43;

const RING = { radiusMm: SEAL_MM / 2 - 0.6, widthMm: 1.2 };
const INNER_RING = { radiusMm: SEAL_MM / 2 - 2.1, widthMm: 0.22 };
/** Where the feet of the letters stand: of the name on the upper arc, of the warning on the lower one. */
const NAME_FEET_MM = 14.5;
const WARNING_FEET_MM = 17.9;
const NAME_LARGEST_MM = 4;
const NAME_SMALLEST_MM = 2;
const WARNING_MM = 2.7;
/** How far the name may run to either side of the top, in radians. */
const NAME_REACH = (112 * Math.PI) / 180;
/** Letters on the arc stand this much wider than they are. */
const NAME_SPREAD = 1.45;
const TIGHTEST_SPREAD = 1.08;

export interface SealPlace {
  readonly xMm: number;
  readonly yMm: number;
  readonly issuerName: string;
  readonly isTest: boolean;
}

/** The sample seal about its centre (`xMm`, `yMm`). @throws FaceRefused when the issuer's name does not fit the arc */
export function sealOf(place: SealPlace, fonts: Fonts): readonly Primitive[] {
  const { xMm, yMm, issuerName, isTest } = place;
  const word = { xMm, yMm: yMm + 3, sizeMm: 8, weight: 900 as Weight, trackingMm: 1.4 };
  const warning = {
    feetMm: WARNING_FEET_MM,
    sizeMm: WARNING_MM,
    spread: (WARNING_MM * 1.3) / WARNING_FEET_MM,
  };
  return [
    circle({ xMm, yMm, radiusMm: RING.radiusMm }, { widthMm: RING.widthMm, ink: 'seal' }),
    circle({ xMm, yMm, radiusMm: INNER_RING.radiusMm }, { widthMm: INNER_RING.widthMm, ink: 'seal' }),
    ...onArc(issuerName, { xMm, yMm, ...nameArc(issuerName), isBelow: false }, fonts),
    centred('样章', word, fonts),
    ...onArc(isTest ? '测试专用' : '样本·无效印', { xMm, yMm, ...warning, isBelow: true }, fonts),
  ];
}

function nameArc(issuerName: string): { feetMm: number; sizeMm: number; spread: number } {
  const count = [...issuerName].length;
  const middleMm = NAME_FEET_MM + NAME_LARGEST_MM * 0.4;
  const sizeMm = Math.min(NAME_LARGEST_MM, (2 * NAME_REACH * middleMm) / (count * TIGHTEST_SPREAD));
  if (sizeMm < NAME_SMALLEST_MM) {
    throw new FaceRefused('FACE_DOES_NOT_FIT', '发证机关名称过长，印章上排不下，请改用规范简称后重新制证。');
  }
  const spread = Math.min((sizeMm * NAME_SPREAD) / middleMm, (2 * NAME_REACH) / count);
  return { feetMm: NAME_FEET_MM, sizeMm, spread };
}

interface Arc {
  readonly xMm: number;
  readonly yMm: number;
  readonly feetMm: number;
  readonly sizeMm: number;
  /** Radians from one letter to the next. */
  readonly spread: number;
  /** On the lower half, feet outward, so that it reads from left to right too. */
  readonly isBelow: boolean;
}

function onArc(words: string, arc: Arc, fonts: Fonts): readonly TextRun[] {
  const letters = [...words];
  const up = arc.isBelow ? -1 : 1;
  return letters.map((text, index) => {
    const angle = (index - (letters.length - 1) / 2) * arc.spread;
    const half = (fonts.advance(text, 700) * arc.sizeMm) / 2;
    return {
      kind: 'text',
      text,
      xMm: arc.xMm + arc.feetMm * Math.sin(angle) - half * Math.cos(angle),
      yMm: arc.yMm - up * (arc.feetMm * Math.cos(angle) + half * Math.sin(angle)),
      sizeMm: arc.sizeMm,
      weight: 700,
      ink: 'seal',
      trackingMm: 0,
      turnDegrees: (up * angle * 180) / Math.PI,
    };
  });
}

interface Line {
  readonly xMm: number;
  readonly yMm: number;
  readonly sizeMm: number;
  readonly weight: Weight;
  readonly trackingMm: number;
}

function centred(text: string, line: Line, fonts: Fonts): TextRun {
  const { xMm, yMm, sizeMm, weight, trackingMm } = line;
  const left = xMm - textWidth(text, line, fonts) / 2;
  return { kind: 'text', text, xMm: left, yMm, sizeMm, weight, ink: 'seal', trackingMm, turnDegrees: 0 };
}
