/** Whoever proposed a change takes it back while it is open: the certificate stays as it is and may be proposed for anew. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { demandOpen } from './decide.ts';
import type { Proposal } from './proposal.ts';
import { decideProposal, lockProposal } from './store.ts';

/**
 * The proposal is withdrawn; nobody can confirm it any more.
 * @throws Forbidden; DomainError NOT_FOUND for a proposal that is another's or absent, STATE_CONFLICT when it was decided
 */
export async function withdrawChange(
  world: World,
  act: PersonalAct,
  { id }: { readonly id: string },
): Promise<Proposal> {
  demandMay(act.by, 'change.propose');
  return inTransaction(world.db, async tx => {
    const proposal = await lockProposal(tx, world, id);
    if (proposal?.proposedBy !== act.actor)
      throw new DomainError('NOT_FOUND', '您没有提出过这项变更提议；他人的提议由复核人或撤销专员办理。');
    demandOpen(proposal);
    const decided = { state: 'withdrawn', by: act.actor, at: act.at, note: undefined } as const;
    await decideProposal(tx, world.db, { id, ...decided });
    await record({ tx, db: world.db }, act, [
      { action: 'change.withdrawn', subject: proposal.number, detail: { proposal: id } },
    ]);
    return { ...proposal, state: 'withdrawn', decidedBy: act.actor, decidedAt: act.at };
  });
}
