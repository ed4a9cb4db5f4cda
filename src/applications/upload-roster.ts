/** A committee's organising unit uploads the roster of a filed result (R9): it joins the batch of the month in which it comes. */
import { demandGrant, type PersonalAct } from '../accounts/role.ts';
import { monthAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { displayableBy } from './judge-content.ts';
import { committeesOf } from './register/store.ts';
import type { CheckedRoster } from './roster/check-roster.ts';
import type { ReadRoster } from './roster/roster.ts';
import { judgeRoster, takeInRoster, type SentRoster, type TakenRoster } from './take-in-roster.ts';

export interface UploadedRoster {
  readonly read: ReadRoster;
  /** Which of the sender's organisations it is for; their only one unless told. */
  readonly organiserId?: string | undefined;
}

/**
 * Every row is an application of the month of the act, uploaded to the bureau.
 * @throws Forbidden; RosterRowsInvalid (ROSTER_ROWS_INVALID) with every faulty cell, committees outside the register among them
 */
export async function uploadRoster(
  world: World,
  act: PersonalAct,
  sent: UploadedRoster,
): Promise<TakenRoster & { readonly batchMonth: Month }> {
  const roster = await sentBy(world, act, sent);
  return { ...(await takeInRoster(world, act, roster)), batchMonth: roster.month };
}

/**
 * What uploading it now would do; nothing is taken in.
 * @throws Forbidden; RosterRowsInvalid (ROSTER_ROWS_INVALID)
 */
export async function checkUpload(
  world: World,
  act: PersonalAct,
  sent: UploadedRoster,
): Promise<CheckedRoster & { readonly fresh: number; readonly batchMonth: Month }> {
  const roster = await sentBy(world, act, sent);
  return { ...(await judgeRoster(world, act, roster)), batchMonth: roster.month };
}

async function sentBy(world: World, act: PersonalAct, sent: UploadedRoster): Promise<SentRoster> {
  const { organisationId: id } = demandGrant(act.by, 'roster.upload', sent.organiserId);
  const committees = await committeesOf(world.db, { organiserId: id });
  return {
    read: sent.read,
    month: monthAt(act.at),
    displayable: displayableBy(world),
    organiser: { id, committees },
  };
}
