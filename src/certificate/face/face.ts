/**
 * The face of a certificate: what stands where on the A4 page. Pure; the picture and any later document draw the same.
 * Fields and their order: R21; the letter of the number: R25; pinyin, box and stamp space for rare characters: R26, R27;
 * the sentence on re-conversion: R28. The layout itself is ours, the notice's annex being unpublished. A use copy (加注) is the same page
 * under a shorter head and a band that says its use.
 */
import type { Gender } from '../credential.ts';
import type { Level } from '../level.ts';
import { LEVEL_NAMES } from '../level.ts';
import type { PlainDate } from '../../shared/time.ts';
import { toChineseDate } from '../../shared/time.ts';
import { footOf } from './foot.ts';
import { GROUND, PAGE_MM } from './guilloche.ts';
import { textWidth } from './lines.ts';
import type { CodePlace, CodeSymbol, Fonts, Primitive, TextRun, Weight } from './primitives.ts';
import { circle, FaceRefused, rule } from './primitives.ts';
import type { Row } from './rows.ts';
import { rowsOf, run } from './rows.ts';
import { SEAL_MM, sealOf } from './seal.ts';
import { useBandOf, type FaceUse } from './use-band.ts';

/** Everything that is printed. */
export interface FaceContent {
  readonly issuerName: string;
  /** The name as printed: rare characters replaced by pinyin (R26). */
  readonly printedName: string;
  /** The true name; only compared with the printed one, never drawn. */
  readonly name: string;
  readonly hasRareCharacters: boolean;
  readonly gender: Gender;
  /** In full: the printed face shows it whole (R21). */
  readonly idNumber: string;
  readonly submittingUnit: string;
  readonly qualification: string;
  readonly series: string;
  readonly specialty: string;
  readonly level: Level;
  readonly reviewBody: string;
  readonly obtainedOn: PlainDate;
  readonly certificateNumber: string;
  /** Document version, 1 at first. */
  readonly version: number;
  readonly issuedOn: PlainDate;
  /** Text of the QR symbol. */
  readonly qrText: string;
  /** Host of that text, printed in clear beside the code. */
  readonly host: string;
  /** Who writes rare characters by hand and stamps them: review body, employer or exam body (R27). */
  readonly annotator: string;
  /** Made with a test key: marked 测试. */
  readonly isTest: boolean;
  /** A preview for checking: marked 样张. */
  readonly isSpecimen: boolean;
  /** Of a use copy, which bears its own code: marked 加注副本, with what it may be used for. */
  readonly use?: FaceUse;
}

/** The drawing, from the paper upward. */
export interface Face {
  readonly widthMm: number;
  readonly heightMm: number;
  /** The same for every certificate. */
  readonly ground: readonly Primitive[];
  readonly print: readonly Primitive[];
  /** Over the print, translucent. */
  readonly seal: readonly Primitive[];
  readonly code: CodePlace;
}

/** 8 device pixels at 300 dpi: at this size a picture of the whole page still decodes. */
export const MODULE_MM = (8 * 25.4) / 300;
/** Quiet zone that nothing may enter (GB/T 18284 §5.3.8). */
export const QUIET_MODULES = 4;

const LEFT_MM = 33;
const RIGHT_MM = PAGE_MM.width - LEFT_MM;
const CENTRE_MM = PAGE_MM.width / 2;
const ROWS_TOP_MM = 75;
/** Of a use copy: its band stands out by this much on both sides, and the rows begin below it. */
const BAND = { topMm: 47.5, outMm: 4, gapMm: 6.5 };
const CODE_BOTTOM_MM = 247.6;
const LARGEST_CODE_MM = 75.5;
const STAMP_MM = 42;

/**
 * The face of this certificate. Every character is checked against the fonts, every row against its room.
 *
 * @param symbol the QR symbol of `content.qrText`
 * @throws FaceRefused GLYPH_MISSING for a character that cannot be printed, FACE_DOES_NOT_FIT for values too long
 */
export function faceOf(content: FaceContent, symbol: CodeSymbol, fonts: Fonts): Face {
  refuseHidden(content.name, fonts);
  const code = codeOf(symbol);
  const codeRightMm = code.xMm + (code.size + QUIET_MODULES) * MODULE_MM;
  const signature = signatureOf(content, codeRightMm + 5, fonts);
  const top = topOf(content, fonts);
  const rowsBottomMm = Math.min(code.yMm - QUIET_MODULES * MODULE_MM, signature.sealTopMm) - 5;
  return {
    widthMm: PAGE_MM.width,
    heightMm: PAGE_MM.height,
    ground: GROUND,
    print: [
      ...marksOf(content, (top.rowsTopMm + rowsBottomMm) / 2, fonts),
      ...top.print,
      ...bodyOf(content, { topMm: top.rowsTopMm, bottomMm: rowsBottomMm }, fonts),
      ...signature.print,
      ...codeCaption(content.host, code, fonts),
      ...footOf(content, { leftMm: LEFT_MM, rightMm: RIGHT_MM }, fonts),
    ],
    seal: sealOf({ ...signature.seal, issuerName: content.issuerName, isTest: content.isTest }, fonts),
    code,
  };
}

/** Control and format characters are refused in the true name too, although only the printed one is drawn. */
function refuseHidden(name: string, fonts: Fonts): void {
  for (const character of name) {
    if (/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(character)) fonts.advance(character, 400);
  }
}

function codeOf({ size, modules }: CodeSymbol): CodePlace {
  const sideMm = size * MODULE_MM;
  if (sideMm > LARGEST_CODE_MM) {
    throw new FaceRefused(
      'FACE_DOES_NOT_FIT',
      '二维码过大，证书版面排不下，请缩短单位、专业等文字后重新制证。',
    );
  }
  return { kind: 'code', xMm: LEFT_MM, yMm: CODE_BOTTOM_MM - sideMm, moduleMm: MODULE_MM, size, modules };
}

/** Head and, of a use copy, band: what stands above the rows. */
function topOf({ use }: FaceContent, fonts: Fonts): { print: readonly Primitive[]; rowsTopMm: number } {
  if (use === undefined) return { print: headOf(fonts), rowsTopMm: ROWS_TOP_MM };
  const style = { sizeMm: 8.2, weight: 900 as Weight, trackingMm: 0.5, yMm: 41.5 };
  const place = { leftMm: LEFT_MM - BAND.outMm, rightMm: RIGHT_MM + BAND.outMm, topMm: BAND.topMm };
  const band = useBandOf(use, place, fonts);
  const title = centred('天津市专业技术职务任职资格证书', style, fonts);
  return { print: [title, ...band.primitives], rowsTopMm: band.bottomMm + BAND.gapMm };
}

function headOf(fonts: Fonts): readonly Primitive[] {
  const title = { sizeMm: 10.9, weight: 900 as Weight, trackingMm: 0.9 };
  const city = { sizeMm: 7.4, weight: 700 as Weight, trackingMm: 4.2 };
  const y = 65;
  const line = (from: number, to: number) =>
    rule([CENTRE_MM + from, y], [CENTRE_MM + to, y], { widthMm: 0.22, ink: 'gold' });
  const diamond = (r: number): Primitive => ({
    kind: 'curves',
    lines: [[CENTRE_MM - r, y, CENTRE_MM, y - r, CENTRE_MM + r, y, CENTRE_MM, y + r, CENTRE_MM - r, y]],
    widthMm: 0.25,
    ink: 'red',
  });
  return [
    centred('天津市', { ...city, yMm: 41.4 }, fonts),
    centred('专业技术职务任职资格证书', { ...title, yMm: 56.4 }, fonts),
    line(-38, -4),
    line(4, 38),
    diamond(1.5),
    diamond(0.5),
  ];
}

function bodyOf(
  content: FaceContent,
  { topMm, bottomMm }: { topMm: number; bottomMm: number },
  fonts: Fonts,
): readonly Primitive[] {
  const boxes = content.hasRareCharacters ? Math.max(1, replacedCount(content)) : 0;
  const instruction = `打印后由${content.annotator}在方框内手写原字，并在右侧虚线圈处加盖公章。`;
  const rows: readonly Row[] = [
    {
      label: '姓名',
      value: content.printedName,
      isName: true,
      ...(boxes > 0 && { annotation: { boxes, instruction } }),
    },
    { label: '性别', value: content.gender },
    { label: '身份证号', value: content.idNumber },
    { label: '呈报单位', value: content.submittingUnit },
    { label: '资格名称', value: content.qualification },
    { label: '系列', value: content.series },
    { label: '专业', value: content.specialty },
    { label: '层级', value: LEVEL_NAMES[content.level] },
    { label: '评审机构', value: content.reviewBody },
    { label: '取得资格时间', value: toChineseDate(content.obtainedOn) },
    { label: '证书编号', value: content.certificateNumber },
  ];
  const room = { leftMm: LEFT_MM, rightMm: RIGHT_MM, topMm, bottomMm, isTight: content.use !== undefined };
  if (boxes === 0) return rowsOf(rows, { ...room, narrowRightMm: RIGHT_MM, freeFromMm: 0 }, fonts);

  const stamp = { xMm: RIGHT_MM - STAMP_MM / 2, yMm: topMm - 4 + STAMP_MM / 2 };
  const free = { narrowRightMm: RIGHT_MM - STAMP_MM - 4, freeFromMm: stamp.yMm + STAMP_MM / 2 + 1 };
  const hint = { sizeMm: 3, weight: 400 as Weight, trackingMm: 0.6, yMm: stamp.yMm + 1, middleMm: stamp.xMm };
  return [
    circle({ ...stamp, radiusMm: STAMP_MM / 2, dashes: 90 }, { widthMm: 0.2, ink: 'gold' }),
    centred('加盖公章处', { ...hint, ink: 'gold' }, fonts),
    ...rowsOf(rows, { ...room, ...free }, fonts),
  ];
}

/** How many characters of the true name do not stand in the printed one. */
function replacedCount({ name, printedName }: FaceContent): number {
  const printed = [...printedName];
  return [...name].filter(character => {
    const index = printed.indexOf(character);
    if (index >= 0) printed.splice(0, index + 1);
    return index < 0;
  }).length;
}

/** Issuer and date, lower right, and the place of the seal over them. */
function signatureOf(content: FaceContent, leftMm: number, fonts: Fonts) {
  const style = (sizeMm: number) => ({ sizeMm, weight: 600 as Weight, trackingMm: sizeMm * 0.04 });
  const widthOf = (sizeMm: number) => textWidth(content.issuerName, style(sizeMm), fonts);
  const sizeMm = Math.min(4.9, (RIGHT_MM - leftMm) / widthOf(1));
  if (sizeMm < 2.8) {
    throw new FaceRefused(
      'FACE_DOES_NOT_FIT',
      '发证机关名称过长，证书版面排不下，请改用规范简称后重新制证。',
    );
  }
  const half = Math.max(widthOf(sizeMm) / 2, SEAL_MM / 2);
  const middleMm = Math.max(RIGHT_MM - half - 2, leftMm + half);
  // The three lines issuer, 样章 of the seal, and date stand clear of each other.
  const sealY = CODE_BOTTOM_MM - 20.5;
  return {
    print: [
      centred(content.issuerName, { ...style(sizeMm), yMm: sealY - 5.8, middleMm }, fonts),
      centred(toChineseDate(content.issuedOn), { ...style(4.6), yMm: sealY + 9.8, middleMm }, fonts),
    ],
    seal: { xMm: middleMm, yMm: sealY },
    sealTopMm: sealY - SEAL_MM / 2,
  };
}

function codeCaption(host: string, code: CodePlace, fonts: Fonts): readonly Primitive[] {
  const middleMm = code.xMm + (code.size * MODULE_MM) / 2;
  const belowMm = CODE_BOTTOM_MM + QUIET_MODULES * MODULE_MM;
  const widest = code.size * MODULE_MM + 12;
  const style = { sizeMm: 3, weight: 600 as Weight, trackingMm: 0 };
  const sizeMm = Math.min(3, (3 * widest) / textWidth(host, style, fonts));
  if (sizeMm < 1.9)
    throw new FaceRefused('FACE_DOES_NOT_FIT', '查验网址过长，证书版面排不下，请改用较短的域名。');
  return [
    centred(
      '扫码查验',
      { sizeMm: 3.7, weight: 700, trackingMm: 1.2, yMm: belowMm + 4, middleMm, ink: 'red' },
      fonts,
    ),
    centred(host, { ...style, sizeMm, yMm: belowMm + 8.4, middleMm }, fonts),
  ];
}

/** Large and pale across the page, and in words above the title. A use copy's stands amid its rows, where no code covers it. */
function marksOf(
  { isTest, isSpecimen, use }: FaceContent,
  rowsMiddleMm: number,
  fonts: Fonts,
): readonly Primitive[] {
  const mark = (isTest ? '测试' : '') + (isSpecimen ? '样张' : '') + (use ? '加注副本' : '');
  if (mark === '') return [];
  const place = use
    ? mark.length > 4
      ? LONG_COPY_MARK
      : COPY_MARK
    : { ...(mark.length > 2 ? LONG_MARK : SHORT_MARK), middleMm: 145 };
  const words = isTest ? '测试证书 · 不具有任何效力' : '样张 · 仅供核对，不具有任何效力';
  const small = { sizeMm: 3.4, weight: 700 as Weight, trackingMm: 0.6, yMm: 29.5, ink: 'red' } as const;
  return [
    acrossPage(mark, { middleMm: rowsMiddleMm, ...place }, fonts),
    ...(isTest || isSpecimen ? [centred(words, small, fonts)] : []),
  ];
}

const SHORT_MARK = { sizeMm: 62, trackingMm: 12, turnDegrees: -52 };
const LONG_MARK = { ...SHORT_MARK, sizeMm: 40 };
const COPY_MARK = { sizeMm: 30, trackingMm: 7, turnDegrees: -28 };
const LONG_COPY_MARK = { ...COPY_MARK, sizeMm: 21, trackingMm: 5 };

function acrossPage(
  mark: string,
  place: { sizeMm: number; trackingMm: number; turnDegrees: number; middleMm: number },
  fonts: Fonts,
): TextRun {
  const { middleMm, turnDegrees, ...size } = place;
  const style = { ...size, weight: 700 as Weight };
  const turn = (turnDegrees * Math.PI) / 180;
  const half = textWidth(mark, style, fonts) / 2;
  const foot = style.sizeMm * 0.36;
  const xMm = CENTRE_MM - half * Math.cos(turn) - foot * Math.sin(turn);
  const yMm = middleMm - half * Math.sin(turn) + foot * Math.cos(turn);
  return run(mark, { ...style, xMm, yMm, ink: 'mark', turnDegrees });
}

type Centred = Pick<TextRun, 'yMm' | 'sizeMm' | 'weight' | 'trackingMm'> &
  Partial<Pick<TextRun, 'ink'>> & { middleMm?: number };

function centred(text: string, { middleMm = CENTRE_MM, ...line }: Centred, fonts: Fonts): TextRun {
  return run(text, { ...line, xMm: middleMm - textWidth(text, line, fonts) / 2 });
}
