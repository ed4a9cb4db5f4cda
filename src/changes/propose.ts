/** A handler proposes a change; what could not be confirmed is refused at once, and the certificate stays as it is. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { demandCorrectable } from '../issuance/correct.ts';
import { demandChangeable } from '../revocation/change-state.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { Proposal, Wanted } from './proposal.ts';
import { addProposal } from './store.ts';

/**
 * The proposal waits for another person's confirmation.
 * @throws Forbidden; DomainError CERTIFICATE_UNKNOWN, REASON_UNKNOWN, DOCUMENT_MISSING, STATE_CONFLICT, BAD_REQUEST
 */
export async function propose(
  world: World,
  act: PersonalAct,
  { id, wanted }: { readonly id: string; readonly wanted: Wanted },
): Promise<Proposal> {
  demandMay(act.by, 'change.propose');
  const proposal: Proposal = {
    id,
    number: wanted.order.number,
    wanted,
    state: 'open',
    proposedBy: act.actor,
    proposedAt: act.at,
    decidedBy: undefined,
    decidedAt: undefined,
    note: undefined,
  };
  try {
    await inTransaction(world.db, async tx => {
      if (wanted.kind === 'CORRECT') await demandCorrectable({ tx, world }, act, wanted.order);
      else await demandChangeable({ tx, world }, act, wanted.order);
      await addProposal(tx, world.db, proposal);
      await record({ tx, db: world.db }, act, [
        { action: 'change.proposed', subject: proposal.number, detail: { kind: wanted.kind, proposal: id } },
      ]);
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new DomainError('STATE_CONFLICT', '这张证书已有一项变更待确认，请先办结那一项。', { cause: error });
  }
  return proposal;
}
