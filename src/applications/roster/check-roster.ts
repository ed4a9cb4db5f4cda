/**
 * A whole roster judged: all rows or none are taken in (R9). The answer to a bad roster carries every faulty cell, so that
 * the file can go back with each of them explained.
 */
import { normalisePersonId } from '../../accounts/person-id.ts';
import { findSeries } from '../../certificate/titles.ts';
import { DomainError } from '../../shared/errors.ts';
import type { RosterHead } from './columns.ts';
import type { CellFault, ReadRoster, ReadRow, RosterFault, RosterRow } from './roster.ts';
import type { RowContext } from './row.ts';
import { checkRow } from './row.ts';

export interface CheckedRoster {
  readonly rows: readonly RosterRow[];
  /** Cells worth a second look; none of them stops the roster. */
  readonly warnings: readonly RosterFault[];
}

/** Thrown when any cell breaks a rule; nothing of the roster has been taken in. */
export class RosterRowsInvalid extends DomainError {
  readonly faults: readonly RosterFault[];

  constructor(faults: readonly RosterFault[]) {
    const lines = new Set(faults.map(fault => fault.line)).size;
    const detail = `名册有 ${lines} 行共 ${faults.length} 处错误，整份未受理；请按“错误说明”逐格改正后重新上传。`;
    const placed = faults.map(fault => ({
      pointer: `/rows/${fault.line}/${fault.column}`,
      code: fault.code,
      detail: fault.detail,
    }));
    super('ROSTER_ROWS_INVALID', detail, { faults: placed });
    this.faults = faults;
  }
}

/**
 * Judges every row, and that no row repeats another's (ID number, series, title).
 *
 * @throws RosterRowsInvalid with all faults in file order when there is any
 */
export function checkRoster(read: ReadRoster, context: RowContext): CheckedRoster {
  const rows: RosterRow[] = [];
  const warnings: RosterFault[] = [];
  const faults: RosterFault[] = [];
  const firstLines = new Map<string, number>();
  for (const readRow of read.rows) {
    const place = { line: readRow.line };
    const repeated = repeatedFault(readRow, firstLines, context);
    const answer = checkRow(readRow.cells, context);
    const ruleFaults = answer.ok ? [] : answer.faults;
    const all = mergedFaults([...readRow.faults, ...(repeated ? [repeated] : [])], ruleFaults);
    faults.push(...all.map(fault => ({ ...place, ...fault })));
    if (!answer.ok) continue;
    rows.push(answer.row);
    warnings.push(...answer.warnings.map(warning => ({ ...place, ...warning })));
  }
  if (faults.length > 0) throw new RosterRowsInvalid(faults);
  return { rows, warnings };
}

/** A cell that could not be read is not also judged by its content. */
export function mergedFaults(
  reading: readonly CellFault[],
  rules: readonly CellFault[],
): readonly CellFault[] {
  const told = new Set<RosterHead>(reading.map(fault => fault.column));
  return [...reading, ...rules.filter(fault => !told.has(fault.column))];
}

function repeatedFault(row: ReadRow, lines: Map<string, number>, context: RowContext): CellFault | undefined {
  const number = normalisePersonId(row.cells.证件号码 ?? '');
  const series = (row.cells.系列 ?? '').trim();
  const title = (row.cells.资格名称 ?? '').trim();
  if (number === '' || series === '' || title === '') return undefined;
  const key = JSON.stringify([number, findSeries(series, context.today)?.code ?? series, title]);
  const firstLine = lines.get(key);
  if (firstLine === undefined) {
    lines.set(key, row.line);
    return undefined;
  }
  const detail = `与第 ${firstLine} 行是同一人的同一资格，请删去重复的一行。`;
  return { column: '证件号码', code: 'ROW_REPEATED', detail };
}
