/** How pictures are searched for codes: the same in the server, which reads files, and in the page, which reads a camera's frames. Pure. */
import type { ReaderOptions } from 'zxing-wasm/reader';

/** Everything that finds a symbol in a bad photo, and several symbols in one picture; the text as it stands, never interpreted. */
export const READER_OPTIONS: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 8,
  textMode: 'Plain',
};
