/**
 * Table `webhook_subscriptions`: which certificates a client is told of. Each row is also the lane on which that certificate's events go
 * out to that client one after the other: when the next is due, and which process has it in hand. Touches nothing else.
 */
import { DataTypes, literal, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { Instant } from '../../shared/time.ts';
import type { Known } from '../events/event.ts';

export interface Subscription extends Known {
  readonly id: string;
  readonly clientId: string;
  readonly number: string;
  readonly endedAt: Instant | undefined;
}

/** A subscription whose next event is due. */
export interface Lane {
  readonly id: string;
  readonly clientId: string;
  readonly number: string;
  /** Rises with every claim: whoever comes back with an older one is too late. */
  readonly fence: number;
}

interface SubscriptionRow {
  id: string;
  client_id: string;
  number: string;
  after_seq: number;
  since: number;
  ended_at: number | null;
  due_at: number | null;
  lease_until: number;
  fence: number;
}

const CHUNK = 500;

/** The subscription stands. @throws SequelizeUniqueConstraintError when the client has one of that number, living or ended */
export async function addSubscription(
  tx: Tx,
  db: Db,
  { id, clientId, number, afterSeq, since }: Omit<Subscription, 'endedAt'>,
): Promise<void> {
  await subscriptions(db).create(
    {
      id,
      client_id: clientId,
      number,
      after_seq: afterSeq,
      since,
      ended_at: null,
      due_at: null,
      lease_until: 0,
      fence: 0,
    },
    { transaction: tx },
  );
}

/** An ended subscription lives again, from now on. */
export async function reviveSubscription(
  tx: Tx,
  db: Db,
  { id, afterSeq, since }: Known & { id: string },
): Promise<void> {
  await subscriptions(db).update(
    { after_seq: afterSeq, since, ended_at: null },
    { where: { id }, transaction: tx },
  );
}

/** The client's subscription of that number, living or ended. */
export async function findByNumber(
  db: Db,
  { clientId, number }: { clientId: string; number: string },
  tx?: Tx,
): Promise<Subscription | undefined> {
  const found = await subscriptions(db).findOne({
    where: { client_id: clientId, number },
    raw: true,
    transaction: tx ?? null,
  });
  return found === null ? undefined : fromRow(found as unknown as SubscriptionRow);
}

/** The client's living subscription of that id. */
export async function findSubscription(
  tx: Tx,
  db: Db,
  { clientId, id }: { clientId: string; id: string },
): Promise<Subscription | undefined> {
  const where = { id, client_id: clientId, ended_at: null };
  const found = await subscriptions(db).findOne({ where, raw: true, transaction: tx });
  return found === null ? undefined : fromRow(found as unknown as SubscriptionRow);
}

/** The client's living subscriptions after that id, in order of id. */
export async function subscriptionsOf(
  db: Db,
  wanted: { clientId: string; after: string | undefined; limit: number },
): Promise<readonly Subscription[]> {
  const rows = await subscriptions(db).findAll({
    where: {
      client_id: wanted.clientId,
      ended_at: null,
      ...(wanted.after === undefined ? {} : { id: { [Op.gt]: wanted.after } }),
    },
    order: [['id', 'ASC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as SubscriptionRow[]).map(fromRow);
}

export async function countSubscriptions(db: Db, clientId: string): Promise<number> {
  return subscriptions(db).count({ where: { client_id: clientId, ended_at: null } });
}

/** All living subscriptions of these numbers, of one client when it is named. */
export async function subscribersOf(
  db: Db,
  { numbers, clientId }: { numbers: readonly string[]; clientId?: string },
  tx?: Tx,
): Promise<readonly Subscription[]> {
  const found: Subscription[] = [];
  for (let at = 0; at < numbers.length; at += CHUNK) {
    const where = {
      number: { [Op.in]: numbers.slice(at, at + CHUNK) },
      ended_at: null,
      ...(clientId === undefined ? {} : { client_id: clientId }),
    };
    const rows = await subscriptions(db).findAll({ where, raw: true, transaction: tx ?? null });
    found.push(...(rows as unknown as SubscriptionRow[]).map(fromRow));
  }
  return found;
}

/** The subscription has ended; what is in hand of it comes back too late. */
export async function endSubscription(
  tx: Tx,
  db: Db,
  { id, at }: { id: string; at: Instant },
): Promise<void> {
  await subscriptions(db).update(
    { ended_at: at, due_at: null, lease_until: 0, fence: nextFence() },
    { where: { id }, transaction: tx },
  );
}

/** Subscriptions that ended before that instant are gone. @returns how many */
export async function deleteEnded(tx: Tx, db: Db, before: Instant): Promise<number> {
  return subscriptions(db).destroy({ where: { ended_at: { [Op.lt]: before } }, transaction: tx });
}

/** The client's lanes whose next event is due and in nobody's hand, longest due first. */
export async function dueLanes(
  db: Db,
  wanted: { clientId: string; at: Instant; limit: number },
): Promise<readonly Lane[]> {
  const rows = await subscriptions(db).findAll({
    where: {
      client_id: wanted.clientId,
      due_at: { [Op.lte]: wanted.at },
      lease_until: { [Op.lte]: wanted.at },
    },
    order: [
      ['due_at', 'ASC'],
      ['id', 'ASC'],
    ],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as SubscriptionRow[]).map(row => ({
    id: row.id,
    clientId: row.client_id,
    number: row.number,
    fence: row.fence,
  }));
}

/** The lane is this process's until that instant. @returns undefined when it is somebody else's, or no longer due */
export async function claimLane(
  tx: Tx,
  db: Db,
  { lane, at, until }: { lane: Lane; at: Instant; until: Instant },
): Promise<Lane | undefined> {
  const [count] = await subscriptions(db).update(
    { lease_until: until, fence: lane.fence + 1 },
    {
      where: {
        id: lane.id,
        fence: lane.fence,
        due_at: { [Op.lte]: at },
        lease_until: { [Op.lte]: at },
      },
      transaction: tx,
    },
  );
  return count === 1 ? { ...lane, fence: lane.fence + 1 } : undefined;
}

/** The lane is in hand still, and locked until the transaction ends. */
export async function isInHand(tx: Tx, db: Db, lane: Lane): Promise<boolean> {
  const row = await lockLane(tx, db, lane.id);
  return row?.fence === lane.fence;
}

/** The lane is free. @param free.dueAt when its next event is to go; undefined: there is none */
export async function freeLane(
  tx: Tx,
  db: Db,
  { lane, dueAt }: { lane: Lane; dueAt: Instant | undefined },
): Promise<void> {
  await subscriptions(db).update(
    { due_at: dueAt ?? null, lease_until: 0 },
    { where: { id: lane.id, fence: lane.fence }, transaction: tx },
  );
}

/**
 * These lanes of the client are locked until the transaction ends, and due no later than that instant; those at rest only, or also those
 * that wait after a failure. What is in hand stays there.
 */
export async function wakeLanes(
  tx: Tx,
  db: Db,
  woken: { clientId: string; numbers: readonly string[] | 'all-due'; at: Instant; evenWaiting?: boolean },
): Promise<void> {
  const { clientId, numbers, at, evenWaiting = false } = woken;
  if (numbers === 'all-due') {
    await subscriptions(db).update(
      { due_at: at },
      { where: { client_id: clientId, due_at: { [Op.gt]: at } }, transaction: tx },
    );
    return;
  }
  for (let from = 0; from < numbers.length; from += CHUNK) {
    const own = { client_id: clientId, number: { [Op.in]: numbers.slice(from, from + CHUNK) } };
    // locked first, also those that are not changed: whoever settles one of them must see what the caller writes next
    const lock = { transaction: tx, lock: tx.LOCK.UPDATE, raw: true, attributes: ['id'] };
    await subscriptions(db).findAll({ where: own, ...lock });
    const late = evenWaiting ? { [Op.or]: [{ [Op.gt]: at }, { [Op.is]: null }] } : { [Op.is]: null };
    await subscriptions(db).update(
      { due_at: at },
      { where: { ...own, due_at: late as never }, transaction: tx }, // Sequelize's types know no alternatives of one column
    );
  }
}

/** Nothing of the client is due any more, and what is in hand comes back too late. */
export async function restLanes(tx: Tx, db: Db, clientId: string): Promise<void> {
  await subscriptions(db).update(
    { due_at: null, lease_until: 0, fence: nextFence() },
    { where: { client_id: clientId, due_at: { [Op.not]: null } }, transaction: tx },
  );
}

/** One more, in the database's own words; Sequelize's row type knows no expressions. */
function nextFence(): number {
  return literal('fence + 1') as unknown as number;
}

async function lockLane(tx: Tx, db: Db, id: string): Promise<SubscriptionRow | undefined> {
  const found = await subscriptions(db).findOne({
    where: { id },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  return (found as unknown as SubscriptionRow | null) ?? undefined;
}

function fromRow(row: SubscriptionRow): Subscription {
  return {
    id: row.id,
    clientId: row.client_id,
    number: row.number,
    afterSeq: Number(row.after_seq),
    since: Number(row.since),
    endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
  };
}

function subscriptions(db: Db): Table<SubscriptionRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<SubscriptionRow>(db, 'webhook_subscriptions', {
    id: { type: CHAR(32), primaryKey: true },
    client_id: STRING,
    number: STRING,
    after_seq: BIGINT,
    since: BIGINT,
    ended_at: BIGINT,
    due_at: BIGINT,
    lease_until: BIGINT,
    fence: INTEGER,
  });
}
