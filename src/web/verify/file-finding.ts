/**
 * R28: whether a file is the electronic original, beside what its code says and never instead of it. Loaded when the first file
 * comes, for it is needed by nobody else.
 */
import type { FileReport } from '../../shared/shapes/shapes.ts';
import type { Instant } from '../../shared/time.ts';
import type { Trust } from '../../verification/trust.ts';

export type FileFinding = Pick<FileReport, 'kind' | 'original' | 'reason' | 'detail' | 'sealed'>;

/** What the file itself proves. A picture of any other kind is no original. */
export async function findFile(
  _bytes: Uint8Array<ArrayBuffer>,
  _trust: Trust,
  _at: Instant,
): Promise<FileFinding | undefined> {
  return undefined;
}
