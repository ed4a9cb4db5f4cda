/** Recognises a roster that was sent before, whatever its file format, row order or day of upload. */
import type { FieldCipher } from '../../db/field-cipher.ts';
import type { Month } from '../../shared/time.ts';
import type { RosterRow } from './roster.ts';
import { canonicalRoster } from './roster.ts';

/** Keyed hash, 64 hex digits, of the canonical text of the checked rows and the batch month: without the key nobody can guess a row. */
export function digestRoster(cipher: FieldCipher, rows: readonly RosterRow[], month: Month): string {
  return cipher.indexOf(canonicalRoster(rows, month), 'rosters.digest');
}
