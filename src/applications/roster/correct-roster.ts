/**
 * A roster with the corrections that its sender made to single cells after it was refused, so that the file itself need not be touched
 * (R9). Pure: what is corrected is judged as if it had stood in the file.
 */
import { DomainError } from '../../shared/errors.ts';
import type { RosterCorrections } from '../../shared/shapes/shapes.ts';
import type { HeadList, RosterHead } from './columns.ts';
import type { ReadRoster, ReadRow } from './roster.ts';

/**
 * The rows without those dropped, with the corrected cells as typed; what reading found wrong with a corrected cell is no more.
 * @throws DomainError BAD_REQUEST for a line that the file does not have, or a column that its kind has not; ROSTER_EMPTY when no row is left
 */
export function correctedRoster(
  read: ReadRoster,
  { cells, dropped }: RosterCorrections,
  { all }: HeadList,
): ReadRoster {
  if (cells.length === 0 && dropped.length === 0) return read;
  const lines = new Set(read.rows.map(({ line }) => line));
  const isHead = (text: string): text is RosterHead => (all as readonly string[]).includes(text);
  const isKnown =
    cells.every(({ line, column }) => lines.has(line) && isHead(column)) &&
    dropped.every(line => lines.has(line));
  if (!isKnown) throw new DomainError('BAD_REQUEST', '改正的不是这份名册中的格，请重新选择文件后再改。');
  const byLine = new Map<number, Map<string, string>>();
  for (const { line, column, text } of cells) {
    const known = byLine.get(line) ?? new Map<string, string>();
    byLine.set(line, known.set(column, text));
  }
  const without = new Set(dropped);
  const rows = read.rows
    .filter(({ line }) => !without.has(line))
    .map(row => corrected(row, byLine.get(row.line)));
  if (rows.length === 0) throw new DomainError('ROSTER_EMPTY', '名册里没有人员，请填写后重新上传。');
  // a column that the file may have and has not, such as that for readings
  const added = [...new Set(cells.map(({ column }) => column))].filter(isHead);
  return { ...read, heads: [...new Set([...read.heads, ...added])], rows };
}

function corrected(row: ReadRow, texts: ReadonlyMap<string, string> | undefined): ReadRow {
  if (!texts) return row;
  const cells: Partial<Record<RosterHead, string>> = { ...row.cells };
  for (const [column, text] of texts) cells[column as RosterHead] = text; // every column is one of the kind's heads
  return { ...row, cells, faults: row.faults.filter(({ column }) => !texts.has(column)) };
}
