/** A handler proposes a whole sheet; a sheet with one row at fault is refused whole. Until it is decided its certificates take no other proposal. */
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import { record } from '../../audit/record.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction, isDuplicate } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { checkedFrom, type SentSheet } from './check-sheet.ts';
import { judgeSheet } from './judge-sheet.ts';
import { digestOfOrders, partsOf, type ChangeSheet, type CheckedRow } from './sheet.ts';
import { addSheet } from './store.ts';
import { wantedRows } from './wanted-rows.ts';

export interface NewSheet extends SentSheet {
  readonly id: string;
  readonly fileName: string;
  /** What was checked, when that is to be what is proposed. */
  readonly digest?: string | undefined;
}

/** More faults than these tell nobody anything; the check shows every row. */
const FAULTS_TOLD = 200;

/** Thrown when a row is at fault; nothing was proposed. */
export class SheetInvalid extends DomainError {
  constructor(rows: readonly CheckedRow[]) {
    const faulty = rows.filter(({ faults }) => faults.length > 0);
    const placed = faulty.flatMap(({ line, faults }) =>
      faults.map(({ column, code, detail }) => ({ pointer: `/rows/${line}/${column}`, code, detail })),
    );
    super('CHANGE_SHEET_INVALID', `有 ${faulty.length} 行有错误，整份未提议；请逐行改正后重新上传。`, {
      faults: placed.slice(0, FAULTS_TOLD),
    });
  }
}

/**
 * The sheet waits for another person's confirmation.
 * @throws Forbidden; SheetInvalid; DomainError PROPOSAL_CHANGED when it is not what was checked
 */
export async function proposeSheet(world: World, act: PersonalAct, sent: NewSheet): Promise<ChangeSheet> {
  demandMay(act.by, 'change.propose');
  return atOnce(world, async tx => {
    const sheet = await addChecked({ tx, world }, act, sent);
    await record({ tx, db: world.db }, act, [
      {
        action: 'change-sheet.proposed',
        subject: sheet.id,
        detail: { digest: sheet.digest, rows: sheet.rows },
      },
    ]);
    return sheet;
  });
}

/** The certificates may have come into another sheet at this very moment: the second judgement tells which. */
export async function atOnce(world: World, body: (tx: Tx) => Promise<ChangeSheet>): Promise<ChangeSheet> {
  try {
    return await inTransaction(world.db, body);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return inTransaction(world.db, body);
  }
}

/** The sheet stands, every certificate locked and every row judged once more; its audit entry is the caller's last statement. */
export async function addChecked(
  scope: { tx: Tx; world: World },
  act: Act,
  { id, fileName, read, whole, digest: expected }: NewSheet,
): Promise<ChangeSheet> {
  const { rows, faultyRows } = checkedFrom(await judgeSheet(scope, act, wantedRows(read, whole)));
  if (faultyRows > 0) throw new SheetInvalid(rows);
  const wanted = rows.flatMap(({ line, order }) => (order ? [{ line, order }] : []));
  const orders = wanted.map(({ order }) => order);
  const digest = digestOfOrders(orders);
  if (expected !== undefined && expected !== digest)
    throw new DomainError('PROPOSAL_CHANGED', '文件与先前核对的不同，请重新核对后再提议。');
  const sheet: ChangeSheet = {
    ...{ id, fileName, state: 'open', digest, rows: wanted.length, done: 0, failed: 0 },
    ...{ parts: partsOf(orders), proposedBy: act.actor, proposedAt: act.at },
    ...{ decidedBy: undefined, decidedAt: undefined, note: undefined, finishedAt: undefined },
  };
  await addSheet(scope.tx, scope.world, { sheet, rows: wanted });
  return sheet;
}
