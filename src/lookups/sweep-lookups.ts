/** What is no longer needed of lookups is forgotten: the holder can see three years back, a code's hash is of no use after a day. */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { deleteChallenges, deleteLookups, forgetCodes } from './store.ts';

const DAY_SECONDS = 86_400;
const CODES_KEPT_SECONDS = DAY_SECONDS;
/** Three years, one of them a leap year. */
const LOOKUPS_KEPT_SECONDS = 1096 * DAY_SECONDS;

/** Old lookups, codes and spent challenges are gone. @returns how many rows */
export async function sweepLookups(world: Pick<World, 'db'>, act: Act): Promise<number> {
  const { db } = world;
  return inTransaction(db, async tx => {
    const lookups = await deleteLookups(tx, db, act.at - LOOKUPS_KEPT_SECONDS);
    const codes = await forgetCodes(tx, db, act.at - CODES_KEPT_SECONDS);
    const challenges = await deleteChallenges(tx, db, act.at);
    const all = lookups + codes + challenges;
    if (all > 0)
      await record({ tx, db }, act, [
        { action: 'lookups.swept', subject: 'lookups', detail: { lookups, codes, challenges } },
      ]);
    return all;
  });
}
