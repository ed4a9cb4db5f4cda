/** Administrators stop, resume and renew accounts of staff and end their sessions. Never their own. */
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import type { World } from '../../world.ts';
import { demandAllowed } from '../demand.ts';
import type { PersonalAct } from '../role.ts';
import { endSessionsOf } from '../sessions/store.ts';
import { newSecrets, type NewSecrets } from './add-staff.ts';
import { demandOther } from './grant.ts';
import { changeAccount, findAccount, lockStaff, type AccountChange } from './store.ts';

interface Change {
  readonly accountId: string;
  readonly action: string;
  readonly change: AccountChange;
  readonly endsSessions: boolean;
}

/** The account cannot sign in, and whoever was signed in is out. @throws DomainError NOT_FOUND; Forbidden */
export async function disableStaff(
  world: World,
  act: Act | PersonalAct,
  wanted: { accountId: string; reason: string },
): Promise<void> {
  const change = { state: 'disabled', stateNote: wanted.reason } as const;
  const { accountId } = wanted;
  await changed(world, act, { accountId, action: 'account.disabled', change, endsSessions: true });
}

/** The account can sign in again. @throws DomainError NOT_FOUND; Forbidden */
export async function enableStaff(world: World, act: Act | PersonalAct, accountId: string): Promise<void> {
  const change = { state: 'active', stateNote: undefined } as const;
  await changed(world, act, { accountId, action: 'account.enabled', change, endsSessions: false });
}

/** Whoever was signed in to the account is out. @throws DomainError NOT_FOUND; Forbidden */
export async function endStaffSessions(
  world: World,
  act: Act | PersonalAct,
  accountId: string,
): Promise<void> {
  await changed(world, act, { accountId, action: 'session.ended', change: {}, endsSessions: true });
}

/**
 * The account has a new initial password and one-time password secret, shown this once, and every session is over.
 * @throws DomainError NOT_FOUND; Forbidden
 */
export async function resetStaff(
  world: World,
  act: Act | PersonalAct,
  accountId: string,
): Promise<NewSecrets & { readonly login: string }> {
  demandAllowed(act, 'accounts.manage');
  demandOther(act, accountId);

  const found = await findAccount(world, accountId);
  const login = found?.login ?? '';
  const { credentials, shown } = await newSecrets(world, { login });
  const change = { credentials, mustChange: true };
  const wanted = { accountId, action: 'account.reset', change, endsSessions: true };
  await changed(world, act, wanted);
  return { accountId, login, ...shown };
}

async function changed(world: World, act: Act | PersonalAct, wanted: Change): Promise<void> {
  demandAllowed(act, 'accounts.manage');
  demandOther(act, wanted.accountId);

  const { db } = world;
  await inTransaction(db, async tx => {
    const account = await lockStaff(tx, world, wanted.accountId);
    if (Object.keys(wanted.change).length > 0)
      await changeAccount(tx, world, { id: account.id, change: wanted.change });
    const ended = wanted.endsSessions
      ? await endSessionsOf(tx, db, { accountId: account.id, at: act.at })
      : 0;
    await record({ tx, db }, act, [
      { action: wanted.action, subject: account.id, detail: { sessionsEnded: ended } },
    ]);
  });
}
