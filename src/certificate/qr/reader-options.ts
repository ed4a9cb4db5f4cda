/** How pictures are searched for codes: the same in the server, which reads files, and in the page, which reads a camera's frames. Pure. */
import type { ReaderOptions } from 'zxing-wasm/reader';

/** As many as are read from one picture; whoever shows as many says that there may be more. */
export const MAX_SYMBOLS = 20;

/** Everything that finds a symbol in a bad photo, and several symbols in one picture; the text as it stands, never interpreted. */
export const READER_OPTIONS: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: MAX_SYMBOLS,
  textMode: 'Plain',
};
