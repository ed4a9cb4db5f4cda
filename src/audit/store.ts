/** The audit's tables: insert-only entries and the one head row that every writer locks. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { Instant } from '../shared/time.ts';
import type { AuditEntry } from './entry.ts';

interface EntryRow {
  seq: number;
  at: number;
  actor: string;
  request_id: string;
  action: string;
  subject: string;
  detail: string;
  previous_hash: string;
  hash: string;
}
interface HeadRow {
  id: number;
  seq: number;
  hash: string;
}
const HEAD_ID = 1;

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Last entry's place and hash, locked until the transaction ends. */
export async function lockHead(tx: Tx, db: Db): Promise<Head> {
  return toHead(
    await heads(db).findOne({ where: { id: HEAD_ID }, transaction: tx, lock: tx.LOCK.UPDATE, raw: true }),
  );
}

/** Appends entries whose hashes are made, and moves the head to the last of them. */
export async function append(tx: Tx, db: Db, written: readonly AuditEntry[]): Promise<void> {
  const last = written.at(-1);
  if (!last) return;
  await entries(db).bulkCreate(written.map(toRow), { transaction: tx });
  await heads(db).update({ seq: last.seq, hash: last.hash }, { where: { id: HEAD_ID }, transaction: tx });
}

/** The head as it stands, unlocked. */
export async function getHead(db: Db): Promise<Head> {
  return toHead(await heads(db).findOne({ where: { id: HEAD_ID }, raw: true }));
}

/** The same; undefined when somebody removed it. */
export async function findHead(db: Db): Promise<Head | undefined> {
  const row = await heads(db).findOne({ where: { id: HEAD_ID }, raw: true });
  return row === null ? undefined : toHead(row);
}

/** True when an entry stands before that place. */
export async function hasEntriesBefore(db: Db, seq: number): Promise<boolean> {
  return (await entries(db).findOne({ where: { seq: { [Op.lt]: seq } }, raw: true })) !== null;
}

/** Up to `limit` entries after that place, in order. */
export async function entriesAfter(db: Db, seq: number, limit: number): Promise<readonly AuditEntry[]> {
  const rows = await entries(db).findAll({
    where: { seq: { [Op.gt]: seq } },
    order: [['seq', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as EntryRow[]).map(fromRow);
}

/** What is wanted of the audit and where to go on. */
export interface AuditQuery {
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** From that instant on, and before that one. */
  readonly from?: Instant | undefined;
  readonly until?: Instant | undefined;
  readonly order: 'asc' | 'desc';
  /** Place of the last entry already seen, in that order. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** One page of the audit. */
export async function searchEntries(db: Db, query: AuditQuery): Promise<readonly AuditEntry[]> {
  const { subject, actor, action, from, until, order, after, limit } = query;
  const rows = await entries(db).findAll({
    where: {
      ...(subject === undefined ? {} : { subject }),
      ...(actor === undefined ? {} : { actor }),
      ...(action === undefined ? {} : { action }),
      [Op.and]: [
        ...(from === undefined ? [] : [{ at: { [Op.gte]: from } }]),
        ...(until === undefined ? [] : [{ at: { [Op.lt]: until } }]),
      ],
      ...(after === undefined ? {} : { seq: { [order === 'asc' ? Op.gt : Op.lt]: after } }),
    },
    order: [['seq', order]],
    limit,
    raw: true,
  });
  return (rows as unknown as EntryRow[]).map(fromRow);
}

/** Entries on those subjects whose action ends in one of those words, by others than that actor; newest first. */
export async function looksAt(
  db: Db,
  wanted: {
    readonly subjects: readonly string[];
    readonly endings: readonly string[];
    readonly notBy: string;
    readonly before?: number | undefined;
    readonly limit: number;
  },
): Promise<readonly AuditEntry[]> {
  const rows = await entries(db).findAll({
    where: {
      subject: { [Op.in]: [...wanted.subjects] },
      actor: { [Op.ne]: wanted.notBy },
      [Op.or]: wanted.endings.map(ending => ({ action: { [Op.endsWith]: `.${ending}` } })),
      ...(wanted.before === undefined ? {} : { seq: { [Op.lt]: wanted.before } }),
    },
    order: [['seq', 'DESC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as EntryRow[]).map(fromRow);
}

function entries(db: Db): Table<EntryRow> {
  return table<EntryRow>(db, 'audit_entries', {
    seq: { type: DataTypes.BIGINT, primaryKey: true },
    at: DataTypes.BIGINT,
    actor: DataTypes.STRING,
    request_id: DataTypes.STRING,
    action: DataTypes.STRING,
    subject: DataTypes.STRING,
    detail: DataTypes.TEXT,
    previous_hash: DataTypes.STRING,
    hash: DataTypes.STRING,
  });
}

function heads(db: Db): Table<HeadRow> {
  return table<HeadRow>(db, 'audit_head', {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    seq: DataTypes.BIGINT,
    hash: DataTypes.STRING,
  });
}

function toHead(row: unknown): Head {
  if (row === null) throw new RangeError('audit_head: the migration puts one row there, and it is gone');
  const head = row as HeadRow;
  return { seq: Number(head.seq), hash: head.hash };
}

function toRow(entry: AuditEntry): EntryRow {
  const { requestId, previousHash, ...rest } = entry;
  return { ...rest, request_id: requestId, previous_hash: previousHash };
}

function fromRow(row: EntryRow): AuditEntry {
  const { request_id: requestId, previous_hash: previousHash, ...rest } = row;
  return { ...rest, seq: Number(row.seq), at: Number(row.at), requestId, previousHash };
}
