/**
 * Finds QR codes in pixels and PDF pages, beside the page's own thread, so that a heavy file never freezes it. Says what the codes
 * say, raw; whether it is true is for the verifier. The PDF engine is loaded when the first PDF comes.
 */
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import zxingUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { READER_OPTIONS } from '../../../certificate/qr/reader-options.ts';
import type { Ask, Pixels, Tell } from './messages.ts';

interface WorkerScope {
  postMessage: (message: Tell) => void;
  addEventListener: (type: 'message', listener: (event: MessageEvent<Ask>) => void) => void;
}
// the library for pages has no type for this scope
const scope = self as unknown as WorkerScope;

// self-hosted: the module would otherwise fetch its wasm from a public network
prepareZXingModule({ overrides: { locateFile: () => zxingUrl } });

scope.addEventListener('message', event => {
  void answer(event.data);
});

async function answer(ask: Ask): Promise<void> {
  try {
    if (ask.kind === 'pixels') {
      const texts = await codesIn(ask.pixels);
      scope.postMessage({ id: ask.id, kind: 'codes', codes: texts.map(text => ({ text })) });
      return;
    }
    const { readPdf } = await import('./read-pdf.ts');
    const report = (read: number, all: number): void =>
      scope.postMessage({ id: ask.id, kind: 'progress', pages: { read, all } });
    scope.postMessage({ id: ask.id, kind: 'codes', ...(await readPdf(ask.bytes, codesIn, report)) });
  } catch (error) {
    const isLocked = error instanceof Error && /password/i.test(error.message);
    scope.postMessage({ id: ask.id, kind: 'fault', fault: isLocked ? 'locked' : 'broken' });
  }
}

async function codesIn({ width, height, bytes }: Pixels): Promise<readonly string[]> {
  const picture = new ImageData(new Uint8ClampedArray(bytes), width, height);
  const results = await readBarcodes(picture, READER_OPTIONS);
  return results.filter(result => result.isValid).map(result => result.text);
}
