/** Questions of registration bodies are kept for three years (domain §4.2: verification logs), then forgotten. */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { deleteQueries } from './store.ts';

/** Three years, one of them a leap year. */
const KEPT_SECONDS = 1096 * 86_400;

/** Old questions are gone. @returns how many */
export async function sweepQueries({ db }: Pick<World, 'db'>, act: Act): Promise<number> {
  return inTransaction(db, async tx => {
    const queries = await deleteQueries(tx, db, act.at - KEPT_SECONDS);
    if (queries > 0)
      await record({ tx, db }, act, [
        { action: 'registrations.swept', subject: 'registrations', detail: { queries } },
      ]);
    return queries;
  });
}
