/** Reports that were closed three years ago are forgotten; the audit keeps that they were. */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { deleteClosed } from './store.ts';

/** Three years, one of them a leap year. */
const KEPT_SECONDS = 1096 * 86_400;

/** @returns how many are gone */
export async function sweepFeedback({ db }: Pick<World, 'db'>, act: Act): Promise<number> {
  return inTransaction(db, async tx => {
    const reports = await deleteClosed(tx, db, act.at - KEPT_SECONDS);
    if (reports > 0)
      await record({ tx, db }, act, [{ action: 'feedback.swept', subject: 'feedback', detail: { reports } }]);
    return reports;
  });
}
