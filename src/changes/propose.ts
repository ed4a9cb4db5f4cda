/** A handler proposes a change; what could not be confirmed is refused at once, and the certificate stays as it is. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { demandCorrectable } from '../issuance/correct.ts';
import { demandChangeable } from '../revocation/change-state.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { standsNow } from './against.ts';
import { proposalDigest, type Proposal, type Wanted } from './proposal.ts';
import { sheetNumbers } from './sheets/store.ts';
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
  try {
    return await inTransaction(world.db, async tx => {
      const judged = await judgedIn({ tx, world }, act, wanted);
      const { number } = judged.order;
      // the certificate is locked by now: a sheet with it stands already, or comes later and is refused
      if ((await sheetNumbers(world.db, [number], tx)).size > 0) throw inSheet();
      const against = await standsNow({ tx, world }, number, act.at);
      if (!against) throw new RangeError(`proposal for ${number}: judged, and yet no certificate`);
      const digest = proposalDigest(world.cipher, judged, against);
      const proposal = openProposal(act, { id, number, wanted: judged, digest });
      await addProposal(tx, world, proposal);
      await record({ tx, db: world.db }, act, [
        { action: 'change.proposed', subject: number, detail: { kind: wanted.kind, proposal: id, digest } },
      ]);
      return proposal;
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new DomainError('STATE_CONFLICT', '这张证书已有一项变更待确认，请先办结那一项。', { cause: error });
  }
}

/** The change as it would be carried out now. */
async function judgedIn(
  scope: { tx: Tx; world: World },
  act: PersonalAct,
  { kind, order }: Wanted,
): Promise<Wanted> {
  if (kind !== 'CORRECT') return { kind, order: await demandChangeable(scope, act, order) };
  return { kind, order: await demandCorrectable(scope, act, order) };
}

function openProposal(
  { actor, at }: PersonalAct,
  proposed: Pick<Proposal, 'id' | 'number' | 'wanted' | 'digest'>,
): Proposal {
  return {
    ...proposed,
    state: 'open',
    proposedBy: actor,
    proposedAt: at,
    decidedBy: undefined,
    decidedAt: undefined,
    note: undefined,
  };
}

function inSheet(): DomainError {
  return new DomainError('STATE_CONFLICT', '这张证书已在一份批量变更中等待办理，请先办结那一份。');
}
