/** Reads the codes of one file that a person gave: a picture, a screenshot or a PDF. The file stays on this device. */
import type { Code } from '../verification.ts';
import type { Pages } from './messages.ts';
import { pixelsOf } from './pixels.ts';
import { MAX_PIXELS, pixelsIn } from './picture-size.ts';
import { readPdf, readPixels, type Found } from './reader.ts';

const MAX_BYTES = 40_000_000;
/** Longest sides at which a picture is looked at; the second look finds a small code beside a large one. */
const SIDES = [1800, 4096];
/** Small pictures are enlarged once before giving up. */
const ENLARGED = 2;
const ENLARGED_BELOW = 2000;

export interface FileRead extends Found {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What was found in the file, or why it could not be read. Never throws. */
export async function readFile(file: Blob, progress: (pages: Pages) => void): Promise<FileRead> {
  if (file.size > MAX_BYTES) return { bytes: new Uint8Array(), codes: [], fault: 'large' };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found = isPdf(bytes) ? await readPdf(bytes, progress) : await readPicture(bytes);
  return { ...found, bytes };
}

/** The mark may stand behind a little rubbish, as readers of PDF allow. */
function isPdf(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 1024)).includes('%PDF-');
}

async function readPicture(bytes: Uint8Array<ArrayBuffer>): Promise<Found> {
  if (pixelsIn(bytes) > MAX_PIXELS) return { codes: [], fault: 'large' };
  const picture = await opened(bytes);
  if (picture === undefined) return { codes: [], fault: 'broken' };
  const longest = Math.max(picture.width, picture.height);
  const scales = SIDES.map(side => Math.min(1, side / longest));
  const looks = [...new Set(longest < ENLARGED_BELOW ? [...scales, ENLARGED] : scales)];
  const codes: Code[] = [];
  for (const scale of looks) {
    if (scale > 1 && codes.length > 0) break;
    const found = await readPixels(
      pixelsOf(picture, { width: picture.width, height: picture.height, scale }),
    );
    if (found.fault) return { codes, fault: found.fault };
    for (const code of found.codes) if (!codes.some(({ text }) => text === code.text)) codes.push(code);
  }
  picture.close();
  return { codes };
}

/** Unpacked by the browser, upright as the camera held it; undefined for what is no picture. A drawing with scripts (SVG) is none. */
async function opened(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap | undefined> {
  try {
    return await createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image' });
  } catch {
    return undefined; // InvalidStateError: no picture, or one that is cut off
  }
}
