/**
 * The certificate's typeface: outlines of Noto Serif SC from the npm package, then of the fonts in configured folders,
 * character by character. Node only. A character that no font has is refused (R26: never a box on a certificate).
 */
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Font, FontCollection, PathCommand } from 'fontkit';
import * as fontkit from 'fontkit';
import { projectFile } from '../../shared/project.ts';
import type { Fonts, Outline, Weight } from './primitives.ts';
import { FaceRefused } from './primitives.ts';

const FILES: Readonly<Record<Weight, string>> = {
  400: '400Regular/NotoSerifSC_400Regular.ttf',
  600: '600SemiBold/NotoSerifSC_600SemiBold.ttf',
  700: '700Bold/NotoSerifSC_700Bold.ttf',
  900: '900Black/NotoSerifSC_900Black.ttf',
};
const FONT_FILE = new Set(['.ttf', '.otf', '.ttc', '.otc', '.woff', '.woff2']);
/** Digits share one cell so that columns of them stand in line; the middle dot of names gets air on both sides. */
const CELLS_EM: readonly (readonly [RegExp, number])[] = [
  [/^[0-9]$/, 0.56],
  [/^[·]$/, 0.5],
];
/** Straight pieces per curve: below a tenth of a pixel of error at the sizes of the face. */
const CURVE_STEPS = 8;
const SPACES = new Set([' ', '\u3000']);

export interface FontOptions {
  /** Folders whose fonts are tried, in the order of their names, for characters the npm font lacks. */
  readonly fontFolders?: readonly string[];
}

/** The typeface with the fonts behind it, for documents that embed them. */
export interface FontBook extends Fonts {
  /** The font that has the character, and how far to the right of its place its origin stands, in em; undefined for a wide space. */
  readonly source: (character: string, weight: Weight) => Source | undefined;
}

export interface Source {
  readonly font: Font;
  readonly shift: number;
}

/**
 * The fonts, opened; outlines and widths are computed at first use and kept.
 *
 * @throws FaceRefused GLYPH_MISSING from `advance` and `outline`, naming the character
 */
export function openFonts(options: FontOptions = {}): FontBook {
  const typeface = lazily((weight: Weight) => openFont(projectFile(`${FOLDER}/${FILES[weight]}`)));
  const spare = lazily(() => (options.fontFolders ?? []).flatMap(fontsIn));
  const glyphs = new Map<string, Glyph>();
  const glyph = (character: string, weight: Weight): Glyph => {
    const key = `${weight}${character}`;
    const kept = glyphs.get(key);
    if (kept !== undefined) return kept;
    const drawn = drawGlyph(character, [...typeface(weight), ...spare('all')]);
    glyphs.set(key, drawn);
    return drawn;
  };
  return {
    advance: (character, weight) => glyph(character, weight).advance,
    outline: (character, weight) => glyph(character, weight).outline,
    source: (character, weight) => glyph(character, weight).source,
  };
}

/** True when every character of the text can be printed: no control, format or private-use one, none without a glyph. */
export function displayableIn(text: string, fonts: Fonts): boolean {
  return undisplayableIn(text, fonts).length === 0;
}

/** The characters of the text that cannot be printed, each once, in order. */
export function undisplayableIn(text: string, fonts: Fonts): readonly string[] {
  return [...new Set(text)].filter(character => {
    try {
      fonts.advance(character, 400);
      return false;
    } catch (error) {
      if (error instanceof FaceRefused) return true;
      throw error;
    }
  });
}

const FOLDER = 'node_modules/@expo-google-fonts/noto-serif-sc';

interface Glyph {
  readonly advance: number;
  readonly outline: Outline;
  readonly source?: Source;
}

function drawGlyph(character: string, fonts: readonly Font[]): Glyph {
  if (character === '\u3000') return { advance: 1, outline: [] };
  const codePoint = character.codePointAt(0) ?? 0;
  const font = isPlain(character) ? fonts.find(one => one.hasGlyphForCodePoint(codePoint)) : undefined;
  if (font === undefined) throw missing(character);

  const glyph = font.glyphForCodePoint(codePoint);
  const natural = glyph.advanceWidth / font.unitsPerEm;
  const cell = CELLS_EM.find(([pattern]) => pattern.test(character))?.[1] ?? natural;
  const shift = (cell - natural) / 2;
  const outline = flatten(glyph.path.commands, { scale: 1 / font.unitsPerEm, shift });
  if (outline.length === 0 && !SPACES.has(character)) throw missing(character);
  return { advance: cell, outline, source: { font, shift } };
}

/**
 * False for whatever has no shape of its own or changes its neighbours: controls, bidi and zero-width formats, private
 * use, combining marks, variation selectors, line separators and all spaces but the usual two.
 */
function isPlain(character: string): boolean {
  if (SPACES.has(character)) return true;
  return !/^[\p{C}\p{M}\p{Z}\p{Default_Ignorable_Code_Point}]$/u.test(character);
}

function missing(character: string): FaceRefused {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const shown = isPlain(character) ? `“${character}”` : '不可见或不可打印的字符';
  const remedy = isPlain(character)
    ? '请在字体目录中补充含该字的字体，或改用拼音后重新制证'
    : '请在原始数据中删除该字符后重新上传';
  return new FaceRefused('GLYPH_MISSING', `字库缺字：${shown}（U+${hex}），${remedy}。`, character);
}

/** Straight pieces in em, y downward; the last point of each contour need not repeat the first. */
function flatten(commands: readonly PathCommand[], place: { scale: number; shift: number }): Outline {
  const contours: number[][] = [];
  let [x, y] = [0, 0];
  const push = (toX: number, toY: number) =>
    contours.at(-1)?.push(toX * place.scale + place.shift, -toY * place.scale);
  for (const { command, args } of commands) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    if (command === 'moveTo') contours.push([]);
    if (command === 'moveTo' || command === 'lineTo') push(a, b);
    for (let step = 1; command === 'quadraticCurveTo' && step <= CURVE_STEPS; step++) {
      const t = step / CURVE_STEPS;
      push(quadratic([x, a, c], t), quadratic([y, b, d], t));
    }
    for (let step = 1; command === 'bezierCurveTo' && step <= CURVE_STEPS; step++) {
      const t = step / CURVE_STEPS;
      push(cubic([x, a, c, e], t), cubic([y, b, d, f], t));
    }
    if (args.length > 1) [x, y] = [args.at(-2) ?? 0, args.at(-1) ?? 0];
  }
  return contours;
}

function quadratic([from, control, to]: readonly [number, number, number], t: number): number {
  const u = 1 - t;
  return u * u * from + 2 * u * t * control + t * t * to;
}

function cubic([from, first, second, to]: readonly [number, number, number, number], t: number): number {
  const u = 1 - t;
  return u * u * u * from + 3 * u * u * t * first + 3 * u * t * t * second + t * t * t * to;
}

function openFont(file: string): readonly Font[] {
  const opened = fontkit.openSync(file);
  return isCollection(opened) ? opened.fonts : [opened];
}

function isCollection(opened: Font | FontCollection): opened is FontCollection {
  return 'fonts' in opened;
}

function fontsIn(folder: string): readonly Font[] {
  const names = readdirSync(folder).filter(name => FONT_FILE.has(extname(name).toLowerCase()));
  return names.sort().flatMap(name => openFont(join(folder, name)));
}

function lazily<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return key => {
    const kept = made.get(key);
    if (kept !== undefined) return kept;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
