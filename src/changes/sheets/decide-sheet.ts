/** A sheet is confirmed or refused whole by another person than who proposed it, or withdrawn by that one. Carrying it out is carry-sheets.ts. */
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import { record } from '../../audit/record.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { digestOfOrders, type ChangeSheet } from './sheet.ts';
import { decideSheetIn, lockSheet, rowsOfSheet } from './store.ts';

export interface SheetDecision {
  readonly id: string;
  readonly decision: 'confirm' | 'refuse' | 'withdraw';
  /** Of the sheet that was shown. */
  readonly digest: string;
  /** Why it is refused. */
  readonly note?: string | undefined;
}

const STATES = { confirm: 'confirmed', refuse: 'refused', withdraw: 'withdrawn' } as const;

/**
 * The sheet is decided; confirmed, it is carried out from now on.
 * @throws Forbidden; DomainError NOT_FOUND, TWO_PERSONS_NEEDED, STATE_CONFLICT, REASON_MISSING, PROPOSAL_CHANGED
 */
export async function decideSheet(
  world: World,
  act: PersonalAct,
  wanted: SheetDecision,
): Promise<ChangeSheet> {
  const { id, decision } = wanted;
  demandMay(act.by, decision === 'withdraw' ? 'change.propose' : 'change.confirm');
  const note = wanted.note?.trim();
  if (decision === 'refuse' && (note === undefined || note === ''))
    throw new DomainError('REASON_MISSING', '不予确认须写明理由。', { pointer: '/note' });
  return inTransaction(world.db, async tx => {
    const sheet = await lockedOpen({ tx, world }, act, wanted);
    const state = STATES[decision];
    await decideSheetIn(tx, world.db, { id, state, by: act.actor, at: act.at, note });
    await record({ tx, db: world.db }, act, [
      { action: `change-sheet.${state}`, subject: id, detail: { digest: sheet.digest, rows: sheet.rows } },
    ]);
    return { ...sheet, state, decidedBy: act.actor, decidedAt: act.at, note };
  });
}

async function lockedOpen(
  { tx, world }: { tx: Tx; world: World },
  act: PersonalAct,
  { id, decision, digest }: SheetDecision,
): Promise<ChangeSheet> {
  const sheet = await lockSheet(tx, world.db, id);
  if (!sheet) throw new DomainError('NOT_FOUND', '没有这份批量变更，请核对后再试。');
  const isOwn = sheet.proposedBy === act.actor;
  if (decision === 'withdraw' && !isOwn)
    throw new DomainError('FORBIDDEN', '只有提议人能撤回；他人请确认或不予确认。');
  if (decision !== 'withdraw' && isOwn)
    throw new DomainError('TWO_PERSONS_NEEDED', '提议人不能确认自己的提议，请由另一人办理。');
  if (sheet.state !== 'open')
    throw new DomainError('STATE_CONFLICT', '这份批量变更已办结，请刷新后查看结果。');
  // what is confirmed is what stands there now, whatever the sheet's head says of it
  const rows = await rowsOfSheet(world.db, { id, limit: sheet.rows + 1 }, tx);
  const orders = rows.map(({ order }) => order);
  if (digest !== sheet.digest || digestOfOrders(orders) !== digest)
    throw new DomainError('PROPOSAL_CHANGED', '这份批量变更与您看到的不同，请刷新后重新核对。');
  return sheet;
}
