/**
 * One Han character as a picture, for readers whose device has no font for it: they compare a handwritten name with it (R27). Drawn with
 * the certificate's own typeface, so that page and paper show the same shape. Pure but for the fonts it is given.
 */
import type { Fonts, Outline } from './face/primitives.ts';

/** Units per em in the picture; a tenth of a unit is below what a screen shows. */
const EM = 1000;
/** The em square of Chinese type: 880 above the baseline and 120 below. */
const ASCENT = 880;

/** The character that `U+4E00` to `U+10FFFF` names: upper-case hex without needless zeros, Script=Han; otherwise undefined. */
export function hanAt(codePoint: string): string | undefined {
  const hex = /^U\+([1-9A-F][0-9A-F]{3,5})$/.exec(codePoint)?.[1];
  const value = hex === undefined ? Infinity : parseInt(hex, 16);
  if (value > 0x10ffff) return undefined;
  const character = String.fromCodePoint(value);
  return /^\p{Script=Han}$/u.test(character) ? character : undefined;
}

/** SVG document of one path, black on nothing, in the character's em square. @throws FaceRefused GLYPH_MISSING */
export function glyphSvg(character: string, fonts: Pick<Fonts, 'outline'>): string {
  const path = fonts.outline(character, 400).map(toPath).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -${ASCENT} ${EM} ${EM}"><path d="${path}"/></svg>`;
}

function toPath(contour: Outline[number]): string {
  const points: string[] = [];
  for (let at = 0; at + 1 < contour.length; at += 2)
    points.push(`${inUnits(contour[at])} ${inUnits(contour[at + 1])}`);
  return `M${points.join('L')}Z`;
}

function inUnits(em: number | undefined): number {
  return Math.round((em ?? 0) * EM);
}
