/**
 * A roster looked at before it is sent for good: every faulty row with its cells and what is wrong with each, or what taking it in would
 * do (R9). Nothing is taken in; that somebody had a roster checked is in the audit, for it tells who holds a title already.
 */
import type { PersonalAct } from '../accounts/role.ts';
import { recordLook } from '../audit/look.ts';
import type { RosterChecked } from '../shared/shapes/shapes.ts';
import type { Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { RosterRowsInvalid, type CheckedRoster } from './roster/check-roster.ts';
import type { RosterHead } from './roster/columns.ts';
import type { ReadRoster, RosterFault, RosterRow } from './roster/roster.ts';

/** Rows, and warnings, that one answer shows; the rest comes once these are mended. */
const MAX_SHOWN = 200;
const MAX_FILINGS = 50;

/** What taking in would do; an exam body's roster has neither month nor deadline. */
export interface Prospect extends Partial<CheckedRoster> {
  readonly fresh: number;
  readonly known: number;
  readonly batchMonth?: Month;
}

/**
 * What is wrong with the roster, or what it would become.
 * @param judge gives the prospect, or throws RosterRowsInvalid, which becomes the answer
 */
export async function checkedView(
  world: World,
  act: PersonalAct,
  { read, judge }: { read: ReadRoster; judge: () => Promise<Prospect> },
): Promise<RosterChecked> {
  const view = await viewOf(read, judge);
  const { rows, faults } = view;
  const subject = act.by.accountId;
  await recordLook(world, act, [{ action: 'roster.checked', subject, detail: { rows, faults } }]);
  return view;
}

/** @returns the faults when there are any, none when the roster could be taken in */
export async function faultsOf(judge: () => Promise<unknown>): Promise<readonly RosterFault[]> {
  try {
    await judge();
    return [];
  } catch (error) {
    if (error instanceof RosterRowsInvalid) return error.faults;
    throw error;
  }
}

async function viewOf(read: ReadRoster, judge: () => Promise<Prospect>): Promise<RosterChecked> {
  let prospect: Prospect = { fresh: 0, known: 0 };
  const faults = await faultsOf(async () => (prospect = await judge()));
  const heads = [...new Set([...read.heads, ...faults.map(({ column }) => column)])];
  const { fresh, known, batchMonth = null, rows = [], warnings = [] } = prospect;
  return {
    heads,
    rows: read.rows.length,
    faults: faults.length,
    ...rowsShown(read, heads, faults),
    ...{ fresh, known, batchMonth },
    late: rows.filter(({ uploadLate }) => uploadLate).length,
    filings: filingsOf(rows),
    warnings: warnings
      .slice(0, MAX_SHOWN)
      .map(({ line, column, code, detail }) => ({ line, column, code, detail })),
  };
}

function rowsShown(
  read: ReadRoster,
  heads: readonly RosterHead[],
  faults: readonly RosterFault[],
): Pick<RosterChecked, 'shown' | 'faultyRows'> {
  const byLine = new Map<number, RosterFault[]>();
  for (const fault of faults) byLine.set(fault.line, [...(byLine.get(fault.line) ?? []), fault]);
  const shown = read.rows
    .filter(({ line }) => byLine.has(line))
    .slice(0, MAX_SHOWN)
    .map(({ line, cells }) => ({
      line,
      cells: heads.map(head => cells[head] ?? ''),
      faults: (byLine.get(line) ?? []).map(({ column, code, detail }) => ({ column, code, detail })),
    }));
  return { shown, faultyRows: byLine.size };
}

/** R9: five working days from each day of filing. */
function filingsOf(rows: readonly RosterRow[]): RosterChecked['filings'] {
  const days = new Map<string, RosterChecked['filings'][number]>();
  for (const { filedOn, uploadDeadline, uploadLate: late } of rows) {
    const count = (days.get(filedOn)?.rows ?? 0) + 1;
    days.set(filedOn, { filedOn, uploadDeadline, rows: count, late });
  }
  return [...days.values()]
    .sort((one, other) => (one.filedOn < other.filedOn ? -1 : 1))
    .slice(0, MAX_FILINGS);
}
