/**
 * The stop switch: when something is wrong, one person stops all signing at once, in every process; only an approver lets it run again.
 * What is promised stays promised and is finished after the resumption.
 */
import { demandMay, type Actor, type PersonalAct } from '../../accounts/role.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connect.ts';
import { inTransaction } from '../../db/tx.ts';
import { opinionFault } from '../../review/decision.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { findSwitch, throwSwitch, type Switch } from './store.ts';

/** Nothing is signed any more from the next chunk on, in any process. @throws Forbidden; DomainError REASON_MISSING */
export async function stopIssuance(
  world: World,
  act: PersonalAct,
  { reason }: { readonly reason: string },
): Promise<Switch> {
  demandMay(act.by, 'issuance.stop');
  return turn(world, act, { stopped: true, reason });
}

/** Releases go on where they stood. @throws Forbidden; DomainError REASON_MISSING */
export async function resumeIssuance(
  world: World,
  act: PersonalAct,
  { reason }: { readonly reason: string },
): Promise<Switch> {
  demandMay(act.by, 'issuance.resume');
  return turn(world, act, { stopped: false, reason });
}

/** How the switch stands; undefined when it was never thrown. @throws Forbidden */
export async function viewIssuance(world: World, actor: Actor): Promise<Switch | undefined> {
  demandMay(actor, 'issuance.view');
  return findSwitch(world.db);
}

/** @throws DomainError ISSUANCE_STOPPED while the switch stands at stop */
export async function demandRunning(db: Db): Promise<void> {
  if ((await findSwitch(db))?.stopped === true)
    throw new DomainError('ISSUANCE_STOPPED', '制证已被暂停，请联系市局核实原因；恢复后会自动继续。');
}

async function turn(
  world: World,
  act: PersonalAct,
  wanted: { readonly stopped: boolean; readonly reason: string },
): Promise<Switch> {
  const reason = wanted.reason.trim();
  const fault = opinionFault(reason, wanted.stopped ? '暂停制证的理由' : '恢复制证的理由');
  if (fault !== undefined) throw new DomainError('REASON_MISSING', fault, { pointer: '/reason' });
  const thrown = { stopped: wanted.stopped, reason, at: act.at, accountId: act.by.accountId };
  return inTransaction(world.db, async tx => {
    await throwSwitch(tx, world.db, thrown);
    await record({ tx, db: world.db }, act, [
      {
        action: wanted.stopped ? 'issuance.stopped' : 'issuance.resumed',
        subject: 'issuance',
        detail: { reason },
      },
    ]);
    return thrown;
  });
}
