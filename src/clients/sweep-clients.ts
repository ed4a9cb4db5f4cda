/** Nonces are forgotten when a replay would be refused for its age alone. */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { deleteNonces } from './store.ts';

/** Old nonces are gone. @returns how many */
export async function sweepClients({ db }: Pick<World, 'db'>, act: Act): Promise<number> {
  return inTransaction(db, async tx => {
    const nonces = await deleteNonces(tx, db, act.at);
    if (nonces > 0)
      await record({ tx, db }, act, [{ action: 'clients.swept', subject: 'clients', detail: { nonces } }]);
    return nonces;
  });
}
