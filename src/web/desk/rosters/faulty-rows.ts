/** The faulty rows of a checked roster as the table shows them, with what was corrected in the page since. Pure. */
import type { RosterChecked } from '../../../shared/shapes/shapes.ts';
import { cellKey, type Cell, type RosterInHand } from './roster-in-hand.ts';

export interface ShownCell extends Cell {
  /** What stands there now. */
  readonly text: string;
  /** Every fault of the cell in one text; empty for none. */
  readonly fault: string;
  /** Changed, or its row left out, since it was last checked. */
  readonly isMended: boolean;
}

export interface ShownRow {
  readonly line: number;
  readonly isDropped: boolean;
  /** The name first, then the columns with faults, then the others. */
  readonly cells: readonly ShownCell[];
}

const NAME = '姓名';

/** Columns with faults among the rows shown, in the file's order. */
export function faultyColumns({ heads, shown }: RosterChecked): readonly { name: string; count: number }[] {
  const faults = shown.flatMap(row => [...new Set(row.faults.map(({ column }) => column))]);
  return heads
    .map(name => ({ name, count: faults.filter(column => column === name).length }))
    .filter(({ count }) => count > 0);
}

export function rowsOf(
  checked: RosterChecked,
  { texts, dropped }: Pick<RosterInHand, 'texts' | 'dropped'>,
): readonly ShownRow[] {
  const faulty = new Set(faultyColumns(checked).map(({ name }) => name));
  const rank = (column: string): number => (column === NAME ? 0 : faulty.has(column) ? 1 : 2);
  const order = checked.heads
    .map((column, place) => ({ column, place }))
    .sort((one, other) => rank(one.column) - rank(other.column) || one.place - other.place);
  return checked.shown.map(({ line, cells, faults }) => {
    const isDropped = dropped.has(line);
    return {
      line,
      isDropped,
      cells: order.map(({ column, place }) => {
        const original = cells[place] ?? '';
        const text = texts.get(cellKey({ line, column })) ?? original;
        const details = faults.filter(fault => fault.column === column).map(({ detail }) => detail);
        const isMended = isDropped || text !== original;
        return { line, column, original, text, isMended, fault: [...new Set(details)].join(' ') };
      }),
    };
  });
}
