/** What is no longer needed about people's comings and goings is forgotten (PIPL art. 19; domain §4.2: codes 24 hours). */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { KEPT_SECONDS } from './once/once.ts';
import { deleteKeys } from './once/store.ts';
import { deleteSessions } from './sessions/store.ts';
import { deleteCodes, deleteCounters } from './sign-in/store.ts';

const DAY_SECONDS = 86_400;
const CODES_KEPT_SECONDS = DAY_SECONDS;
/** 网络安全法 art. 21 wants network logs for six months; the sessions are ours. */
const SESSIONS_KEPT_SECONDS = 180 * DAY_SECONDS;

/** Old answers, codes, counters and long-ended sessions are gone. @returns how many rows */
export async function sweepAccounts(world: Pick<World, 'db'>, act: Act): Promise<number> {
  const { db } = world;
  return inTransaction(db, async tx => {
    const answers = await deleteKeys(tx, db, act.at - KEPT_SECONDS);
    const codes = await deleteCodes(tx, db, act.at - CODES_KEPT_SECONDS);
    const counters = await deleteCounters(tx, db, act.at);
    const sessions = await deleteSessions(tx, db, act.at - SESSIONS_KEPT_SECONDS);
    const all = answers + codes + counters + sessions;
    if (all > 0)
      await record({ tx, db }, act, [
        { action: 'accounts.swept', subject: 'accounts', detail: { answers, codes, counters, sessions } },
      ]);
    return all;
  });
}
