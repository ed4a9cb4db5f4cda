/**
 * The codes on the first pages of a PDF: each page is painted by PDFium and looked at, larger and larger until something is found.
 * Scripts, links and attachments of the PDF are not touched. Runs in the reading worker only.
 */
import { PDFiumLibrary } from '@hyzyla/pdfium';
import pdfiumUrl from '@hyzyla/pdfium/pdfium.wasm?url';
import type { Code } from '../verification.ts';
import type { Pages, Pixels } from './messages.ts';

export const MAX_PAGES = 20;
/** 72 points an inch: 144 dpi first, 216 at last. */
const SCALES = [2, 2.5, 3];
/** A page as large as a poster is painted smaller. */
const MAX_PIXELS = 16_000_000;
/** Larger scales are not begun after this. */
const DEADLINE_MILLISECONDS = 15_000;

type CodesIn = (pixels: Pixels) => Promise<readonly string[]>;
type Document = Awaited<ReturnType<PDFiumLibrary['loadDocument']>>;

let library: Promise<PDFiumLibrary> | undefined;

/**
 * @param report is told after each page
 * @throws Error for what is no PDF, or has a password
 */
export async function readPdf(
  bytes: ArrayBuffer,
  codesIn: CodesIn,
  report: (read: number, all: number) => void,
): Promise<{ readonly codes: readonly Code[]; readonly pages: Pages }> {
  library ??= PDFiumLibrary.init({ wasmUrl: pdfiumUrl });
  const document = await (await library).loadDocument(new Uint8Array(bytes));
  const all = document.getPageCount();
  const read = Math.min(all, MAX_PAGES);
  const until = performance.now() + DEADLINE_MILLISECONDS;
  const codes: Code[] = [];
  for (const scale of SCALES) {
    if (codes.length > 0 || performance.now() > until) break;
    for (let page = 1; page <= read; page++) {
      for (const text of await codesIn(await paint(document, page, scale)))
        if (!codes.some(code => code.text === text)) codes.push({ text, page });
      report(page, all);
    }
  }
  document.destroy();
  return { codes, pages: { all, read } };
}

async function paint(document: Document, number: number, scale: number): Promise<Pixels> {
  const page = document.getPage(number - 1);
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const fitting = Math.sqrt(MAX_PIXELS / Math.max(1, originalWidth * originalHeight));
  const painted = await page.render({ scale: Math.min(scale, fitting), render: 'bitmap' });
  // blue and red change places, which a code in black and white does not notice
  return { width: painted.width, height: painted.height, bytes: Uint8Array.from(painted.data).buffer };
}
