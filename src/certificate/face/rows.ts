/**
 * The label–value rows of the face, in the notice's order (R21), set in the room there is: one size for all values, the
 * largest at which everything fits, long values broken into lines, short ones in step with each other. Pure.
 */
import { breakLines, textWidth } from './lines.ts';
import type { Fonts, Primitive, TextRun, Weight } from './primitives.ts';
import { box, FaceRefused } from './primitives.ts';

export interface Row {
  readonly label: string;
  readonly value: string;
  /** The person's name is set larger. */
  readonly isName?: true;
  /** Boxes for characters to be written by hand after the value, and the line that says so (R27). */
  readonly annotation?: { readonly boxes: number; readonly instruction: string };
}

/** Room for the rows, in millimetres; above `freeFromMm` values end at `narrowRightMm` instead of `rightMm`. */
export interface RowsRoom {
  readonly leftMm: number;
  readonly rightMm: number;
  readonly topMm: number;
  readonly bottomMm: number;
  readonly narrowRightMm: number;
  readonly freeFromMm: number;
  /** Of a use copy, whose band takes room: values may be set as small as its own words. */
  readonly isTight?: boolean;
}

/** Side of a box for one handwritten character (R27). */
export const HAND_BOX_MM = 12;

const SIZES_MM = [5.3, 5.1, 4.9, 4.7, 4.5, 4.3, 4.1, 3.9, 3.7, 3.5];
const TIGHT_SIZES_MM = [...SIZES_MM, 3.3, 3.1, 2.9];
/** Labels are spread to the width of six characters, the longest label. */
const LABEL_CHARACTERS = 6;
const LABEL_SHARE = 0.86;
const LABEL_GAP_MM = 8.5;
const LINE_HEIGHT = 1.42;
const NAME_SHARE = 1.32;
/** Rows are never further apart than this, nor nearer than a share of the size. */
const WIDEST_GAP_MM = 8.2;
const NARROWEST_GAP = 0.42;
const INSTRUCTION_MM = 2.75;

/** The rows, drawn. @throws FaceRefused FACE_DOES_NOT_FIT naming the longest value when they do not fit the room */
export function rowsOf(rows: readonly Row[], room: RowsRoom, fonts: Fonts): readonly Primitive[] {
  for (const sizeMm of room.isTight ? TIGHT_SIZES_MM : SIZES_MM) {
    const set = setRows(rows, { room, sizeMm, gapMm: sizeMm * NARROWEST_GAP }, fonts);
    if (set === undefined) continue;
    const spare = room.bottomMm - set.bottomMm;
    if (spare < 0) continue;
    return spreadOut(rows, { room, sizeMm, spare }, fonts) ?? set.primitives;
  }
  const longest = rows.reduce((a, b) => ([...b.value].length > [...a.value].length ? b : a));
  throw new FaceRefused(
    'FACE_DOES_NOT_FIT',
    `证书版面排不下，请缩短最长的一项“${longest.label}”后重新制证。`,
  );
}

interface Setting {
  readonly room: RowsRoom;
  readonly sizeMm: number;
  readonly gapMm: number;
}

interface SetRows {
  readonly primitives: readonly Primitive[];
  readonly bottomMm: number;
}

/** Shares what is left over among the gaps; wider gaps may free rows of the narrow part, so the result is set anew. */
function spreadOut(
  rows: readonly Row[],
  { room, sizeMm, spare }: { room: RowsRoom; sizeMm: number; spare: number },
  fonts: Fonts,
): readonly Primitive[] | undefined {
  const gapMm = Math.min(WIDEST_GAP_MM, sizeMm * NARROWEST_GAP + spare / (rows.length - 1));
  const set = setRows(rows, { room, sizeMm, gapMm }, fonts);
  return set === undefined || set.bottomMm > room.bottomMm + 0.01 ? undefined : centredIn(set, room);
}

/** What still is left over goes above and below, a little more below. */
function centredIn(set: SetRows, room: RowsRoom): readonly Primitive[] {
  const dy = Math.max(0, (room.bottomMm - set.bottomMm) * 0.42);
  return set.primitives.map(one => (one.kind === 'text' ? { ...one, yMm: one.yMm + dy } : moved(one, dy)));
}

function moved(one: Primitive, dy: number): Primitive {
  if (one.kind !== 'curves') return one;
  return { ...one, lines: one.lines.map(line => line.map((value, i) => (i % 2 === 0 ? value : value + dy))) };
}

function setRows(rows: readonly Row[], setting: Setting, fonts: Fonts): SetRows | undefined {
  const primitives: Primitive[] = [];
  let topMm = setting.room.topMm;
  for (const row of rows) {
    const set = setRow(row, { ...setting, topMm }, fonts);
    if (set === undefined) return undefined;
    primitives.push(...set.primitives);
    topMm = set.bottomMm + setting.gapMm;
  }
  return { primitives, bottomMm: topMm - setting.gapMm };
}

function setRow(
  row: Row,
  { room, sizeMm, topMm }: Setting & { topMm: number },
  fonts: Fonts,
): SetRows | undefined {
  const labelMm = sizeMm * LABEL_SHARE;
  const valueLeft = room.leftMm + labelMm * LABEL_CHARACTERS + LABEL_GAP_MM;
  const right = topMm < room.freeFromMm ? room.narrowRightMm : room.rightMm;
  const style = row.isName
    ? { sizeMm: sizeMm * NAME_SHARE, weight: 700 as Weight, trackingMm: sizeMm * 0.1 }
    : { sizeMm, weight: 600 as Weight, trackingMm: sizeMm * 0.02 };
  const boxes = row.annotation?.boxes ?? 0;
  const boxesMm = boxes * (HAND_BOX_MM + 2);
  const lines = breakLines(row.value, right - valueLeft - boxesMm, line => textWidth(line, style, fonts));
  if (lines === undefined) return undefined;

  // Labels stand on the first line's baseline; a box for handwriting makes that line as high as itself.
  const lineMm = style.sizeMm * LINE_HEIGHT;
  const firstMm = Math.max(lineMm, boxes > 0 ? HAND_BOX_MM : 0);
  const baseline = topMm + firstMm / 2 + style.sizeMm * 0.36;
  const primitives: Primitive[] = [
    ...spreadLabel(row.label, { xMm: room.leftMm, yMm: baseline, sizeMm: labelMm }),
    ...lines.map((text, i) => run(text, { ...style, xMm: valueLeft, yMm: baseline + i * lineMm })),
  ];
  let bottomMm = topMm + firstMm + (lines.length - 1) * lineMm;
  if (row.annotation === undefined) return { primitives, bottomMm };

  const boxLeft = valueLeft + Math.max(...lines.map(line => textWidth(line, style, fonts))) + 3;
  for (let i = 0; i < boxes; i++) {
    const frame = [boxLeft + i * (HAND_BOX_MM + 2), topMm, HAND_BOX_MM, HAND_BOX_MM] as const;
    primitives.push(box(frame, { widthMm: 0.25, ink: 'label' }));
  }
  const small = { sizeMm: INSTRUCTION_MM, weight: 400 as Weight, trackingMm: 0 };
  const said = breakLines(row.annotation.instruction, right - valueLeft, line =>
    textWidth(line, small, fonts),
  );
  if (said === undefined) return undefined;
  for (const text of said) {
    bottomMm += INSTRUCTION_MM * LINE_HEIGHT;
    primitives.push(run(text, { ...small, xMm: valueLeft, yMm: bottomMm, ink: 'label' }));
  }
  return { primitives, bottomMm: bottomMm + 0.8 };
}

/** Short labels are opened up to the width of the longest, as in official forms. */
function spreadLabel(label: string, at: { xMm: number; yMm: number; sizeMm: number }): readonly TextRun[] {
  const letters = [...label];
  const step = letters.length > 1 ? ((LABEL_CHARACTERS - 1) * at.sizeMm) / (letters.length - 1) : 0;
  const trackingMm = 0;
  return letters.map((text, i) =>
    run(text, {
      xMm: at.xMm + i * step,
      yMm: at.yMm,
      sizeMm: at.sizeMm,
      weight: 400,
      trackingMm,
      ink: 'label',
    }),
  );
}

type RunPlace = Omit<TextRun, 'kind' | 'text' | 'ink' | 'turnDegrees'> &
  Partial<Pick<TextRun, 'ink' | 'turnDegrees'>>;

/** A run of text, in ink and upright unless said otherwise. */
export function run(text: string, place: RunPlace): TextRun {
  return { kind: 'text', text, ink: 'ink', turnDegrees: 0, ...place };
}
