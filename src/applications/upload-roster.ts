/** A committee's organising unit uploads the roster of a filed result (R9): it joins the batch of the month in which it comes. */
import { demandGrant, type PersonalAct } from '../accounts/role.ts';
import { monthAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { displayableBy } from './judge-content.ts';
import { committeesOf } from './register/store.ts';
import type { ReadRoster } from './roster/roster.ts';
import { takeInRoster, type TakenRoster } from './take-in-roster.ts';

/**
 * Every row is an application of the month of the act, uploaded to the bureau.
 * @param sent which of the sender's organisations it is for; their only one unless told
 * @throws Forbidden; RosterRowsInvalid (ROSTER_ROWS_INVALID) with every faulty cell, committees outside the register among them
 */
export async function uploadRoster(
  world: World,
  act: PersonalAct,
  sent: { readonly read: ReadRoster; readonly organiserId?: string | undefined },
): Promise<TakenRoster & { readonly batchMonth: Month }> {
  const { organisationId: id } = demandGrant(act.by, 'roster.upload', sent.organiserId);
  const committees = await committeesOf(world.db, { organiserId: id });
  const month = monthAt(act.at);
  const displayable = displayableBy(world);
  const taken = await takeInRoster(world, act, {
    read: sent.read,
    month,
    displayable,
    organiser: { id, committees },
  });
  return { ...taken, batchMonth: month };
}
