/** From the cells of a sheet to what each row wants, before any certificate is looked at. Pure. */
import { plainDate } from '../../applications/roster/cells.ts';
import type { RosterHead } from '../../applications/roster/columns.ts';
import type { CellFault, ReadRoster, ReadRow } from '../../applications/roster/roster.ts';
import { parseCertificateNumber } from '../../certificate/number.ts';
import type { StateChange } from '../../revocation/change-state.ts';
import { changeNamed, onlyReasonOf, reasonNamed, type SheetChange } from './columns.ts';

/** What is the same for every row that does not say otherwise. */
export interface WholeSheet {
  readonly change?: SheetChange | undefined;
  readonly reason?: string | undefined;
  readonly document?: string | undefined;
  readonly untilDate?: string | undefined;
}

export interface WantedRow {
  readonly line: number;
  /** In its one spelling; as written when it is none. */
  readonly number: string;
  readonly order: StateChange | undefined;
  readonly faults: readonly CellFault[];
}

/** Every row of the sheet, each with all that is wrong with its cells; a number that stands there twice is at fault from the second on. */
export function wantedRows({ rows }: ReadRoster, whole: WholeSheet): readonly WantedRow[] {
  const lines = new Map<string, number>();
  return rows.map(row => {
    const wanted = wantedRow(row, whole);
    const first = lines.get(wanted.number);
    if (first === undefined) {
      if (wanted.number !== '') lines.set(wanted.number, row.line);
      return wanted;
    }
    const detail = `与第 ${first} 行是同一张证书，请删去重复的一行。`;
    return {
      ...wanted,
      faults: [...wanted.faults, { column: '证书编号', code: 'ROW_REPEATED', detail } as const],
    };
  });
}

function wantedRow(row: ReadRow, whole: WholeSheet): WantedRow {
  const faults: CellFault[] = [...row.faults];
  const unreadable = new Set(faults.map(({ column }) => column));
  const fault = (column: RosterHead, code: string, detail: string): void => {
    // a cell that could not be read is not also judged by its content
    if (!unreadable.has(column)) faults.push({ column, code, detail });
  };
  const cell = (column: RosterHead): string => (row.cells[column] ?? '').trim();

  const typed = cell('证书编号');
  const number = parseCertificateNumber(typed);
  if (typed === '') fault('证书编号', 'CELL_EMPTY', '证书编号未填写，请补填。');
  else if (!number)
    fault('证书编号', 'CERTIFICATE_UNKNOWN', '不是有效的证书编号（字母加 13 位数字，末位校验），请核对。');
  const change = changeOf(cell('变更'), whole, fault);
  const untilDate = change && untilOf({ text: cell('截止日期'), change, whole }, fault);
  const base = { line: row.line, number: number ?? typed.slice(0, 40), faults };
  if (!change || !number || faults.length > 0) return { ...base, order: undefined };
  // the sheet's reason is that of the sheet's change, not of a row that wants another
  const common = whole.change === undefined || whole.change === change ? whole.reason : undefined;
  const given = cell('原因代码') || common;
  const reason = given === undefined ? (onlyReasonOf(change) ?? '') : reasonNamed(given, change);
  const document = cell('文号') || whole.document?.trim() || undefined;
  return { ...base, order: { number, change, reason, document, untilDate } };
}

type Note = (column: RosterHead, code: string, detail: string) => void;

function changeOf(word: string, whole: WholeSheet, fault: Note): SheetChange | undefined {
  if (word === '') {
    if (!whole.change) fault('变更', 'CELL_EMPTY', '变更未填写，请补填，或在上传时为整份选定一项变更。');
    return whole.change;
  }
  const change = changeNamed(word);
  if (!change) fault('变更', 'CHANGE_UNKNOWN', '变更请填 暂停、延长暂停、恢复、撤销、注销 之一。');
  return change;
}

function untilOf(
  { text, change, whole }: { text: string; change: SheetChange; whole: WholeSheet },
  fault: Note,
): string | undefined {
  const hasEnd = change === 'SUSPEND' || change === 'EXTEND';
  if (text === '') return hasEnd ? whole.untilDate : undefined;
  if (!hasEnd) {
    fault('截止日期', 'UNTIL_NOT_TAKEN', '只有暂停才有截止日期，请清空这一格。');
    return undefined;
  }
  const date = plainDate(text, '截止日期');
  if (date.ok) return date.value;
  fault('截止日期', date.fault.code, date.fault.detail);
  return undefined;
}
