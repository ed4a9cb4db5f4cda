/**
 * R28: whether a file is the electronic original, beside what its code says and never instead of it. What decides it is loaded when
 * the first file comes, for it is needed by nobody else.
 */
import type { Instant } from '../../shared/time.ts';
import type { FileFinding } from '../../verification/file-check.ts';
import type { Trust } from '../../verification/trust.ts';

export type { FileFinding } from '../../verification/file-check.ts';

/** What the file itself proves; undefined where what decides it could not be loaded: then nothing is said of the file. */
export async function findFile(
  bytes: Uint8Array<ArrayBuffer>,
  trust: Trust,
  at: Instant,
): Promise<FileFinding | undefined> {
  try {
    const { checkFile } = await import('../../verification/file-check.ts');
    return await checkFile(bytes, trust, at);
  } catch (error) {
    if (error instanceof TypeError) return undefined; // the module did not arrive: offline, and never loaded before
    throw error;
  }
}
