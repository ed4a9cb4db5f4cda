/** A client that lost events has them sent again: the same events under the same ids, in their order. */
import { takeTries } from '../../accounts/sign-in/limit.ts';
import { record } from '../../audit/record.ts';
import type { ClientAct } from '../../clients/client.ts';
import { inTransaction } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { wakeLanes } from '../subscriptions/store.ts';
import { noTarget } from '../target/set-target.ts';
import { hasTarget } from '../target/store.ts';
import { countOwn, lockStream, numbersOf, waitAgain, type Some } from './store.ts';

const REPLAYS = { kind: 'webhook-replay', most: 60, seconds: 3600 } as const;

/**
 * Those events wait again as if they had just been made, and what waits after a failure is tried at once.
 * @returns how many wait that did not
 * @throws DomainError NOT_FOUND for an id that is not the client's, or without a target; TOO_MANY_ATTEMPTS
 */
export async function replayEvents(world: World, act: ClientAct, some: Some): Promise<number> {
  const { db } = world;
  const clientId = act.client.id;
  await takeTries(world, { at: act.at, tries: [{ limit: REPLAYS, of: clientId }] });
  if ('ids' in some && (await countOwn(db, clientId, some.ids)) < new Set(some.ids).size)
    throw new DomainError('NOT_FOUND', '其中有的通知不存在，请核对编号后再试。');
  return inTransaction(db, async tx => {
    await lockStream(tx, db, clientId);
    if (!(await hasTarget(tx, db, clientId))) throw noTarget();
    const numbers = await numbersOf(tx, db, { clientId, some });
    await wakeLanes(tx, db, { clientId, numbers, at: act.at, evenWaiting: true });
    const count = await waitAgain(tx, db, { clientId, some, at: act.at });
    await record({ tx, db }, act, [{ action: 'webhook.replayed', subject: clientId, detail: { count } }]);
    return count;
  });
}
