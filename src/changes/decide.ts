/** Another person confirms or refuses a proposal; the change itself happens in the same transaction as its confirmation. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { correctionFault, requestCorrectionIn } from '../issuance/correct.ts';
import { changeStateIn } from '../revocation/change-state.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { Proposal } from './proposal.ts';
import { decideProposal, lockProposal } from './store.ts';

export interface ProposalDecision {
  readonly id: string;
  readonly decision: 'confirm' | 'refuse';
  /** Why it is refused. */
  readonly note?: string | undefined;
}

/**
 * The proposal is decided; when confirmed, the change has happened (a correction waits in its month's batch for check and approval).
 * @throws Forbidden; DomainError NOT_FOUND, TWO_PERSONS_NEEDED, STATE_CONFLICT, REASON_MISSING and those of the change itself
 */
export async function decideChange(
  world: World,
  act: PersonalAct,
  wanted: ProposalDecision,
): Promise<Proposal> {
  demandMay(act.by, 'change.confirm');
  const note = wanted.note?.trim();
  if (wanted.decision === 'refuse' && (note === undefined || note === ''))
    throw new DomainError('REASON_MISSING', '不予确认须写明理由。');
  try {
    return await inTransaction(world.db, async tx => {
      const proposal = await lockedOpen({ tx, world }, act, wanted.id);
      const state = wanted.decision === 'confirm' ? 'confirmed' : 'refused';
      await decideProposal(tx, world.db, { id: proposal.id, state, by: act.actor, at: act.at, note });
      if (state === 'confirmed') await carryOut({ tx, world }, act, proposal);
      await record({ tx, db: world.db }, act, [
        { action: `change.${state}`, subject: proposal.number, detail: { proposal: proposal.id } },
      ]);
      return { ...proposal, state, decidedBy: act.actor, decidedAt: act.at, note };
    });
  } catch (error) {
    throw correctionFault(error);
  }
}

async function lockedOpen(
  { tx, world }: { tx: Tx; world: World },
  act: PersonalAct,
  id: string,
): Promise<Proposal> {
  const proposal = await lockProposal(tx, world.db, id);
  if (!proposal) throw new DomainError('NOT_FOUND', '没有这项变更提议，请核对后再试。');
  if (proposal.proposedBy === act.actor)
    throw new DomainError('TWO_PERSONS_NEEDED', '提议人不能确认自己的提议，请由另一人办理。');
  if (proposal.state !== 'open')
    throw new DomainError('STATE_CONFLICT', '这项变更提议已办结，请刷新后查看结果。');
  return proposal;
}

async function carryOut(
  scope: { tx: Tx; world: World },
  act: PersonalAct,
  { wanted }: Proposal,
): Promise<void> {
  if (wanted.kind === 'CORRECT') await requestCorrectionIn(scope, act, wanted.order);
  else await changeStateIn(scope, act, wanted.order);
}
