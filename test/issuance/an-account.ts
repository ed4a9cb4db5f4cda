/** Accounts of the bureau's people, for what looks up their phones. */
import { addAccount, addGrants } from '../../src/accounts/people/store.ts';
import type { Actor } from '../../src/accounts/role.ts';
import { inTransaction } from '../../src/db/tx.ts';
import type { World } from '../../src/world.ts';
import { JULY_30 } from '../support/bureau.ts';

/** That person has an account with their grants and that phone. */
export async function addAccountFor(
  world: World,
  { actor, phone }: { readonly actor: Actor; readonly phone: string },
): Promise<void> {
  const { accountId, name, idNumber, grants } = actor;
  await inTransaction(world.db, async tx => {
    await addAccount(tx, world, {
      id: accountId,
      kind: 'staff',
      login: `login-${accountId.slice(-4)}`,
      name,
      idNumber,
      idType: '居民身份证',
      phone,
      phoneSource: 'bureau',
      mustChange: false,
      state: 'active',
      stateNote: undefined,
      createdAt: JULY_30,
    });
    await addGrants(tx, world.db, { accountId, added: grants });
  });
}
