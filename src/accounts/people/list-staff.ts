/** Administrators look through the accounts of staff; the look is audited. */
import { recordLook } from '../../audit/look.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { AccountList, AccountView } from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import { demandAllowed } from '../demand.ts';
import { paged, type Page } from '../page.ts';
import type { PersonalAct } from '../role.ts';
import { findAccount, listStaff } from './store.ts';
import { toAccountViews } from './view.ts';

/** One page of accounts, masked; of one organisation when its id is given. @throws Forbidden */
export async function listAccounts(
  world: World,
  act: Act | PersonalAct,
  wanted: { organisationId?: string | undefined; text?: string | undefined; page: Page },
): Promise<AccountList> {
  demandAllowed(act, 'accounts.manage');

  const { organisationId, text, page } = wanted;
  const rows = await listStaff(world, { organisationId, text, after: page.after, limit: page.limit + 1 });
  const { items, next } = paged(rows, page);
  const subject = organisationId ?? 'all';
  await recordLook(world, act, [{ action: 'accounts.viewed', subject, detail: { count: items.length } }]);
  return { accounts: await toAccountViews(world.db, items), next };
}

/** The account, masked; the look is audited. @throws DomainError NOT_FOUND; Forbidden */
export async function viewAccount(
  world: World,
  act: Act | PersonalAct,
  accountId: string,
): Promise<AccountView> {
  const view = await getAccountView(world, act, accountId);
  await recordLook(world, act, [{ action: 'account.viewed', subject: accountId }]);
  return view;
}

/** The account, masked, as it is shown after a change. @throws DomainError NOT_FOUND; Forbidden */
export async function getAccountView(
  world: World,
  act: Act | PersonalAct,
  accountId: string,
): Promise<AccountView> {
  demandAllowed(act, 'accounts.manage');

  const account = await findAccount(world, accountId);
  const [view] = account?.kind === 'staff' ? await toAccountViews(world.db, [account]) : [];
  if (!view) throw new DomainError('NOT_FOUND', '没有这个账号，请核对后再试。');
  return view;
}
