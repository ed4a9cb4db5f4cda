/**
 * Tables `webhook_events`, `webhook_streams` and `webhook_progress`: what each client is told, numbered for each client without gaps, and
 * how far what is on record has been looked through. Touches nothing else.
 */
import { DataTypes, literal, Op, type WhereOptions } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { CertificateState } from '../../revocation/state.ts';
import type { Instant } from '../../shared/time.ts';
import type { ClientEvent, DeliveryState, EventType } from './event.ts';

interface EventRow {
  id: string;
  client_id: string;
  sequence: number;
  source: string;
  number: string;
  version: number;
  type: string;
  state: string;
  at: number;
  created_at: number;
  delivery: string;
  since: number;
  tries: number;
  tried_at: number | null;
  ended_at: number | null;
  fault: string | null;
}
interface StreamRow {
  client_id: string;
  last_sequence: number;
}
interface ProgressRow {
  name: string;
  value: number;
}

const CHUNK = 500;
type Progress = 'changes' | 'endings' | 'key-events';

/**
 * The client's stream is this transaction's until it ends: everything that adds, replays or drops events of a client takes it first.
 * @returns the sequence of its newest event; 0 before the first
 */
export async function lockStream(tx: Tx, db: Db, clientId: string): Promise<number> {
  const find = async (): Promise<StreamRow | null> => {
    const lock = { transaction: tx, lock: tx.LOCK.UPDATE, raw: true };
    return (await streams(db).findOne({ where: { client_id: clientId }, ...lock })) as StreamRow | null;
  };
  const there = await find();
  if (there) return there.last_sequence;
  await streams(db).bulkCreate([{ client_id: clientId, last_sequence: 0 }], {
    ignoreDuplicates: true,
    transaction: tx,
  });
  return (await find())?.last_sequence ?? 0;
}

/** The events stand, numbered up to `last`. The caller holds the stream. */
export async function addEvents(
  tx: Tx,
  db: Db,
  { clientId, events, last }: { clientId: string; events: readonly ClientEvent[]; last: number },
): Promise<void> {
  await eventTable(db).bulkCreate(events.map(toRow), { transaction: tx });
  await streams(db).update({ last_sequence: last }, { where: { client_id: clientId }, transaction: tx });
}

/** Which of these sources the client has been told of, or is about to be. */
export async function knownSources(
  db: Db,
  { clientId, sources }: { clientId: string; sources: readonly string[] },
  tx?: Tx,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (let at = 0; at < sources.length; at += CHUNK) {
    const rows = await eventTable(db).findAll({
      attributes: ['source'],
      where: { client_id: clientId, source: { [Op.in]: sources.slice(at, at + CHUNK) } },
      raw: true,
      transaction: tx ?? null,
    });
    for (const { source } of rows as unknown as EventRow[]) known.add(source);
  }
  return known;
}

/** The client's events after that sequence, in order of sequence. */
export async function eventsAfter(
  db: Db,
  wanted: { clientId: string; after: number; limit: number },
): Promise<readonly ClientEvent[]> {
  const rows = await eventTable(db).findAll({
    where: { client_id: wanted.clientId, sequence: { [Op.gt]: wanted.after } },
    order: [['sequence', 'ASC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as EventRow[]).map(fromRow);
}

/** The client's newest events of one state of delivery, newest first. */
export async function newestEvents(
  db: Db,
  wanted: {
    clientId: string;
    delivery: DeliveryState | undefined;
    before: number | undefined;
    limit: number;
  },
): Promise<readonly ClientEvent[]> {
  const { clientId, delivery, before, limit } = wanted;
  const rows = await eventTable(db).findAll({
    where: {
      client_id: clientId,
      ...(delivery === undefined ? {} : { delivery }),
      ...(before === undefined ? {} : { sequence: { [Op.lt]: before } }),
    },
    order: [['sequence', 'DESC']],
    limit,
    raw: true,
  });
  return (rows as unknown as EventRow[]).map(fromRow);
}

/** How many of the client's events are in each state of delivery. */
export async function countEvents(
  db: Db,
  clientId: string,
): Promise<Readonly<Record<DeliveryState, number>>> {
  const rows = await eventTable(db).count({
    where: { client_id: clientId },
    group: ['delivery'],
    attributes: ['delivery'],
  });
  const counts = new Map(rows.map(row => [row['delivery'] as DeliveryState, Number(row.count)]));
  const of = (state: DeliveryState): number => counts.get(state) ?? 0;
  return { waiting: of('waiting'), delivered: of('delivered'), failed: of('failed'), unsent: of('unsent') };
}

/** When an event was last delivered to the client. */
export async function lastSuccessOf(db: Db, clientId: string): Promise<Instant | undefined> {
  const at = await eventTable(db).max('ended_at', { where: { client_id: clientId, delivery: 'delivered' } });
  return at === null || at === undefined ? undefined : Number(at);
}

/** The event that waits longest on that lane: it goes before all others of that certificate. */
export async function headOf(
  tx: Tx,
  db: Db,
  { clientId, number }: { clientId: string; number: string },
): Promise<ClientEvent | undefined> {
  const found = await eventTable(db).findOne({
    where: { client_id: clientId, number, delivery: 'waiting' },
    order: [['sequence', 'ASC']],
    raw: true,
    transaction: tx,
  });
  return found === null ? undefined : fromRow(found as unknown as EventRow);
}

/** The event is being sent once more. */
export async function countTry(tx: Tx, db: Db, { id, at }: { id: string; at: Instant }): Promise<void> {
  await eventTable(db).update(
    { tries: literal('tries + 1') as unknown as number, tried_at: at }, // Sequelize's row type knows no expressions
    { where: { id }, transaction: tx },
  );
}

/** What became of a try. The caller holds the event's lane. */
export async function settleEvent(
  tx: Tx,
  db: Db,
  settled: {
    id: string;
    delivery: Exclude<DeliveryState, 'unsent'>;
    at: Instant;
    fault: string | undefined;
  },
): Promise<void> {
  const { id, delivery, at, fault } = settled;
  await eventTable(db).update(
    { delivery, ended_at: delivery === 'waiting' ? null : at, fault: fault ?? null },
    { where: { id, delivery: 'waiting' }, transaction: tx },
  );
}

/** What waits for the client, of one number when it is named, is not sent. The caller holds the stream. */
export async function unsend(
  tx: Tx,
  db: Db,
  { clientId, number, at }: { clientId: string; number?: string; at: Instant },
): Promise<void> {
  const of = number === undefined ? {} : { number };
  await eventTable(db).update(
    { delivery: 'unsent', ended_at: at },
    { where: { client_id: clientId, delivery: 'waiting', ...of }, transaction: tx },
  );
}

/** Some of a client's events: all after a sequence, or those of these ids. */
export type Some = { readonly after: number } | { readonly ids: readonly string[] };

function someOf(clientId: string, some: Some): WhereOptions<EventRow> {
  return {
    client_id: clientId,
    ...('ids' in some ? { id: { [Op.in]: [...some.ids] } } : { sequence: { [Op.gt]: some.after } }),
  };
}

/** Which of these ids are the client's. */
export async function countOwn(db: Db, clientId: string, ids: readonly string[]): Promise<number> {
  return eventTable(db).count({ where: someOf(clientId, { ids }) });
}

/** Numbers of those of the client's events. */
export async function numbersOf(
  tx: Tx,
  db: Db,
  { clientId, some }: { clientId: string; some: Some },
): Promise<readonly string[]> {
  const rows = await eventTable(db).findAll({
    attributes: ['number'],
    where: someOf(clientId, some),
    group: ['number'],
    raw: true,
    transaction: tx,
  });
  return (rows as unknown as EventRow[]).map(row => row.number);
}

/** Those that do not wait anyway wait again, as if they had just been made. The caller holds the stream. @returns how many */
export async function waitAgain(
  tx: Tx,
  db: Db,
  wanted: { clientId: string; some: Some; at: Instant },
): Promise<number> {
  const { clientId, some, at } = wanted;
  const [count] = await eventTable(db).update(
    { delivery: 'waiting', since: at, tries: 0, ended_at: null, fault: null },
    { where: { ...someOf(clientId, some), delivery: { [Op.ne]: 'waiting' } }, transaction: tx },
  );
  return count;
}

/** Events made before that instant are gone. @returns how many */
export async function deleteEvents(tx: Tx, db: Db, before: Instant): Promise<number> {
  return eventTable(db).destroy({ where: { created_at: { [Op.lt]: before } }, transaction: tx });
}

/** How far changes, ends of suspensions or what became of keys have been looked through. */
export async function progressOf(db: Db, name: Progress): Promise<number> {
  const row = (await progress(db).findOne({ where: { name }, raw: true })) as unknown as ProgressRow | null;
  return Number(row?.value ?? 0);
}

/** It has come so far, unless another process was further already. */
export async function advance(
  tx: Tx,
  db: Db,
  { name, value }: ProgressRow & { name: Progress },
): Promise<void> {
  await progress(db).update({ value }, { where: { name, value: { [Op.lt]: value } }, transaction: tx });
}

function toRow(event: ClientEvent): EventRow {
  const { clientId, createdAt, triedAt, endedAt, fault, ...rest } = event;
  return {
    ...rest,
    client_id: clientId,
    created_at: createdAt,
    tried_at: triedAt ?? null,
    ended_at: endedAt ?? null,
    fault: fault ?? null,
  };
}

function fromRow(row: EventRow): ClientEvent {
  return {
    id: row.id,
    clientId: row.client_id,
    sequence: row.sequence,
    source: row.source,
    number: row.number,
    version: row.version,
    type: row.type as EventType, // written by toRow only
    state: row.state as CertificateState,
    at: Number(row.at),
    createdAt: Number(row.created_at),
    delivery: row.delivery as DeliveryState,
    since: Number(row.since),
    tries: row.tries,
    triedAt: row.tried_at === null ? undefined : Number(row.tried_at),
    endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
    fault: row.fault ?? undefined,
  };
}

function eventTable(db: Db): Table<EventRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<EventRow>(db, 'webhook_events', {
    id: { type: CHAR(32), primaryKey: true },
    client_id: STRING,
    sequence: INTEGER,
    source: STRING,
    number: STRING,
    version: INTEGER,
    type: STRING,
    state: STRING,
    at: BIGINT,
    created_at: BIGINT,
    delivery: STRING,
    since: BIGINT,
    tries: INTEGER,
    tried_at: BIGINT,
    ended_at: BIGINT,
    fault: STRING,
  });
}

function streams(db: Db): Table<StreamRow> {
  return table<StreamRow>(db, 'webhook_streams', {
    client_id: { type: DataTypes.CHAR(32), primaryKey: true },
    last_sequence: DataTypes.INTEGER,
  });
}

function progress(db: Db): Table<ProgressRow> {
  return table<ProgressRow>(db, 'webhook_progress', {
    name: { type: DataTypes.STRING, primaryKey: true },
    value: DataTypes.BIGINT,
  });
}
