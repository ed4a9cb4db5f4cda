/** Paints pages of a PDF by PDFium on this page's canvases. Scripts, links and attachments of the PDF are not touched. */
import { PDFiumLibrary } from '@hyzyla/pdfium';
import pdfiumUrl from '@hyzyla/pdfium/pdfium.wasm?url';

/** 144 dpi: small print can be read. */
const SCALE = 2;
/** A page as large as a poster is painted smaller. */
const MAX_PIXELS = 8_000_000;

export interface PdfPainter {
  readonly pages: number;
  readonly paint: (page: number, canvas: HTMLCanvasElement) => Promise<void>;
  readonly close: () => void;
}

let library: Promise<PDFiumLibrary> | undefined;

/** @throws Error for what is no PDF, or has a password */
export async function openPdf(bytes: ArrayBuffer): Promise<PdfPainter> {
  library ??= PDFiumLibrary.init({ wasmUrl: pdfiumUrl });
  const document = await (await library).loadDocument(new Uint8Array(bytes));
  return {
    pages: document.getPageCount(),
    paint: async (number, canvas) => {
      const page = document.getPage(number - 1);
      const { originalWidth, originalHeight } = page.getOriginalSize();
      const fitting = Math.sqrt(MAX_PIXELS / Math.max(1, originalWidth * originalHeight));
      const painted = await page.render({ scale: Math.min(SCALE, fitting), render: 'bitmap' });
      canvas.width = painted.width;
      canvas.height = painted.height;
      const pixels = new ImageData(redFirst(painted.data), painted.width, painted.height);
      canvas.getContext('2d')?.putImageData(pixels, 0, 0);
    },
    close: () => document.destroy(),
  };
}

/** PDFium paints blue first, canvases take red first. */
function redFirst(painted: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const turned = new Uint8ClampedArray(painted);
  for (let at = 0; at < turned.length; at += 4) {
    turned[at] = painted[at + 2] ?? 0;
    turned[at + 2] = painted[at] ?? 0;
  }
  return turned;
}
