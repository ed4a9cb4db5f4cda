/**
 * Counters that several processes share: one row each, advanced inside the caller's transaction, so no value is given
 * twice on any engine. Gaps are allowed, AUTO_INCREMENT and GET_LOCK are not: neither is safe on a cluster. Owns `counters`.
 */
import { DataTypes, literal, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from './connect.ts';

interface CounterRow {
  scope: string;
  next_serial: number;
}

/**
 * The first of `count` consecutive values that nobody else will get.
 * @param wanted scope such as `A2021` or `status-change`; at most 20 characters
 */
export async function takeSerials(tx: Tx, db: Db, wanted: { scope: string; count: number }): Promise<number> {
  const { scope, count } = wanted;
  // UPDATE first: INSERT IGNORE on a row that exists shares its lock, and two sharers who then want it whole deadlock
  if (!(await advance(tx, db, wanted))) {
    await counters(db).bulkCreate([{ scope, next_serial: 1 }], { ignoreDuplicates: true, transaction: tx });
    await advance(tx, db, wanted);
  }
  const row = (await counters(db).findOne({
    where: { scope },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  })) as unknown as CounterRow;
  return row.next_serial - count;
}

/** The counter stands `count` higher and its row is ours until the transaction ends; false when there is no such row yet. */
async function advance(tx: Tx, db: Db, wanted: { scope: string; count: number }): Promise<boolean> {
  const { scope, count } = wanted;
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`takeSerials: expected a whole count, got ${count}`);
  const [rows] = await counters(db).update(
    { next_serial: literal(`next_serial + ${count}`) as unknown as number }, // Sequelize's row type knows no expressions
    { where: { scope }, transaction: tx },
  );
  return rows === 1;
}

/** Every counter as it stands. */
export async function allCounters(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = (await counters(db).findAll({ raw: true })) as unknown as CounterRow[];
  return new Map(rows.map(row => [row.scope, row.next_serial]));
}

/** The counter stands at that value or beyond it: what lies before will never be given. */
export async function raiseCounter(
  tx: Tx,
  db: Db,
  { scope, next }: { scope: string; next: number },
): Promise<void> {
  await counters(db).bulkCreate([{ scope, next_serial: 1 }], { ignoreDuplicates: true, transaction: tx });
  await counters(db).update(
    { next_serial: next },
    { where: { scope, next_serial: { [Op.lt]: next } }, transaction: tx },
  );
}

function counters(db: Db): Table<CounterRow> {
  return table<CounterRow>(db, 'counters', {
    scope: { type: DataTypes.STRING, primaryKey: true },
    next_serial: DataTypes.INTEGER,
  });
}
