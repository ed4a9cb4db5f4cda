/**
 * Carries waiting messages away, a round at a time, outside every step that caused them: each is claimed by compare-and-swap before it
 * is sent, so that two processes send it once; one that fails is tried again, later and later. The log never holds text or phone.
 */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { CODE_TEMPLATES } from './message.ts';
import { driverFor, type Delivery, type MessageDriver } from './driver.ts';
import { claimMessage, deleteMessages, dueMessages, settleMessage, type DueMessage } from './store.ts';

type DeliveryWorld = Pick<World, 'db' | 'cipher' | 'clock' | 'ids' | 'config' | 'log'>;

const ROUND = 50;
/** Longer than a driver may take: while it runs, nobody else sends the message. */
const LEASE_SECONDS = 60;
export const MAX_TRIES = 8;
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3600;
/** A code is worth nothing after that; sending it would only frighten its receiver. */
export const CODE_TTL_SECONDS = 300;
/** So many failures in a row are the provider's, not the messages': the rest of the round waits. */
const FAULTS_IN_A_ROW = 3;

/**
 * One round: up to 50 codes, then up to 50 others, have been handed to the driver.
 * @returns sent: accepted by the driver; failed: tries that were not, whether or not another follows
 * @throws DomainError DATABASE_BUSY, DATABASE_UNAVAILABLE; never for a provider's failure
 */
export async function deliverMessages(
  world: DeliveryWorld,
  act: Act,
  driver: MessageDriver = driverFor(world),
): Promise<{ sent: number; failed: number }> {
  const count = { sent: 0, failed: 0 };
  let inARow = 0;
  for (const message of await roundOf(world)) {
    const delivery = await deliver(world, message, driver);
    if (!delivery) continue;
    const hasFailed = delivery.outcome === 'failed';
    count[hasFailed ? 'failed' : 'sent'] += 1;
    inARow = hasFailed ? inARow + 1 : 0;
    if (hasFailed) {
      const { id, template, tries } = message;
      const { requestId } = act;
      const { fault } = delivery;
      world.log.warn({ requestId, message: id, template, tries: tries + 1, fault }, 'message not sent');
    }
    if (inARow === FAULTS_IN_A_ROW) break;
  }
  return count;
}

/** Codes first: behind a month's thousands of notices they would be too late. */
async function roundOf(world: DeliveryWorld): Promise<readonly DueMessage[]> {
  const at = world.clock();
  const codes = await dueMessages(world, { at, limit: ROUND, only: CODE_TEMPLATES });
  const all = await dueMessages(world, { at, limit: ROUND });
  return [...codes, ...all.filter(message => !CODE_TEMPLATES.includes(message.template))];
}

/** @returns undefined when nothing was tried: too late, or another process's */
async function deliver(
  world: DeliveryWorld,
  due: DueMessage,
  driver: MessageDriver,
): Promise<Delivery | undefined> {
  const { db } = world;
  const at = world.clock();
  if (CODE_TEMPLATES.includes(due.template) && at >= due.createdAt + CODE_TTL_SECONDS) {
    await inTransaction(db, async tx =>
      settleMessage(tx, db, { message: due, state: 'dropped', at, nextAt: at }),
    );
    return undefined;
  }
  const until = at + LEASE_SECONDS;
  const claimed = await inTransaction(db, async tx => claimMessage(tx, db, { message: due, until }));
  if (!claimed) return undefined;
  const delivery = await tried(claimed, driver);
  await settle(world, claimed, delivery);
  return delivery;
}

async function tried(claimed: DueMessage, driver: MessageDriver): Promise<Delivery> {
  let message;
  try {
    message = claimed.open();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { outcome: 'failed', fault: 'UNREADABLE' };
  }
  return driver.send(message);
}

async function settle(world: DeliveryWorld, message: DueMessage, delivery: Delivery): Promise<void> {
  const { db } = world;
  const at = world.clock();
  const hasFailed = delivery.outcome === 'failed';
  const fault = hasFailed ? delivery.fault : undefined;
  const isAgain = hasFailed && message.tries < MAX_TRIES;
  const state = isAgain ? 'waiting' : delivery.outcome;
  const nextAt = isAgain ? at + pauseAfter(message.tries) : at;
  await inTransaction(db, async tx => settleMessage(tx, db, { message, state, at, nextAt, fault }));
}

/** 30 s, 1 min, 2 min, … at most 1 h. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (tries - 1));
}

const DAY_SECONDS = 86_400;
/** Retention: a code's text is of no use to anybody after a day; the others show what people were told for half a year. */
const KEEP_CODES_SECONDS = DAY_SECONDS;
const KEEP_SECONDS = 180 * DAY_SECONDS;

/** Messages past their retention are gone. @returns how many */
export async function sweepMessages(world: Pick<World, 'db'>, act: Act): Promise<number> {
  const { db } = world;
  const before = (seconds: number): Instant => act.at - seconds;
  return inTransaction(db, async tx => {
    const codes = await deleteMessages(tx, db, { before: before(KEEP_CODES_SECONDS), only: CODE_TEMPLATES });
    const others = await deleteMessages(tx, db, { before: before(KEEP_SECONDS) });
    const detail = { codes, others };
    if (codes + others > 0)
      await record({ tx, db }, act, [{ action: 'messages.swept', subject: 'messages', detail }]);
    return codes + others;
  });
}
