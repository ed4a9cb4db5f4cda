/**
 * A message waits in the outbox from the moment its cause is committed: one transaction, so no step waits for a provider and no
 * message is sent for a step that did not happen.
 */
import type { Tx } from '../db/connect.ts';
import type { World } from '../world.ts';
import { textOf, type Message } from './message.ts';
import { addMessages, newestMessages, type OutboxMessage } from './store.ts';

/** The messages wait for delivery; nothing is sent here. @throws RangeError when a template's value is missing */
export async function enqueue(
  tx: Tx,
  world: Pick<World, 'db' | 'cipher' | 'ids' | 'clock'>,
  messages: readonly Message[],
): Promise<void> {
  const at = world.clock();
  // ids of one millisecond come in any order; sorted, they keep the order in which the messages were given
  const ids = messages.map(() => world.ids()).sort();
  const waiting = messages.map((message, place) => ({
    ...message,
    id: ids[place] ?? world.ids(),
    text: textOf(message),
    state: 'waiting' as const,
    tries: 0,
    nextAt: at,
    createdAt: at,
  }));
  await addMessages(tx, world, waiting);
}

const PAGE = 200;

/** The text of the newest message to that phone, whatever became of it; for tests and demonstrations. */
export async function newestMessageTo(
  world: Pick<World, 'db' | 'cipher'>,
  phone: string,
): Promise<string | undefined> {
  for (let before: string | undefined; ;) {
    const page = await newestMessages(world, { limit: PAGE, before });
    const found = page.find(message => message.phone === phone);
    if (found) return found.text;
    if (page.length < PAGE) return undefined;
    before = page.at(-1)?.id;
  }
}

/** The newest messages, newest first. */
export async function recentMessages(
  world: Pick<World, 'db' | 'cipher'>,
  limit: number,
): Promise<readonly OutboxMessage[]> {
  return newestMessages(world, { limit });
}
