/** Share codes that have long been over are forgotten, with when they were opened; the audit keeps that they were. */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { deleteShareCodes, shareCodesOver } from './store.ts';

/** The holder can still see what was shared and opened half a year after it ended. */
const KEPT_SECONDS = 180 * 86_400;
/** Few enough for one transaction. */
const CHUNK = 500;

/** @returns how many codes are gone */
export async function sweepShareCodes(world: Pick<World, 'db'>, act: Act): Promise<number> {
  let all = 0;
  for (;;) {
    const swept = await sweepSome(world, act);
    all += swept;
    if (swept < CHUNK) return all;
  }
}

async function sweepSome({ db }: Pick<World, 'db'>, act: Act): Promise<number> {
  return inTransaction(db, async tx => {
    const ids = await shareCodesOver(tx, db, { before: act.at - KEPT_SECONDS, limit: CHUNK });
    if (ids.length === 0) return 0;
    await deleteShareCodes(tx, db, ids);
    await record({ tx, db }, act, [
      { action: 'share-codes.swept', subject: 'share-codes', detail: { codes: ids.length } },
    ]);
    return ids.length;
  });
}
