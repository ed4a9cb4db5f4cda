/** Recognises a roster that was sent before, whatever its file format, row order or day of upload. */
import { createHash } from 'node:crypto';
import type { Month } from '../../shared/time.ts';
import type { RosterRow } from './roster.ts';
import { canonicalRoster } from './roster.ts';

/** SHA-256, in lower-case hex, of the canonical text of the checked rows and the batch month. */
export function digestRoster(rows: readonly RosterRow[], month: Month): string {
  return createHash('sha256').update(canonicalRoster(rows, month), 'utf8').digest('hex');
}
