/** From a table of cells, whatever file it came from, to the rows of a roster. Pure. */
import { DomainError } from '../../shared/errors.ts';
import type { HeadList, RosterHead } from './columns.ts';
import { COMMITTEE_ROSTER, ERROR_HEAD, matchHeads } from './columns.ts';
import type { CellFault, ReadRow, RosterCells } from './roster.ts';
import { MAX_ROSTER_ROWS } from './roster.ts';

/** One line of the file: texts by place, and faults of single cells found while reading. */
export interface TableLine {
  readonly line: number;
  readonly cells: readonly string[];
  /** By place in the line; told unless the cell stands under no head. */
  readonly faults?: ReadonlyMap<number, { readonly code: string; readonly detail: string }>;
}

export interface Assembled {
  readonly heads: readonly RosterHead[];
  readonly rows: readonly ReadRow[];
}

/**
 * The first line that is not blank holds the heads; every later one that is not blank is a row.
 *
 * @throws RosterHeadWrong for wrong heads
 * @throws DomainError ROSTER_EMPTY without a row, ROSTER_TOO_LONG above MAX_ROSTER_ROWS
 */
export function assemble(lines: Iterable<TableLine>, heads: HeadList = COMMITTEE_ROSTER): Assembled {
  let places: readonly (RosterHead | undefined)[] | undefined;
  let errorPlace = -1;
  const rows: ReadRow[] = [];
  for (const line of lines) {
    if (isBlank(line)) continue;
    if (places === undefined) {
      places = matchHeads(line.cells, heads);
      errorPlace = line.cells.findIndex(head => head.trim() === ERROR_HEAD);
      continue;
    }
    if (rows.length === MAX_ROSTER_ROWS) throw rosterTooLong();
    rows.push(rowOf(line, places, errorPlace));
  }
  if (places === undefined) throw new DomainError('FILE_EMPTY', '文件里没有任何内容，请用模板填写后上传。');
  if (rows.length === 0) throw new DomainError('ROSTER_EMPTY', '文件只有表头没有数据行，请填写后重新上传。');
  return { heads: places.filter(head => head !== undefined), rows };
}

export function rosterTooLong(): DomainError {
  const detail = `一份文件最多 ${MAX_ROSTER_ROWS} 行，请分成几份上传；如末尾有大量空白行，请删除后再试。`;
  return new DomainError('ROSTER_TOO_LONG', detail);
}

function isBlank({ cells, faults }: TableLine): boolean {
  return (faults === undefined || faults.size === 0) && cells.every(cell => cell.trim() === '');
}

function rowOf(line: TableLine, places: readonly (RosterHead | undefined)[], errorPlace: number): ReadRow {
  const cells: Partial<Record<RosterHead, string>> = {};
  const faults: CellFault[] = [];
  places.forEach((column, place) => {
    if (column === undefined) return;
    const text = line.cells[place] ?? '';
    if (text.trim() !== '') cells[column] = text;
    const fault = line.faults?.get(place);
    if (fault) faults.push({ column, code: fault.code, detail: fault.detail });
  });
  const stray = line.cells.findIndex((cell, place) => {
    return cell.trim() !== '' && place !== errorPlace && places[place] === undefined;
  });
  // told at the first column that every row has
  const [column = '姓名'] = places.filter(place => place !== undefined);
  if (stray >= 0) faults.push(strayCell(stray, column));
  return { line: line.line, cells: cells satisfies RosterCells, faults };
}

function strayCell(place: number, column: RosterHead): CellFault {
  const detail = `本行第 ${place + 1} 列有内容但没有表头，可能整行错位，请核对后重新填写。`;
  return { column, code: 'CELL_WITHOUT_HEAD', detail };
}
