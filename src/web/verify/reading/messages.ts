/** What the page and its reading worker say to each other. */
import type { Code } from '../verification.ts';

/** Four bytes a pixel, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly bytes: ArrayBuffer;
}

export type Ask =
  | { readonly id: number; readonly kind: 'pixels'; readonly pixels: Pixels }
  | { readonly id: number; readonly kind: 'pdf'; readonly bytes: ArrayBuffer };

export interface Pages {
  readonly all: number;
  /** Of a long document only the first are looked at. */
  readonly read: number;
}

/** `locked` needs a password, `broken` is no such file, `slow` took too long, `large` is too big, `failed` is the reader itself. */
export type ReadFault = 'locked' | 'broken' | 'slow' | 'large' | 'failed';

export type Tell =
  | { readonly id: number; readonly kind: 'codes'; readonly codes: readonly Code[]; readonly pages?: Pages }
  | { readonly id: number; readonly kind: 'progress'; readonly pages: Pages }
  | { readonly id: number; readonly kind: 'fault'; readonly fault: ReadFault };
