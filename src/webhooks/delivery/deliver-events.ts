/**
 * Sends what waits, a round at a time: events of one certificate to one client one after the other, those of several at once within
 * bounds. A lane is claimed by compare-and-swap before anything is sent, so two processes send an event once; one that dies in between
 * leaves it to others after its lease, and the event is sent again under the same id: at least once, never out of order.
 */
import { inTransaction } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { isoAt } from '../../shared/time.ts';
import type { WebhookEvent } from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import { livingAmong } from '../clients.ts';
import type { ClientEvent } from '../events/event.ts';
import { countTry, headOf, settleEvent } from '../events/store.ts';
import { claimLane, dueLanes, freeLane, isInHand, type Lane } from '../subscriptions/store.ts';
import { signedHeaders } from '../target/secret.ts';
import { clientsWithTarget, findTarget, type Target } from '../target/store.ts';
import { isGivenUp, pauseAfter } from './schedule.ts';
import { sender, type Outcome, type Send } from './send.ts';

type DeliveryWorld = Pick<World, 'db' | 'cipher' | 'clock' | 'config' | 'log' | 'random'>;

/** Longer than a sending may take, with room for a slow database: while it runs, nobody else has the lane. */
export const LEASE_SECONDS = 60;
const CLIENTS_AT_ONCE = 16;
const LANES_AT_ONCE = 4;
const LANES_A_PAGE = 20;
/** So many failures in a row are the target's, not the events': the rest of this client's round waits. */
const FAULTS_IN_A_ROW = 3;
/** A client's turn in one round; what is left then waits for the next. */
const TURN_MS = 5000;
const CHANCES = 1000;

export interface Delivered {
  readonly delivered: number;
  /** Tries that failed, whether or not another follows. */
  readonly failed: number;
}

/**
 * One round: what is due has been sent to each client, until its turn is over or its target fails three times in a row.
 * @param tools for tests; else over HTTPS by the configuration's rules, five seconds a turn
 * @throws DomainError DATABASE_BUSY, DATABASE_UNAVAILABLE; never for a target's failure
 */
export async function deliverEvents(
  world: DeliveryWorld,
  act: Act,
  tools: { readonly send?: Send; readonly turnMs?: number } = {},
): Promise<Delivered> {
  const { send = sender({ isPrivateAllowed: world.config.webhookPrivate }), turnMs = TURN_MS } = tools;
  const clients = [...(await livingAmong(world.db, await clientsWithTarget(world.db)))];
  const count = { delivered: 0, failed: 0 };
  await eachAtOnce(clients, CLIENTS_AT_ONCE, async clientId => {
    await turnOf({ world, act, send, turnMs, count }, clientId);
  });
  return count;
}

interface Round {
  readonly world: DeliveryWorld;
  readonly act: Act;
  readonly send: Send;
  readonly turnMs: number;
  readonly count: { delivered: number; failed: number };
}

async function turnOf(round: Round, clientId: string): Promise<void> {
  const { world, turnMs, count } = round;
  const end = performance.now() + turnMs;
  let inARow = 0;
  const isOver = (): boolean => inARow >= FAULTS_IN_A_ROW || performance.now() > end;
  while (!isOver()) {
    const lanes = await dueLanes(world.db, { clientId, at: world.clock(), limit: LANES_A_PAGE });
    let sent = 0;
    await eachAtOnce(lanes, LANES_AT_ONCE, async lane => {
      const outcome = isOver() ? undefined : await sendNext(round, lane);
      if (!outcome) return;
      sent += 1;
      count[outcome.ok ? 'delivered' : 'failed'] += 1;
      inARow = outcome.ok ? 0 : inARow + 1;
    });
    // nothing is due, or nothing of it is ours to send: the client has ended, or another process has all in hand
    if (sent === 0) return;
  }
}

/** @returns undefined when nothing was sent: the lane was another process's, or nothing waits on it */
async function sendNext(round: Round, due: Lane): Promise<Outcome | undefined> {
  const { world, act, send } = round;
  const claim = await claimed(world, due);
  if (!claim) return undefined;
  const { lane, event, target } = claim;
  const outcome = await send(notificationOf(event, target, world));
  if (!outcome.ok) {
    const { requestId } = act;
    const { fault } = outcome;
    const { clientId, id, tries } = event;
    world.log.warn({ requestId, client: clientId, event: id, tries, fault }, 'event not delivered');
  }
  await settle(world, { lane, event, outcome });
  return outcome;
}

interface Claim {
  readonly lane: Lane;
  readonly event: ClientEvent;
  readonly target: Target;
}

async function claimed(world: DeliveryWorld, due: Lane): Promise<Claim | undefined> {
  const { db } = world;
  // asked for each sending: a client that ends during a round is told nothing more of it
  const isLiving = (await livingAmong(db, [due.clientId])).has(due.clientId);
  if (!isLiving) return undefined;
  return inTransaction(db, async tx => {
    const at = world.clock();
    const lane = await claimLane(tx, db, { lane: due, at, until: at + LEASE_SECONDS });
    if (!lane) return undefined;
    const event = await headOf(tx, db, lane);
    const target = await findTarget(world, lane.clientId, tx);
    if (!event || !target) {
      await freeLane(tx, db, { lane, dueAt: undefined });
      return undefined;
    }
    await countTry(tx, db, { id: event.id, at });
    return { lane, event: { ...event, tries: event.tries + 1 }, target };
  });
}

function notificationOf(event: ClientEvent, target: Target, world: DeliveryWorld): Parameters<Send>[0] {
  const at = world.clock();
  const { url, secret, oldSecret, oldSecretUntil = 0 } = target;
  const secrets = oldSecret !== undefined && at < oldSecretUntil ? [secret, oldSecret] : [secret];
  const body = JSON.stringify(bodyOf(event));
  return { url, body, headers: signedHeaders({ id: event.id, at, body }, secrets) };
}

/** What a client is told: the certificate and what became of it, nothing of the holder; the same bytes however often it is sent. */
export function bodyOf({ id, type, number, version, state, at, sequence }: ClientEvent): WebhookEvent {
  return { id, type, number, version, state, at: isoAt(at), sequence };
}

async function settle(
  world: DeliveryWorld,
  { lane, event, outcome }: { lane: Lane; event: ClientEvent; outcome: Outcome },
): Promise<void> {
  const { db } = world;
  await inTransaction(db, async tx => {
    const at = world.clock();
    // its lease ran out, or the target was taken away meanwhile: what became of it is no longer ours to say
    if (!(await isInHand(tx, db, lane))) return;
    const { id } = event;
    if (outcome.ok) await settleEvent(tx, db, { id, delivery: 'delivered', at, fault: undefined });
    else {
      const delivery = isGivenUp(event, at) ? 'failed' : 'waiting';
      await settleEvent(tx, db, { id, delivery, at, fault: outcome.fault });
    }
    const next = await headOf(tx, db, lane);
    const pause = next?.id === id ? pauseAfter(event.tries, world.random(CHANCES) / CHANCES) : 0;
    await freeLane(tx, db, { lane, dueAt: next && at + pause });
  });
}

/** Runs the work on each, so many at once. */
async function eachAtOnce<T>(
  all: readonly T[],
  atOnce: number,
  work: (each: T) => Promise<void>,
): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, left.length) }, worker));
}
