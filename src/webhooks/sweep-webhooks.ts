/** What clients were told is kept for half a year, as messages to people are; then events and ended subscriptions go. */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { deleteEvents } from './events/store.ts';
import { deleteEnded } from './subscriptions/store.ts';
import { forgetOldSecrets } from './target/store.ts';

export const KEPT_SECONDS = 180 * 86_400;

/** Old events, ended subscriptions and secrets whose day is over are gone. @returns how many */
export async function sweepWebhooks(world: Pick<World, 'db'>, act: Act): Promise<number> {
  const { db } = world;
  const before = act.at - KEPT_SECONDS;
  return inTransaction(db, async tx => {
    const events = await deleteEvents(tx, db, before);
    const subscriptions = await deleteEnded(tx, db, before);
    const secrets = await forgetOldSecrets(tx, db, act.at);
    const all = events + subscriptions + secrets;
    const detail = { events, subscriptions, secrets };
    if (all > 0) await record({ tx, db }, act, [{ action: 'webhooks.swept', subject: 'webhooks', detail }]);
    return all;
  });
}
