/** What the bureau's people call each other in lists of who did what: the account's name, and nothing else of it. */
import { findAccount, type AccountScope } from './store.ts';

/** The name of each account by its id; empty for one that is gone or has none. */
export async function namesOf(
  scope: AccountScope,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(accountIds)) names.set(id, (await findAccount(scope, id))?.name ?? '');
  return names;
}
