/**
 * Reads the QR codes on the pages of a PDF by drawing them, as a person's reader would. Node only, no network; scripts, links and embedded
 * files are never looked at. What a code says is returned raw; whether it is true is for the verifier.
 */
import { readFileSync } from 'node:fs';
import { PDFiumLibrary, type PDFiumDocument, type PDFiumPage } from '@hyzyla/pdfium';
import { DomainError } from '../shared/errors.ts';
import { projectFile } from '../shared/project.ts';
import { codesIn } from './read-image.ts';

/** Pages of a document that are looked at. */
export const MAX_PAGES_READ = 20;
/** Pixels for each of the page's points; a code that a larger drawing alone would show is too small for any phone as well. */
const SCALES = [2, 2.5, 3];
/** A page of A2 at the largest scale; a poster is drawn smaller. */
const MAX_PIXELS = 18_000_000;
const MAX_CODES = 20;
/** When it takes longer no further page is begun; how many were read is said. */
const ENOUGH_MS = 12_000;

export interface PdfCodes {
  /** Distinct texts in the order of pages, which count from 1. */
  readonly codes: readonly { readonly page: number; readonly text: string }[];
  readonly pages: { readonly all: number; readonly read: number };
}

/** Thrown for what is no PDF, is damaged or needs a password. */
export class PdfUnreadable extends DomainError {
  constructor(cause?: unknown) {
    super('PDF_UNREADABLE', 'PDF 无法打开：可能设有密码、已损坏或没有传完，请换用原始文件后重试。', {
      cause,
    });
  }
}

let library: Promise<PDFiumLibrary> | undefined;

/** The codes on the first MAX_PAGES_READ pages. @throws PdfUnreadable */
export async function readPdfCodes(pdf: Uint8Array): Promise<PdfCodes> {
  library ??= PDFiumLibrary.init({ wasmBinary: wasmBinary() });
  const document = await opened(await library, pdf);
  try {
    const all = document.getPageCount();
    if (all < 1) throw new PdfUnreadable();
    const found = new Map<string, number>();
    const until = performance.now() + ENOUGH_MS;
    let read = 0;
    while (read < Math.min(all, MAX_PAGES_READ) && (read === 0 || performance.now() < until)) {
      const texts = await codesOn(document.getPage(read));
      read += 1;
      for (const text of texts) if (!found.has(text) && found.size < MAX_CODES) found.set(text, read);
    }
    return { codes: [...found].map(([text, page]) => ({ page, text })), pages: { all, read } };
  } finally {
    document.destroy();
  }
}

async function opened(pdfium: PDFiumLibrary, pdf: Uint8Array): Promise<PDFiumDocument> {
  try {
    return await pdfium.loadDocument(pdf);
  } catch (error) {
    throw new PdfUnreadable(error);
  }
}

/** The first drawing that shows a code is enough. */
async function codesOn(page: PDFiumPage): Promise<readonly string[]> {
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const largest = Math.sqrt(MAX_PIXELS / Math.max(1, originalWidth * originalHeight));
  for (const scale of new Set(SCALES.map(each => Math.min(each, largest)))) {
    const { width, height, data } = await page.render({ scale, colorSpace: 'Gray', render: 'bitmap' });
    if (data.every(pixel => pixel === data[0])) return []; // an empty page
    const texts = await codesIn({ width, height, pixels: data });
    if (texts.length > 0) return texts;
  }
  return [];
}

/** From the package on disk; the module would otherwise look for it beside its own code. */
function wasmBinary(): ArrayBuffer {
  return Uint8Array.from(readFileSync(projectFile('node_modules/@hyzyla/pdfium/dist/pdfium.wasm'))).buffer;
}
