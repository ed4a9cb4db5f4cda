/**
 * Changes the key of sealed fields without changing what they say, while the service goes on writing. Knows no table of its own:
 * stores tell theirs by `SealedTable`; names of tables and columns come from there only, never from outside.
 */
import { QueryTypes } from 'sequelize';
import type { Db, Tx } from './connect.ts';
import { keyIdOf, keyIdOfBytes, type FieldCipher, type FieldPlace } from './field-cipher.ts';
import { inTransaction } from './tx.ts';

/** Where a table's sealed fields are. */
export interface SealedTable {
  readonly table: string;
  /** Primary key's columns; their values joined by `:` are the `row` of the fields' place. */
  readonly key: readonly [string, ...string[]];
  /** Text columns with the `column` of their place. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Binary columns with the `column` of their place. */
  readonly bytes?: Readonly<Record<string, string>>;
}

type KeyValue = string | number;
/** Values of the key's columns, in their order; undefined before the first row. */
export type Cursor = readonly KeyValue[] | undefined;

export interface Resealed {
  /** Where to go on; undefined when the table has no more rows. */
  readonly next: Cursor;
  /** Fields that are sealed by the first key now and were not before. */
  readonly changed: number;
  /** Places that could not be opened: altered, or sealed by a key that is not on the ring. They stay as they are. */
  readonly unreadable: readonly FieldPlace[];
}

/** Up to `limit` rows after the cursor have been looked at, and their fields sealed by the first key of the ring. */
export async function resealTable(
  scope: { readonly db: Db; readonly cipher: FieldCipher },
  sealed: SealedTable,
  wanted: { readonly after: Cursor; readonly limit: number },
): Promise<Resealed> {
  const { db, cipher } = scope;
  const rows = await rowsAfter(db, sealed, wanted);
  const found = rows
    .flatMap(row => fieldsOf(row, sealed))
    .filter(field => keyOf(field) !== cipher.sealingKey);
  const read = found.map(field => ({ field, fresh: resealed(cipher, field) }));
  const fresh = read.flatMap(({ field, fresh: value }) => (value === undefined ? [] : [{ field, value }]));
  const changed = await inTransaction(db, async tx => {
    let count = 0;
    for (const { field, value } of fresh) count += await exchange(tx, db, { sealed, field, value });
    return count;
  });
  const last = rows.at(-1);
  return {
    next: last && rows.length === wanted.limit ? keyValues(last, sealed) : undefined,
    changed,
    unreadable: read.filter(({ fresh: value }) => value === undefined).map(({ field }) => field.place),
  };
}

/** How many fields of the table each of these keys has sealed; `others`: no key of them, or no sealed value at all. */
export async function countByKey(
  db: Db,
  sealed: SealedTable,
  keyIds: readonly number[],
): Promise<{ readonly byKey: ReadonlyMap<number, number>; readonly others: number }> {
  const byKey = new Map(keyIds.map(id => [id, 0]));
  let others = 0;
  for (const { column, isText } of columnsOf(sealed)) {
    const parts = keyIds.map(
      (id, place) => `SUM(CASE WHEN ${beginsWith(column, id, isText)} THEN 1 ELSE 0 END) AS k${place}`,
    );
    const [row] = await db.sequelize.query<Record<string, number | string | null>>(
      `SELECT COUNT(${name(column)}) AS found, ${parts.join(', ')} FROM ${name(sealed.table)}`,
      { type: QueryTypes.SELECT },
    );
    let known = 0;
    for (const [place, id] of keyIds.entries()) {
      const count = Number(row?.[`k${place}`] ?? 0);
      known += count;
      byKey.set(id, (byKey.get(id) ?? 0) + count);
    }
    others += Number(row?.['found'] ?? 0) - known;
  }
  return { byKey, others };
}

interface SealedField {
  readonly column: string;
  readonly place: FieldPlace;
  readonly key: readonly KeyValue[];
  readonly value: string | Uint8Array;
}

type Row = Readonly<Record<string, unknown>>;

async function rowsAfter(
  db: Db,
  sealed: SealedTable,
  { after, limit }: { after: Cursor; limit: number },
): Promise<readonly Row[]> {
  const columns = [...sealed.key, ...columnsOf(sealed).map(({ column }) => column)].map(name).join(', ');
  const beyond = after === undefined ? '' : `WHERE ${isBeyond(sealed.key)}`;
  return db.sequelize.query<Row>(
    `SELECT ${columns} FROM ${name(sealed.table)} ${beyond} ORDER BY ${sealed.key.map(name).join(', ')} LIMIT ${limit}`,
    { type: QueryTypes.SELECT, replacements: after === undefined ? {} : replacementsOf(after) },
  );
}

/** `(a > :k0 OR (a = :k0 AND b > :k1))`, with `a >= :k0` before it, so that every engine goes by the primary key. */
function isBeyond(key: SealedTable['key']): string {
  const cases = key.map((column, place) => {
    const equal = key.slice(0, place).map((each, at) => `${name(each)} = :k${at}`);
    return `(${[...equal, `${name(column)} > :k${place}`].join(' AND ')})`;
  });
  return `${name(key[0])} >= :k0 AND (${cases.join(' OR ')})`;
}

function fieldsOf(row: Row, sealed: SealedTable): readonly SealedField[] {
  const key = keyValues(row, sealed);
  return columnsOf(sealed).flatMap(({ column, placeColumn }) => {
    const value = row[column];
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) return []; // absent
    return [{ column, key, value, place: { table: sealed.table, column: placeColumn, row: key.join(':') } }];
  });
}

function keyOf({ value }: SealedField): number | undefined {
  return typeof value === 'string' ? keyIdOf(value) : keyIdOfBytes(value);
}

/** The same field sealed by the first key; undefined when it cannot be opened. */
function resealed(cipher: FieldCipher, { value, place }: SealedField): string | Uint8Array | undefined {
  try {
    return typeof value === 'string'
      ? cipher.seal(cipher.open(value, place), place)
      : cipher.sealBytes(cipher.openBytes(value, place), place);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the cipher's word for a field that does not open
    throw error;
  }
}

/** Compare-and-swap on the old sealed value: what the service wrote meanwhile stays. @returns 1 or 0 */
async function exchange(
  tx: Tx,
  db: Db,
  { sealed, field, value }: { sealed: SealedTable; field: SealedField; value: string | Uint8Array },
): Promise<number> {
  const where = sealed.key.map((column, place) => `${name(column)} = :k${place}`).join(' AND ');
  const column = name(field.column);
  const count: unknown = await db.sequelize.query(
    `UPDATE ${name(sealed.table)} SET ${column} = :fresh WHERE ${where} AND ${column} = :old`,
    {
      type: QueryTypes.BULKUPDATE,
      replacements: { ...replacementsOf(field.key), fresh: toValue(value), old: toValue(field.value) },
      transaction: tx,
    },
  );
  return Number(count);
}

function toValue(value: string | Uint8Array): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value);
}

function replacementsOf(key: readonly KeyValue[]): Record<string, KeyValue> {
  return Object.fromEntries(key.map((value, place) => [`k${place}`, value]));
}

function keyValues(row: Row, { key }: SealedTable): readonly KeyValue[] {
  return key.map(column => row[column] as KeyValue); // key columns are texts and whole numbers
}

function columnsOf({ texts = {}, bytes = {} }: SealedTable): readonly {
  readonly column: string;
  readonly placeColumn: string;
  readonly isText: boolean;
}[] {
  const list = (columns: Readonly<Record<string, string>>, isText: boolean) =>
    Object.entries(columns).map(([column, placeColumn]) => ({ column, placeColumn, isText }));
  return [...list(texts, true), ...list(bytes, false)];
}

/** True in SQL for a value that begins as that key's values do. */
function beginsWith(column: string, id: number, isText: boolean): string {
  if (!isText) return `SUBSTR(${name(column)}, 1, 5) = X'02${id.toString(16).padStart(8, '0')}'`;
  const current = `${name(column)} LIKE 'v2.${id}.%'`;
  return id === 1 ? `(${current} OR ${name(column)} LIKE 'v1.%')` : current;
}

/** @throws RangeError for a name that could be anything else in SQL */
function name(identifier: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(identifier))
    throw new RangeError(`reseal: expected a plain name, got ${JSON.stringify(identifier)}`);
  return identifier;
}
