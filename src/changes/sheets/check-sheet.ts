/**
 * A sheet looked at before it is proposed: every row with what it would do, or what is wrong with it. Nothing changes but the audit, for
 * the answer tells who holds which certificate.
 */
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import type { ReadRoster } from '../../applications/roster/roster.ts';
import { recordLook } from '../../audit/look.ts';
import type { Act } from '../../shared/act.ts';
import type { World } from '../../world.ts';
import { judgeSheet } from './judge-sheet.ts';
import { digestOfOrders, type CheckedRow } from './sheet.ts';
import { wantedRows, type WholeSheet } from './wanted-rows.ts';

export interface SentSheet {
  readonly read: ReadRoster;
  readonly whole: WholeSheet;
}

export interface CheckedSheet {
  /** In the order of the file. */
  readonly rows: readonly CheckedRow[];
  readonly faultyRows: number;
  /** Of what would be proposed; undefined while a row is at fault. */
  readonly digest: string | undefined;
}

/** @throws Forbidden */
export async function checkSheet(world: World, act: PersonalAct, sent: SentSheet): Promise<CheckedSheet> {
  demandMay(act.by, 'change.propose');
  const checked = await lookAtSheet(world, act, sent);
  const detail = { rows: checked.rows.length, faults: checked.faultyRows };
  await recordLook(world, act, [{ action: 'change-sheet.checked', subject: act.by.accountId, detail }]);
  return checked;
}

/** The same for whoever has the database: the operator at the terminal. */
export async function lookAtSheet(world: World, act: Act, { read, whole }: SentSheet): Promise<CheckedSheet> {
  return checkedFrom(await judgeSheet({ world }, act, wantedRows(read, whole)));
}

export function checkedFrom(rows: readonly CheckedRow[]): CheckedSheet {
  const faultyRows = rows.filter(({ faults }) => faults.length > 0).length;
  const orders = rows.flatMap(({ order }) => order ?? []);
  return { rows, faultyRows, digest: faultyRows === 0 ? digestOfOrders(orders) : undefined };
}
