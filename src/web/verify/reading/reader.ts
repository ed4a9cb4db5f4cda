/** The page's side of the reading worker: started when first needed, ended and begun anew when it does not answer. */
import workerUrl from './reader-worker.ts?worker&url';
import type { Code } from '../verification.ts';
import type { Ask, Pages, Pixels, ReadFault, Tell } from './messages.ts';
import { trustedWorkerUrl } from './trusted-url.ts';

/** The first answer waits for a megabyte of wasm, a PDF for its pages. */
const PATIENCE_MILLISECONDS = 45_000;

export interface Found {
  readonly codes: readonly Code[];
  readonly pages?: Pages;
  readonly fault?: ReadFault;
}

interface Waiting {
  readonly resolve: (found: Found) => void;
  readonly progress: (pages: Pages) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/** The codes in these pixels; their bytes are handed over and gone afterwards. Never throws. */
export function readPixels(pixels: Pixels): Promise<Found> {
  return send({ id: nextId(), kind: 'pixels', pixels }, pixels.bytes);
}

/** The codes on the first pages of a PDF; `progress` is told after each. The bytes are copied. Never throws. */
export function readPdf(bytes: Uint8Array, progress: (pages: Pages) => void): Promise<Found> {
  const copy = Uint8Array.from(bytes).buffer;
  return send({ id: nextId(), kind: 'pdf', bytes: copy }, copy, progress);
}

function nextId(): number {
  lastId += 1;
  return lastId;
}

function send(
  ask: Ask,
  handed: ArrayBuffer,
  progress: Waiting['progress'] = () => undefined,
): Promise<Found> {
  return new Promise(resolve => {
    try {
      worker ??= start();
    } catch {
      resolve({ codes: [], fault: 'failed' }); // SecurityError, or a browser without module workers
      return;
    }
    const timer = setTimeout(() => giveUp('slow'), PATIENCE_MILLISECONDS);
    waiting.set(ask.id, { resolve, progress, timer });
    worker.postMessage(ask, [handed]);
  });
}

function start(): Worker {
  const made = new Worker(trustedWorkerUrl(workerUrl), { type: 'module', name: 'reader' });
  made.addEventListener('message', (event: MessageEvent<Tell>) => take(event.data));
  made.addEventListener('error', () => giveUp('failed'));
  return made;
}

function take(tell: Tell): void {
  const asker = waiting.get(tell.id);
  if (asker === undefined) return;
  if (tell.kind === 'progress') {
    asker.progress(tell.pages);
    return;
  }
  clearTimeout(asker.timer);
  waiting.delete(tell.id);
  if (tell.kind === 'fault') asker.resolve({ codes: [], fault: tell.fault });
  else asker.resolve({ codes: tell.codes, ...(tell.pages ? { pages: tell.pages } : {}) });
}

/** Ends the worker with all that it has; the next question starts another. */
function giveUp(fault: ReadFault): void {
  worker?.terminate();
  worker = undefined;
  for (const { resolve, timer } of waiting.values()) {
    clearTimeout(timer);
    resolve({ codes: [], fault });
  }
  waiting.clear();
}
