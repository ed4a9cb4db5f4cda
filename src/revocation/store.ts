/** Tables `status_lists`, `status_entries`, `status_changes`, `status_list_versions`. Places are never given twice; changes and versions are insert-only. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import { takeSerials } from '../db/counters.ts';
import type { Instant } from '../shared/time.ts';
import { publishedElsewhere } from './published-elsewhere.ts';
import type { ChangeKind, ReasonCode, StatusChange } from './state.ts';
import { LIST_ENTRIES, type Purpose } from './status-list.ts';

interface ListRow {
  list: number;
  taken: number;
  opened_at: number;
  closed_at: number | null;
}
interface EntryRow {
  id: string;
  list: number;
  list_index: number;
  number: string;
  version: number;
}
interface ChangeRow {
  seq: number;
  number: string;
  version: number;
  list: number;
  list_index: number;
  change: string;
  reason: string;
  document: string | null;
  at: number;
  until: number | null;
  invalid_from: string | null;
  actor: string;
}
interface VersionRow {
  id: string;
  list: number;
  purpose: string;
  version: number;
  content_hash: string;
  published_at: number;
  jwt: string;
}

export interface PublishedList {
  readonly list: number;
  readonly purpose: Purpose;
  readonly version: number;
  readonly contentHash: string;
  readonly publishedAt: Instant;
  readonly jwt: string;
}

/** Numbers of all lists, oldest first, with how many places each has given. */
export async function allLists(db: Db): Promise<readonly { list: number; taken: number }[]> {
  const rows = (await lists(db).findAll({ order: [['list', 'ASC']], raw: true })) as unknown as ListRow[];
  return rows.map(({ list, taken }) => ({ list, taken }));
}

/** A further list is open for allocation. @throws SequelizeUniqueConstraintError when another process opened it first */
export async function openList(tx: Tx, db: Db, opened: { list: number; at: Instant }): Promise<void> {
  const row = { list: opened.list, taken: 0, opened_at: opened.at, closed_at: null };
  await lists(db).create(row, { transaction: tx });
}

/** No list that is there gives places any more; each is published on. */
export async function closeLists(tx: Tx, db: Db, at: Instant): Promise<void> {
  await lists(db).update({ closed_at: at }, { where: { closed_at: null }, transaction: tx });
}

/** The highest list that gives no places any more; 0 when there is none. */
export async function lastClosedList(db: Db): Promise<number> {
  return Number((await lists(db).max('list', { where: { closed_at: { [Op.ne]: null } } })) ?? 0);
}

/** The oldest list with room for so many more, if there is one; locked until the transaction ends when there is one. */
export async function listWithRoom(
  db: Db,
  count: number,
  tx?: Tx,
): Promise<{ list: number; taken: number } | undefined> {
  const row = (await lists(db).findOne({
    where: { taken: { [Op.lte]: LIST_ROOM - count }, closed_at: null },
    order: [['list', 'ASC']],
    ...(tx ? { transaction: tx, lock: tx.LOCK.UPDATE } : {}),
    raw: true,
  })) as unknown as ListRow | null;
  return row === null ? undefined : { list: row.list, taken: row.taken };
}

/** Which of these places of the list are given already. */
export async function takenPlaces(
  tx: Tx,
  db: Db,
  asked: { list: number; places: readonly number[] },
): Promise<ReadonlySet<number>> {
  const rows = (await entries(db).findAll({
    attributes: ['list_index'],
    where: { list: asked.list, list_index: { [Op.in]: [...asked.places] } },
    transaction: tx,
    raw: true,
  })) as unknown as EntryRow[];
  return new Set(rows.map(row => row.list_index));
}

export interface Place {
  readonly id: string;
  readonly list: number;
  readonly index: number;
  readonly number: string;
  readonly version: number;
}

/** The places belong to their certificates for ever; the unique keys refuse a second owner. */
export async function keepPlaces(
  tx: Tx,
  db: Db,
  kept: { places: readonly Place[]; list: number; taken: number },
): Promise<void> {
  await entries(db).bulkCreate(
    kept.places.map(({ id, list, index, number, version }) => ({
      id,
      list,
      list_index: index,
      number,
      version,
    })),
    { transaction: tx },
  );
  await lists(db).update(
    { taken: kept.taken + kept.places.length },
    { where: { list: kept.list }, transaction: tx },
  );
}

/** Every change of one certificate version, oldest first. */
export async function changesOf(
  db: Db,
  certificate: { number: string; version: number },
  tx?: Tx,
): Promise<readonly StatusChange[]> {
  const { number, version } = certificate;
  const rows = await changes(db).findAll({
    where: { number, version },
    order: [['seq', 'ASC']],
    raw: true,
    transaction: tx ?? null,
  });
  return (rows as unknown as ChangeRow[]).map(toChange);
}

/** Every change of every version of these numbers, oldest first. */
export async function changesOfNumbers(
  db: Db,
  numbers: readonly string[],
  tx?: Tx,
): Promise<readonly StatusChange[]> {
  const rows = await changes(db).findAll({
    where: { number: { [Op.in]: [...new Set(numbers)] } },
    order: [['seq', 'ASC']],
    raw: true,
    transaction: tx ?? null,
  });
  return (rows as unknown as ChangeRow[]).map(toChange);
}

/** Every change of every certificate on one list, oldest first. */
export async function changesOnList(db: Db, list: number): Promise<readonly StatusChange[]> {
  const rows = await changes(db).findAll({ where: { list }, order: [['seq', 'ASC']], raw: true });
  return (rows as unknown as ChangeRow[]).map(toChange);
}

/** Which number was changed by each change after `seq`, oldest first; those recorded since that instant only, when one is given. */
export async function changedAfter(
  db: Db,
  wanted: { seq: number; limit: number; recordedSince?: Instant },
): Promise<readonly Pick<StatusChange, 'seq' | 'number'>[]> {
  const { seq, limit, recordedSince } = wanted;
  const rows = await changes(db).findAll({
    attributes: ['seq', 'number'],
    where: {
      seq: { [Op.gt]: seq },
      ...(recordedSince === undefined ? {} : { at: { [Op.gte]: recordedSince } }),
    },
    order: [['seq', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as ChangeRow[]).map(row => ({ seq: Number(row.seq), number: row.number }));
}

/** Numbers with a suspension, or its extension, that was to end after the one instant and not after the other. */
export async function suspendedUntil(
  db: Db,
  { after, upTo }: { after: Instant; upTo: Instant },
): Promise<readonly string[]> {
  const rows = await changes(db).findAll({
    attributes: ['number'],
    where: { until: { [Op.gt]: after, [Op.lte]: upTo }, change: { [Op.in]: ['SUSPEND', 'EXTEND'] } },
    group: ['number'],
    raw: true,
  });
  return (rows as unknown as ChangeRow[]).map(row => row.number);
}

/** The `seq` of the newest change; 0 before the first. */
export async function newestSeq(db: Db, tx?: Tx): Promise<number> {
  const newest = await changes(db).max('seq', { transaction: tx ?? null });
  return Number(newest ?? 0);
}

/** The change stands, numbered after all others. */
export async function addChange(tx: Tx, db: Db, change: Omit<StatusChange, 'seq'>): Promise<void> {
  await addChanges(tx, db, [change]);
}

/** The changes stand, numbered after all others in the order given. */
export async function addChanges(tx: Tx, db: Db, added: readonly Omit<StatusChange, 'seq'>[]): Promise<void> {
  if (added.length === 0) return;
  const first = await takeSerials(tx, db, { scope: 'status-change', count: added.length });
  await changes(db).bulkCreate(
    added.map(({ index, invalidFrom, document, until, ...rest }, place) => ({
      ...rest,
      seq: first + place,
      list_index: index,
      document: document ?? null,
      until: until ?? null,
      invalid_from: invalidFrom ?? null,
    })),
    { transaction: tx },
  );
}

/** The newest published version of that list, if it was ever published. */
export async function newestVersion(
  db: Db,
  list: number,
  purpose: Purpose,
): Promise<PublishedList | undefined> {
  const row = await versions(db).findOne({
    where: { list, purpose },
    order: [['version', 'DESC']],
    raw: true,
  });
  const own = row === null ? undefined : toPublished(row as unknown as VersionRow);
  const known = publishedElsewhere(db).find(each => each.list === list && each.purpose === purpose);
  return known && known.version > (own?.version ?? 0) ? known : own;
}

/** The number of the newest version of that list in this database; 0 before the first. */
export async function newestVersionNumber(db: Db, list: number, purpose: Purpose): Promise<number> {
  return Number((await versions(db).max('version', { where: { list, purpose } })) ?? 0);
}

/** The version of that list that was public at that instant, if one was. */
export async function versionInForce(
  db: Db,
  { list, purpose, at }: { list: number; purpose: Purpose; at: Instant },
): Promise<PublishedList | undefined> {
  const row = await versions(db).findOne({
    where: { list, purpose, published_at: { [Op.lte]: at } },
    order: [['version', 'DESC']],
    raw: true,
  });
  return row === null ? undefined : toPublished(row as unknown as VersionRow);
}

/** Versions of that list after that one, oldest first. */
export async function versionsAfter(
  db: Db,
  wanted: { list: number; purpose: Purpose; after: number; limit: number },
): Promise<readonly PublishedList[]> {
  const { list, purpose, after, limit } = wanted;
  const rows = await versions(db).findAll({
    where: { list, purpose, version: { [Op.gt]: after } },
    order: [['version', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as VersionRow[]).map(toPublished);
}

/** The version is public. @throws SequelizeUniqueConstraintError when another process published that version first */
export async function addVersion(
  tx: Tx,
  db: Db,
  published: PublishedList & { readonly id: string },
): Promise<void> {
  const { contentHash, publishedAt, ...rest } = published;
  await versions(db).create(
    { ...rest, content_hash: contentHash, published_at: publishedAt },
    { transaction: tx },
  );
}

/** Places given on that list, in the order of their indexes, for the checks of fsck. */
export async function placesOn(db: Db, list: number): Promise<readonly Omit<Place, 'id'>[]> {
  const rows = await entries(db).findAll({ where: { list }, order: [['list_index', 'ASC']], raw: true });
  return (rows as unknown as EntryRow[]).map(toPlace);
}

/** Places of every version of these numbers. */
export async function placesOfNumbers(
  db: Db,
  numbers: readonly string[],
): Promise<readonly Omit<Place, 'id'>[]> {
  const where = { number: { [Op.in]: [...new Set(numbers)] } };
  const rows = await entries(db).findAll({ where, raw: true });
  return (rows as unknown as EntryRow[]).map(toPlace);
}

/** Every place ever given, for the checks of fsck. */
export async function countPlaces(db: Db): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (const { list } of await allLists(db)) counts.set(list, await entries(db).count({ where: { list } }));
  return counts;
}

function toPlace({ list, list_index, number, version }: EntryRow): Omit<Place, 'id'> {
  return { list, index: list_index, number, version };
}

function toChange(row: ChangeRow): StatusChange {
  return {
    seq: Number(row.seq),
    number: row.number,
    version: row.version,
    list: row.list,
    index: row.list_index,
    change: row.change as ChangeKind,
    reason: row.reason as ReasonCode,
    document: row.document ?? undefined,
    at: Number(row.at),
    until: row.until === null ? undefined : Number(row.until),
    invalidFrom: row.invalid_from ?? undefined,
    actor: row.actor,
  };
}

function toPublished(row: VersionRow): PublishedList {
  const { list, version, jwt } = row;
  return {
    list,
    version,
    jwt,
    purpose: row.purpose as Purpose,
    contentHash: row.content_hash,
    publishedAt: Number(row.published_at),
  };
}

function lists(db: Db): Table<ListRow> {
  return table<ListRow>(db, 'status_lists', {
    list: { type: DataTypes.INTEGER, primaryKey: true },
    taken: DataTypes.INTEGER,
    opened_at: DataTypes.BIGINT,
    closed_at: DataTypes.BIGINT,
  });
}

function entries(db: Db): Table<EntryRow> {
  return table<EntryRow>(db, 'status_entries', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    list: DataTypes.INTEGER,
    list_index: DataTypes.INTEGER,
    number: DataTypes.STRING,
    version: DataTypes.INTEGER,
  });
}

function changes(db: Db): Table<ChangeRow> {
  return table<ChangeRow>(db, 'status_changes', {
    seq: { type: DataTypes.BIGINT, primaryKey: true },
    number: DataTypes.STRING,
    version: DataTypes.INTEGER,
    list: DataTypes.INTEGER,
    list_index: DataTypes.INTEGER,
    change: DataTypes.STRING,
    reason: DataTypes.STRING,
    document: DataTypes.STRING,
    at: DataTypes.BIGINT,
    until: DataTypes.BIGINT,
    invalid_from: DataTypes.STRING,
    actor: DataTypes.STRING,
  });
}

function versions(db: Db): Table<VersionRow> {
  return table<VersionRow>(db, 'status_list_versions', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    list: DataTypes.INTEGER,
    purpose: DataTypes.STRING,
    version: DataTypes.INTEGER,
    content_hash: DataTypes.STRING,
    published_at: DataTypes.BIGINT,
    jwt: DataTypes.TEXT,
  });
}

/**
 * A list gives places until this many are taken. The tenth that is never given costs 1.6 KB of a list and keeps the choice random and
 * quick to the last: a place drawn at random is free in one of ten draws at least, and whoever reserves at the same time finds room.
 */
export const LIST_ROOM = Math.floor(LIST_ENTRIES * 0.9);
/** From this share of its room on the next list stands ready and the bureau is told (reliability R16). */
export const FILLING_PERCENT = 80;

/** How much of a list's room is taken. */
export function percentTaken(taken: number): number {
  return Math.min(100, Math.floor((taken * 100) / LIST_ROOM));
}
