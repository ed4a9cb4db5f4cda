/**
 * The band of a use copy (加注): what for, for whom and until when, in a tinted frame above the rows, where nobody who looks at the page can
 * miss it. Pure. Under it stands the same certificate page; the head is one line, so that the longest words still leave the rows room.
 */
import type { PlainDate } from '../../shared/time.ts';
import { toChineseDate } from '../../shared/time.ts';
import { breakLines, textWidth } from './lines.ts';
import type { Fonts, Primitive, Weight } from './primitives.ts';
import { box, FaceRefused, rule } from './primitives.ts';
import { run } from './rows.ts';

/** What a use copy says of itself. */
export interface FaceUse {
  readonly purpose: string;
  readonly recipient: string;
  readonly validThrough: PlainDate;
  readonly madeOn: PlainDate;
  /** How manieth of this certificate. */
  readonly copy: number;
}

export interface BandPlace {
  readonly leftMm: number;
  readonly rightMm: number;
  readonly topMm: number;
}

export interface Band {
  readonly primitives: readonly Primitive[];
  readonly bottomMm: number;
}

/** The largest at which the words stay within MAX_HEIGHT_MM, else the smallest. */
const SIZES_MM = [4, 3.7, 3.4, 3.1, 2.8];
const MAX_HEIGHT_MM = 28;
const LINE_HEIGHT = 1.45;
const HEADING_MM = 5.2;
const PADDING_MM = { x: 4.5, y: 2.6 };

/** @throws FaceRefused GLYPH_MISSING, FACE_DOES_NOT_FIT */
export function useBandOf(use: FaceUse, place: BandPlace, fonts: Fonts): Band {
  const bands = SIZES_MM.map(sizeMm => () => setBand(use, { ...place, sizeMm }, fonts));
  let smallest: Band | undefined;
  for (const band of bands) {
    smallest = band();
    if (smallest.bottomMm - place.topMm <= MAX_HEIGHT_MM) break;
  }
  if (smallest === undefined) throw new RangeError('useBandOf: expected a size');
  return smallest;
}

function setBand(use: FaceUse, place: BandPlace & { sizeMm: number }, fonts: Fonts): Band {
  const { leftMm, rightMm, topMm, sizeMm } = place;
  const inner = { leftMm: leftMm + PADDING_MM.x, rightMm: rightMm - PADDING_MM.x };
  const headMm = topMm + PADDING_MM.y + HEADING_MM;
  const words = [
    ['仅限用于：', use.purpose],
    ['提供给：', use.recipient],
    ['有效期至：', validity(use)],
  ] as const;
  let baseline = headMm + 1.2;
  const lines: Primitive[] = [];
  for (const said of words) {
    const set = setWords(said, { ...inner, sizeMm, baseline }, fonts);
    lines.push(...set.primitives);
    baseline = set.baseline;
  }
  const bottomMm = baseline + sizeMm * 0.35 + PADDING_MM.y;
  const middle = (topMm + bottomMm) / 2;
  const frame = [leftMm, topMm, rightMm - leftMm, bottomMm - topMm] as const;
  return {
    primitives: [
      rule([leftMm, middle], [rightMm, middle], { widthMm: bottomMm - topMm, ink: 'pale' }),
      box(frame, { widthMm: 0.5, ink: 'red' }),
      ...headingOf(use, { ...inner, yMm: headMm }, fonts),
      ...lines,
    ],
    bottomMm,
  };
}

function validity({ validThrough, madeOn }: FaceUse): string {
  return `${toChineseDate(validThrough)}（含当日），逾期无效；${toChineseDate(madeOn)}加注`;
}

function headingOf(
  { copy }: FaceUse,
  { leftMm, rightMm, yMm }: { leftMm: number; rightMm: number; yMm: number },
  fonts: Fonts,
): readonly Primitive[] {
  const title = { sizeMm: HEADING_MM, weight: 900 as Weight, trackingMm: 1.6 };
  const count = { sizeMm: 3.8, weight: 700 as Weight, trackingMm: 0.3 };
  const note = { sizeMm: 3.2, weight: 600 as Weight, trackingMm: 0.1 };
  const said = '用于其他用途或提供给他人无效';
  const countLeft = leftMm + textWidth('加注副本', title, fonts) + 5;
  return [
    run('加注副本', { ...title, xMm: leftMm, yMm, ink: 'red' }),
    run(`第 ${copy} 份`, { ...count, xMm: countLeft, yMm, ink: 'red' }),
    run(said, { ...note, xMm: rightMm - textWidth(said, note, fonts), yMm, ink: 'red' }),
  ];
}

/** A label and its words, broken into lines beside it. @returns the last line's baseline */
function setWords(
  [label, value]: readonly [string, string],
  {
    leftMm,
    rightMm,
    sizeMm,
    baseline,
  }: { leftMm: number; rightMm: number; sizeMm: number; baseline: number },
  fonts: Fonts,
): { primitives: readonly Primitive[]; baseline: number } {
  const style = { sizeMm, weight: 700 as Weight, trackingMm: sizeMm * 0.02 };
  const valueLeft = leftMm + sizeMm * LABEL_CHARACTERS + 0.6;
  const lines = breakLines(value, rightMm - valueLeft, line => textWidth(line, style, fonts));
  if (lines === undefined)
    throw new FaceRefused('FACE_DOES_NOT_FIT', '加注内容排不下，请缩短用途或接收单位的名称后重试。');
  const yOf = (place: number): number => baseline + (place + 1) * sizeMm * LINE_HEIGHT;
  return {
    primitives: [
      run(label, { ...style, weight: 400, xMm: leftMm, yMm: yOf(0), ink: 'label' }),
      ...lines.map((text, place) => run(text, { ...style, xMm: valueLeft, yMm: yOf(place) })),
    ],
    baseline: yOf(lines.length - 1),
  };
}

const LABEL_CHARACTERS = 5;
