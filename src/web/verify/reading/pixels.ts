/** Pixels of a picture or of the camera's present frame, in the size the reader wants. */
import type { Pixels } from './messages.ts';

export interface Cut {
  /** Of the source, in its own pixels. */
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  /** Left and upper edge of the part that is wanted; the whole otherwise. */
  readonly left?: number;
  readonly top?: number;
}

let canvas: HTMLCanvasElement | undefined;

/** On white, for a code on a transparent ground is meant to be printed. */
export function pixelsOf(source: CanvasImageSource, cut: Cut): Pixels {
  canvas ??= document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(cut.width * cut.scale));
  canvas.height = Math.max(1, Math.round(cut.height * cut.scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new TypeError('pixelsOf: this browser has no canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  const { left = 0, top = 0, width, height } = cut;
  context.drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, height: canvas.height, bytes: data.buffer };
}
