/**
 * Judges every row of a sheet by the rules of single changes and against what already waits: what each row would do, or what is wrong
 * with it at its cell. Changes nothing.
 */
import { maskName } from '../../accounts/person-id.ts';
import type { RosterHead } from '../../applications/roster/columns.ts';
import type { CellFault } from '../../applications/roster/roster.ts';
import { applicationsById } from '../../applications/store.ts';
import { lockNumbers } from '../../certificate/store.ts';
import type { Tx } from '../../db/connect.ts';
import { judgeChange, unknownNumber } from '../../revocation/change-state.ts';
import { knownOf, type Known } from '../../revocation/change-states.ts';
import { stateOf } from '../../revocation/state.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { openNumbers } from '../store.ts';
import type { CheckedRow } from './sheet.ts';
import { sheetNumbers } from './store.ts';
import type { WantedRow } from './wanted-rows.ts';

const CHUNK = 500;

/** @param scope.tx locks every certificate until it ends, so that what was judged still holds when it is written */
export async function judgeSheet(
  scope: { world: World; tx?: Tx },
  act: Act,
  wanted: readonly WantedRow[],
): Promise<readonly CheckedRow[]> {
  const { world, tx } = scope;
  // locked before anything is read: what is read later was committed by whoever held a lock until then
  if (tx)
    await lockNumbers(
      tx,
      world.db,
      wanted.map(({ number }) => number),
    );
  const checked: CheckedRow[] = [];
  for (let at = 0; at < wanted.length; at += CHUNK)
    checked.push(...(await judgeRows(scope, act, wanted.slice(at, at + CHUNK))));
  return checked;
}

async function judgeRows(
  { world, tx }: { world: World; tx?: Tx },
  act: Act,
  rows: readonly WantedRow[],
): Promise<readonly CheckedRow[]> {
  const numbers = rows.map(({ number }) => number);
  const known = await knownOf(world, numbers, tx);
  const ids = [...known.values()].map(({ certificate }) => certificate.applicationId);
  const applications = await applicationsById(world, ids);
  const single = await openNumbers(world.db, numbers, tx);
  const sheets = await sheetNumbers(world.db, numbers, tx);
  return rows.map(row => {
    const found = known.get(row.number);
    const name = found && applications.get(found.certificate.applicationId)?.name;
    const waiting = waitingFault({ single: single.has(row.number), sheet: sheets.has(row.number) });
    const answer = judgeRow(act, row, { known: found, waiting });
    return { ...answer, holder: name === undefined ? undefined : maskName(name) };
  });
}

function waitingFault({ single, sheet }: { single: boolean; sheet: boolean }): CellFault | undefined {
  if (!single && !sheet) return undefined;
  const detail = single
    ? '这张证书已有一项变更待确认，请先办结那一项。'
    : '这张证书已在另一份批量变更中等待办理，请先办结那一份。';
  return { column: '证书编号', code: 'PROPOSAL_OPEN', detail };
}

function judgeRow(
  act: Act,
  { line, number, order, faults }: WantedRow,
  { known, waiting }: { known: Known | undefined; waiting: CellFault | undefined },
): Omit<CheckedRow, 'holder'> {
  const before = known && stateOf(known.changes, act.at);
  const base = { line, number, before };
  if (!order) return { ...base, order, after: undefined, faults: [...faults, ...(waiting ? [waiting] : [])] };
  try {
    if (!known) throw unknownNumber();
    const { until } = judgeChange(act, order, known.changes);
    const after = stateOf([...known.changes, { change: order.change, at: act.at, until }], act.at);
    const own = waiting ? [...faults, waiting] : faults;
    return { ...base, order, after: own.length > 0 ? undefined : after, faults: own };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const judged = { column: columnOf(error), code: error.code, detail: error.detail };
    return { ...base, order, after: undefined, faults: [...faults, judged, ...(waiting ? [waiting] : [])] };
  }
}

const COLUMNS: Readonly<Record<string, RosterHead>> = {
  '/reason': '原因代码',
  '/document': '文号',
  '/until': '截止日期',
};

function columnOf({ pointer }: DomainError): RosterHead {
  return (pointer === undefined ? undefined : COLUMNS[pointer]) ?? '证书编号';
}
