/** Another person confirms or refuses a proposal; the change itself happens in the same transaction as its confirmation. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { correctionFault, requestCorrectionIn } from '../issuance/correct.ts';
import { changeStateIn } from '../revocation/change-state.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { standsNow } from './against.ts';
import { proposalDigest, type Proposal } from './proposal.ts';
import { decideProposal, lockProposal } from './store.ts';

export interface ProposalDecision {
  readonly id: string;
  readonly decision: 'confirm' | 'refuse';
  /** What was seen: whoever confirms names the proposal's digest. */
  readonly digest?: string | undefined;
  /** Why it is refused. */
  readonly note?: string | undefined;
}

/**
 * The proposal is decided; when confirmed, the change has happened (a correction waits in its month's batch for check and approval).
 * @throws Forbidden; DomainError NOT_FOUND, TWO_PERSONS_NEEDED, STATE_CONFLICT, PROPOSAL_CHANGED, REASON_MISSING, BODY_INVALID and those of the change itself
 */
export async function decideChange(
  world: World,
  act: PersonalAct,
  wanted: ProposalDecision,
): Promise<Proposal> {
  demandMay(act.by, 'change.confirm');
  const note = wanted.note?.trim();
  if (wanted.decision === 'refuse' && (note === undefined || note === ''))
    throw new DomainError('REASON_MISSING', '不予确认须写明理由。', { pointer: '/note' });
  if (wanted.decision === 'confirm' && wanted.digest === undefined)
    throw new DomainError('BODY_INVALID', '确认须写明所见提议的摘要（digest），请先查看提议。', {
      pointer: '/digest',
    });
  try {
    return await inTransaction(world.db, async tx => {
      const proposal = await lockedOpen({ tx, world }, act, wanted.id);
      const state = wanted.decision === 'confirm' ? 'confirmed' : 'refused';
      if (state === 'confirmed') await demandAsSeen({ tx, world }, act, { proposal, seen: wanted.digest });
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
  const proposal = await lockProposal(tx, world, id);
  if (!proposal) throw new DomainError('NOT_FOUND', '没有这项变更提议，请核对后再试。');
  if (proposal.proposedBy === act.actor)
    throw new DomainError('TWO_PERSONS_NEEDED', '提议人不能确认自己的提议，请由另一人办理。');
  demandOpen(proposal);
  return proposal;
}

/** @throws DomainError STATE_CONFLICT unless the proposal still waits */
export function demandOpen({ state }: Proposal): void {
  if (state === 'open') return;
  const detail =
    state === 'withdrawn'
      ? '提议人已撤回这项变更提议；仍需办理的，请提议人重新提议。'
      : '这项变更提议已办结，请刷新后查看结果。';
  throw new DomainError('STATE_CONFLICT', detail);
}

/** What is confirmed is what was seen, of a certificate that stands as it stood when it was proposed. */
async function demandAsSeen(
  scope: { tx: Tx; world: World },
  act: PersonalAct,
  { proposal, seen }: { proposal: Proposal; seen: string | undefined },
): Promise<void> {
  const { number, wanted, digest } = proposal;
  if (seen !== digest)
    throw new DomainError('PROPOSAL_CHANGED', '您看到的不是这项提议现在的内容，请刷新，核对后再确认。', {
      pointer: '/digest',
    });
  const now = await standsNow(scope, number, act.at);
  if (digest === undefined || !now || proposalDigest(scope.world.cipher, wanted, now) !== digest)
    throw new DomainError(
      'PROPOSAL_CHANGED',
      '提议之后证书的状态或版本已有变化，不能再按原提议确认；请不予确认，或由提议人撤回，核对现状后重新提议。',
    );
}

async function carryOut(
  scope: { tx: Tx; world: World },
  act: PersonalAct,
  { wanted }: Proposal,
): Promise<void> {
  if (wanted.kind === 'CORRECT') await requestCorrectionIn(scope, act, wanted.order);
  else await changeStateIn(scope, act, wanted.order);
}
