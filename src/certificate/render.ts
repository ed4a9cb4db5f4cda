/**
 * The certificate's files: an A4 page at 300 dpi as PNG, or the same page as PDF, and their proof, the finished file decoded back and
 * compared. Any other conversion of them has no standing (R28).
 */
import type { FaceContent } from './face/face.ts';
import { faceOf } from './face/face.ts';
import type { FontOptions } from './face/glyphs.ts';
import { openFonts } from './face/glyphs.ts';
import type { PdfExtras } from './face/pdf.ts';
import { makePdfWriter } from './face/pdf.ts';
import { makePainter, PIXELS_PER_METRE } from './face/paint.ts';
import { toPng } from './face/png.ts';
import type { Fonts } from './face/primitives.ts';
import { FaceRefused } from './face/primitives.ts';
import type { PngText } from './png-chunks.ts';
import { qrSymbol } from './qr/symbol.ts';
import { readOneCode } from './read-image.ts';
import { readPdfCodes } from './read-pdf.ts';

/** What a file gets besides its face. */
export interface FileExtras {
  /** Written into the PNG as iTXt, before the pixels. */
  readonly texts?: readonly PngText[];
  /** The last step before the file is read back: what it gives is the finished file. */
  readonly finish?: (file: Uint8Array) => Promise<Uint8Array>;
}

export interface Renderer {
  /** For asking whether a text is displayable with the same fonts. */
  readonly fonts: Fonts;
  /** PNG file of the certificate: 2480 × 3508 pixels, 11,811 per metre; the same content gives the same pixels. */
  readonly render: (content: FaceContent, texts?: readonly PngText[]) => Promise<Uint8Array>;
  /** The same finished, only after the QR text read back from the finished file equals `content.qrText`. */
  readonly renderChecked: (content: FaceContent, extras?: FileExtras) => Promise<Uint8Array>;
  /** PDF file of the same face with room for a signature, which `finish` fills; its code is read back from the drawn page. */
  readonly pdfChecked: (
    content: FaceContent,
    extras: PdfExtras & Pick<FileExtras, 'finish'>,
  ) => Promise<Uint8Array>;
}

/**
 * A renderer with its fonts and glyphs, which are loaded at first use and kept: make one and use it for all.
 *
 * `render` throws FaceRefused GLYPH_MISSING or FACE_DOES_NOT_FIT, and QrTooLarge; `renderChecked` and `pdfChecked` besides throw FACE_MISMATCH when the
 * file does not say what the record says.
 */
export function makeRenderer(options: FontOptions = {}): Renderer {
  const fonts = openFonts(options);
  const painter = makePainter(fonts);
  const writer = makePdfWriter(fonts);
  const render = async (content: FaceContent, texts: readonly PngText[] = []): Promise<Uint8Array> => {
    const canvas = painter.paint(faceOf(content, qrSymbol(content.qrText), fonts));
    return toPng(canvas, PIXELS_PER_METRE, texts);
  };
  return {
    fonts,
    render,
    async renderChecked(content, { texts, finish = unchanged } = {}) {
      const png = await finish(await render(content, texts));
      demandSame(await readOneCode(png, 'quick'), content);
      return png;
    },
    async pdfChecked(content, { finish = unchanged, ...extras }) {
      const face = faceOf(content, qrSymbol(content.qrText), fonts);
      const pdf = await finish(await writer.write(face, extras));
      const { codes } = await readPdfCodes(pdf);
      demandSame(codes.map(code => code.text).join(), content);
      return pdf;
    },
  };
}

async function unchanged(file: Uint8Array): Promise<Uint8Array> {
  return Promise.resolve(file);
}

function demandSame(said: string, { qrText }: FaceContent): void {
  if (said === qrText) return;
  throw new FaceRefused(
    'FACE_MISMATCH',
    '成品文件的二维码与记录不一致，已停止制证，请联系系统管理员检查后重试。',
  );
}
