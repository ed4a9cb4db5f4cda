/**
 * Widths of Chinese text and where its lines break. Pure.
 * Between Han and Latin letters or digits stands a thin gap; no line begins with a closing mark or ends with an opening
 * one (GB/T 15834-2011 §5.1); letters, digits and common words stay together; lines of a paragraph are evened out.
 */
import type { Fonts, Weight } from './primitives.ts';

/** Gap between Han and Latin or digits, in em. */
export const MIXED_GAP_EM = 0.14;

export interface TextStyle {
  readonly sizeMm: number;
  readonly weight: Weight;
  readonly trackingMm: number;
}

/** A character and the distance from the line's left end to its own. */
export interface Placed {
  readonly character: string;
  readonly xMm: number;
}

/** Where each character of the line stands. @throws FaceRefused GLYPH_MISSING */
export function placeCharacters(text: string, style: TextStyle, fonts: Fonts): readonly Placed[] {
  const placed: Placed[] = [];
  let xMm = 0;
  let before = '';
  for (const character of text) {
    if (isMixed(before, character)) xMm += MIXED_GAP_EM * style.sizeMm;
    placed.push({ character, xMm });
    xMm += fonts.advance(character, style.weight) * style.sizeMm + style.trackingMm;
    before = character;
  }
  return placed;
}

/** Width of the line without tracking after its last character. @throws FaceRefused GLYPH_MISSING */
export function textWidth(text: string, style: TextStyle, fonts: Fonts): number {
  const last = placeCharacters(text, style, fonts).at(-1);
  return last === undefined ? 0 : last.xMm + fonts.advance(last.character, style.weight) * style.sizeMm;
}

/**
 * The lines of a paragraph no wider than `widthMm`, as few as possible and then as even as possible; undefined when a
 * single character is wider. Joined, they are the text, but for the spaces at which it was broken.
 */
export function breakLines(
  text: string,
  widthMm: number,
  measure: (line: string) => number,
): string[] | undefined {
  const fits = (piece: string) => measure(piece.trim()) <= widthMm;
  const pieces = piecesOf(text)
    .flatMap(piece => (fits(piece) ? [piece] : joined([...piece])))
    .flatMap(piece => (fits(piece) ? [piece] : [...piece]));
  const fewest = greedy(pieces, widthMm, measure);
  if (fewest === undefined || fewest.length === 1) return fewest;

  let [low, high, best] = [widthMm / 2, widthMm, fewest];
  for (let i = 0; i < EVENING_STEPS; i++) {
    const middle = (low + high) / 2;
    const lines = greedy(pieces, middle, measure);
    const asFew = lines !== undefined && lines.length === fewest.length;
    if (asFew) best = lines;
    if (asFew) high = middle;
    else low = middle;
  }
  return best;
}

const EVENING_STEPS = 7;
/** Marks that must not begin a line. */
const CLOSING = new Set('）、，。；：！？”’》〉」』】〕…·—-)],.;:!?%');
/** Marks that must not end one. */
const OPENING = new Set('（“‘《〈「『【〔([');
/** Words of unit and committee names that are kept whole where they fit; longer before shorter. */
const WORDS = new RegExp(
  [
    '专业技术职务|有限责任公司|股份有限公司|有限公司|委员会|自治区|事务所|服务中心|管理局|保障局|研究院|研究所|办公室|人事处',
    '天津市?|中国|全国|国家|中华|滨海|新区|海河|津门|北京市?|上海市?|重庆市?',
    '人力资源|社会保障|基础设施|机械|装备|制造|建筑|工程|技术|专业|系列|高级|中级|初级|正高级|副高级|职称|职务|任职|资格|评审|委托|部级',
    '城乡|城市|农村|规划|住房|建设|交通|轨道|地下|空间|水利|环境|保护|绿色|低碳|融合|发展|综合|研究|领域|科学|科技|信息|网络|软件|数据',
    '教育|文化|卫生|健康|医疗|医院|医学|学校|大学|学院|中学|小学|图书馆?|档案馆?|存放|机构|服务|集团|公司|企业|控股|总公司|管理|经济|会计',
    '打印|方框|手写原字|右侧|虚线|公章|测试|样本',
  ].join('|'),
  'gu',
);
const LATIN = /^[\p{Script=Latin}0-9'./@&+:_~-]$/u;

function isMixed(before: string, after: string): boolean {
  return (HAN.test(before) && ALPHANUMERIC.test(after)) || (ALPHANUMERIC.test(before) && HAN.test(after));
}

const HAN = /^\p{Script=Han}$/u;
const ALPHANUMERIC = /^[\p{Script=Latin}0-9]$/u;

const SEAM = '\0';

function wordOrLetters(part: string, index: number): string[] {
  return index % 2 === 1 ? [part] : [...part];
}

/** What must stay on one line; a space belongs to the piece before it. */
function piecesOf(text: string): string[] {
  return joined(text.replaceAll(WORDS, `${SEAM}$&${SEAM}`).split(SEAM).flatMap(wordOrLetters));
}

function joined(parts: readonly string[]): string[] {
  const pieces: string[] = [];
  let before = '';
  for (const part of parts) {
    const joins =
      CLOSING.has(part) || part === ' ' || OPENING.has(before) || (LATIN.test(before) && LATIN.test(part));
    if (joins && pieces.length > 0) pieces[pieces.length - 1] += part;
    else pieces.push(part);
    before = part;
  }
  return pieces;
}

function greedy(
  pieces: readonly string[],
  widthMm: number,
  measure: (line: string) => number,
): string[] | undefined {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (measure((line + piece).trim()) <= widthMm) {
      line += piece;
      continue;
    }
    if (line === '' || measure(piece.trim()) > widthMm) return undefined;
    lines.push(line.trim());
    line = piece;
  }
  return [...lines, line.trim()];
}
