/**
 * Writes a face as a PDF page: the same primitives at the same places as on the picture, text as text in embedded subsets of the same fonts,
 * lines as lines, the code as black rectangles. One page, nothing active; room for one signature. Node only (ISO 32000-2).
 */
import { deflateSync } from 'node:zlib';
import type { Font } from 'fontkit';
import type { Instant } from '../../shared/time.ts';
import { RANGE_PLACEHOLDER, SIGNATURE_BYTES } from '../pdf/signed-range.ts';
import { COLOURS } from './canvas.ts';
import type { Face } from './face.ts';
import { QUIET_MODULES } from './face.ts';
import type { FontBook, Source } from './glyphs.ts';
import { placeCharacters } from './lines.ts';
import type { CodePlace, Curves, Ink, Primitive, TextRun } from './primitives.ts';
import { FaceRefused } from './primitives.ts';

const POINTS_PER_MM = 72 / 25.4;
/** The document's title and the name of its maker: no person's name, no library's. */
const TITLE = '专业技术职务任职资格证书';
const MAKER = '职证';
/** A micrometre: far below what any printer shows. */
const DIGITS = 3;
/** A chord may leave its curve by this much: a twentieth of the finest line. */
const CHORD_MM = 0.006;
/** Inks that what lies below shows through. */
const SEE_THROUGH = new Set<Ink>(['mark', 'seal']);
/** Bends sharper than 120 degrees are cut, as on the picture. */
const MITRE_LIMIT = 2;

export interface PdfExtras {
  /** Compact JWT of the credential, embedded as a file, readable as it lies. */
  readonly credential: string;
  readonly madeAt: Instant;
  /** Who will sign, as the signature's panel shows it. */
  readonly signedBy: string;
}

/** What the document is drawn into; the parts of pdfkit that its types leave out. */
interface Reference {
  readonly data: Record<string, unknown>;
  compress: boolean;
  readonly end: (content?: Uint8Array) => void;
}
interface Embedded {
  readonly id: string;
  readonly unicode: number[][];
  readonly ref: () => Reference;
  readonly encode: (text: string) => readonly [readonly string[], unknown];
}
interface Inner {
  compress: boolean;
  _acroform: unknown;
  readonly _root: Reference;
  readonly _font: Embedded;
  readonly page: {
    readonly fonts: Record<string, Reference>;
    readonly xobjects: Record<string, Reference>;
    readonly ext_gstates: Record<string, Reference>;
    readonly annotations: Reference[];
    readonly dictionary: Reference;
  };
  readonly ref: (data?: Record<string, unknown>) => Reference;
  readonly font: (font: Font) => void;
}
type Document = PDFKit.PDFDocument & Inner;

export interface PdfWriter {
  /**
   * PDF 1.7 of the face with an empty signature; the same face and extras give the same bytes with one zlib.
   * @throws FaceRefused GLYPH_MISSING
   */
  readonly write: (face: Face, extras: PdfExtras) => Promise<Uint8Array>;
}

/** A writer with these fonts; it keeps the ground between faces. */
export function makePdfWriter(fonts: FontBook): PdfWriter {
  const grounds = new Map<readonly Primitive[], Buffer>();
  return {
    async write(face, extras) {
      const ground = grounds.get(face.ground) ?? deflateSync(operators(face.ground.map(drawn)));
      grounds.set(face.ground, ground);
      const document = await opened(face, extras);
      const bytes = collected(document);
      const glyph = glyphWriter(document, fonts);
      const pieces = [...face.print, ...face.seal].map(one =>
        one.kind === 'text' ? written(one, fonts, glyph) : drawn(one),
      );
      place(document, { face, ground });
      // pdfkit has turned y downward, in points; ours is in millimetres
      document.addContent(
        operators([
          'q',
          `${POINTS_PER_MM} 0 0 ${POINTS_PER_MM} 0 0 cm`,
          '/Plain gs /Ground Do',
          ...pieces,
          ...coded(face.code),
          'Q',
        ]),
      );
      attach(document, extras);
      document.end();
      return bytes;
    },
  };
}

async function opened(face: Face, { madeAt }: PdfExtras): Promise<Document> {
  // loaded with the first document: most commands, and a service until then, write none
  const { default: PDFDocument } = await import('pdfkit');
  const info = { Title: TITLE, Creator: MAKER, Producer: MAKER, CreationDate: new Date(madeAt * 1000) };
  const document = new PDFDocument({
    size: [face.widthMm * POINTS_PER_MM, face.heightMm * POINTS_PER_MM],
    margin: 0,
    pdfVersion: '1.7',
    lang: 'zh-CN',
    displayTitle: true,
    info,
    font: '', // none until a character needs one
  });
  return document as unknown as Document; // the class has these members, its types do not
}

async function collected(document: Document): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of document as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Pale inks multiply, as all do on the picture; dark ones hide nothing that could be seen through them. */
function place(document: Document, { face, ground }: { face: Face; ground: Buffer }): void {
  const state = (mode: string): Reference => ended(document.ref({ Type: 'ExtGState', BM: mode }));
  const { page } = document;
  page.ext_gstates['Multiply'] = state('Multiply');
  page.ext_gstates['Plain'] = state('Normal');
  page.dictionary.data['Group'] = { Type: 'Group', S: 'Transparency', CS: 'DeviceRGB' };
  const form = document.ref({
    Type: 'XObject',
    Subtype: 'Form',
    BBox: [0, 0, face.widthMm, face.heightMm],
    Resources: { ExtGState: page.ext_gstates },
    Filter: 'FlateDecode',
  });
  form.end(ground);
  page.xobjects['Ground'] = form;
}

/** The credential as a file, and an invisible field with room for the signature. */
function attach(document: Document, { credential, madeAt, signedBy }: PdfExtras): void {
  const at = new Date(madeAt * 1000);
  document.compress = false; // the credential can be found without unpacking anything
  document.file(Buffer.from(credential), {
    name: 'credential.jwt',
    type: 'application/jwt',
    creationDate: at,
    modifiedDate: at,
    relationship: 'Data',
  } as PDFKit.Mixins.PDFAttachmentOptions);
  document.compress = true;
  const signature = document.ref({
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, ...RANGE_PLACEHOLDER.split(' ').map(name => name.slice(1))],
    Contents: new Uint8Array(SIGNATURE_BYTES),
    Name: new String(signedBy),
    M: at,
  });
  const field = ended(
    document.ref({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      T: new String('Signature'),
      F: 132, // printed with the page, locked (ISO 32000-2 §12.5.3)
      Rect: [0, 0, 0, 0],
      P: document.page.dictionary,
      V: ended(signature),
    }),
  );
  document.page.annotations.push(field);
  document._acroform = { fonts: {}, defaultFont: 'none' }; // pdfkit ends the form, and asks for these
  document._root.data['AcroForm'] = document.ref({ SigFlags: 3, Fields: [field], DR: { Font: {} } });
}

type GlyphWriter = (source: Source, character: string) => { readonly font: string; readonly code: string };

/** Adds glyphs to the subsets of the fonts they come from. */
function glyphWriter(document: Document, fonts: FontBook): GlyphWriter {
  const known = new Map<Font, Embedded>();
  const embed = (font: Font): Embedded => {
    document.font(font);
    known.set(font, document._font);
    return document._font;
  };
  return ({ font }, character) => {
    const embedded = known.get(font) ?? embed(font);
    const [[code, ...more]] = embedded.encode(character);
    if (code === undefined || more.length > 0 || code === '0000') throw missing(character, fonts);
    document.page.fonts[embedded.id] ??= embedded.ref();
    // the font remembers the first character that each glyph was asked for
    embedded.unicode[parseInt(code, 16)] = [character.codePointAt(0) ?? 0];
    return { font: embedded.id, code };
  };
}

function missing(character: string, fonts: FontBook): Error {
  fonts.advance(character, 400); // says itself what is missing, when it is
  return new FaceRefused('GLYPH_MISSING', `字库中的“${character}”无法嵌入 PDF，请更换字体后重新制证。`);
}

/** A run of text; each character stands where it stands on the picture, and the run is copied and searched as one. */
function written(run: TextRun, fonts: FontBook, glyph: GlyphWriter): string {
  const angle = (run.turnDegrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const lines = [
    `/Span <</ActualText <feff${utf16(run.text)}>>> BDC`,
    'BT',
    `${mode(run.ink)} ${colour(run.ink)} rg`,
  ];
  let current = '';
  for (const { character, xMm } of placeCharacters(run.text, run, fonts)) {
    const source = fonts.source(character, run.weight);
    if (source === undefined) continue;
    const { font, code } = glyph(source, character);
    if (font !== current) lines.push(`/${font} ${mm(run.sizeMm)} Tf`);
    current = font;
    const along = xMm + source.shift * run.sizeMm;
    const at = [run.xMm + along * cos, run.yMm + along * sin].map(mm).join(' ');
    lines.push(`${[cos, sin, sin, -cos].map(turn).join(' ')} ${at} Tm <${code}> Tj`);
  }
  return operators([...lines, 'ET', 'EMC']);
}

function drawn(one: Primitive): string {
  if (one.kind !== 'curves') throw new TypeError(`drawn: expected curves, got ${one.kind}`);
  const { lines, widthMm, ink }: Curves = one;
  const pen = `${mode(ink)} ${colour(ink)} RG ${mm(widthMm)} w 0 J 0 j ${MITRE_LIMIT} M`;
  // a translucent ink must not print twice where its lines cross; for all others one stroke each is far quicker to draw
  const paths = SEE_THROUGH.has(ink) ? [...lines.map(path), 'S'] : lines.map(line => `${path(line)} S`);
  return operators([pen, ...paths]);
}

/** One polyline; one that ends where it began is closed, so that its ends join. */
function path(line: readonly number[]): string {
  const [first, ...rest] = thinned(line).map(point => point.map(mm).join(' '));
  const isClosed = rest.length > 1 && rest.at(-1) === first;
  const to = isClosed ? rest.slice(0, -1) : rest;
  return [`${first} m`, ...to.map(point => `${point} l`), ...(isClosed ? ['h'] : [])].join('\n');
}

type Point = readonly [number, number];

/** The points that the line's shape needs: from each that is kept, the farthest whose chord passes all between closely enough. */
function thinned(line: readonly number[]): readonly Point[] {
  const points = Array.from({ length: line.length >> 1 }, (_, at): Point => [
    line[2 * at] ?? 0,
    line[2 * at + 1] ?? 0,
  ]);
  const kept = points.slice(0, 1);
  for (let from = 0, to = 2; to < points.length; to++) {
    const between = points.slice(from + 1, to);
    if (between.every(point => isOn(point, points[from], points[to]))) continue;
    from = to - 1;
    kept.push(...points.slice(from, to));
  }
  return [...kept, ...points.slice(-1)];
}

/** True when the point lies within CHORD_MM of the straight line. */
function isOn([x, y]: Point, [ax, ay]: Point = [0, 0], [bx, by]: Point = [0, 0]): boolean {
  const length = Math.hypot(bx - ax, by - ay);
  return Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) <= CHORD_MM * length;
}

/** White for the quiet zone, then the dark modules, merged along each row, as one shape: no seams between them. */
function coded({ xMm, yMm, moduleMm, size, modules }: CodePlace): readonly string[] {
  const quiet = QUIET_MODULES * moduleMm;
  const side = mm(size * moduleMm + 2 * quiet);
  const bars = modules.flatMap((row, y) =>
    barsIn(row).map(([x, length]) =>
      [xMm + x * moduleMm, yMm + y * moduleMm, length * moduleMm, moduleMm].map(mm).join(' '),
    ),
  );
  return [
    '/Plain gs 1 g',
    `${mm(xMm - quiet)} ${mm(yMm - quiet)} ${side} ${side} re f`,
    '0 g',
    ...bars.map(bar => `${bar} re`),
    'f',
  ];
}

/** Place and length of each row of dark modules. */
function barsIn(row: readonly boolean[]): readonly (readonly [number, number])[] {
  const bars: [number, number][] = [];
  for (const [x, isDark] of row.entries()) {
    const last = bars.at(-1);
    if (isDark && last && last[0] + last[1] === x) last[1] += 1;
    else if (isDark) bars.push([x, 1]);
  }
  return bars;
}

function ended(reference: Reference): Reference {
  reference.end();
  return reference;
}

function mode(ink: Ink): string {
  return SEE_THROUGH.has(ink) ? '/Multiply gs' : '/Plain gs';
}

function colour(ink: Ink): string {
  return COLOURS[ink].map(part => String(Math.round((part / 255) * 1000) / 1000)).join(' ');
}

function mm(value: number): string {
  return String(Number(value.toFixed(DIGITS)));
}

function turn(value: number): string {
  return String(Number(value.toFixed(6)));
}

function utf16(text: string): string {
  return Array.from({ length: text.length }, (_, at) =>
    text.charCodeAt(at).toString(16).padStart(4, '0'),
  ).join('');
}

function operators(lines: readonly string[]): string {
  return lines.join('\n');
}
