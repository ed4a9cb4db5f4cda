/** Tables `sign_in_codes` and `attempts`. ID numbers and phones are sealed; counters stand under keyed hashes. Touches nothing else. */
import { DataTypes, literal, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { FieldCipher } from '../../db/field-cipher.ts';
import type { Instant } from '../../shared/time.ts';

interface CodeRow {
  id: string;
  person_index: string;
  id_number_sealed: string;
  phone_sealed: string;
  code_hash: string;
  live: boolean;
  tries: number;
  created_at: number;
  ends_at: number;
  used_at: number | null;
}
interface AttemptRow {
  id: string;
  window_start: number;
  window_end: number;
  count: number;
}

/** A code that was asked for; `live` only when it was sent to somebody, so that both kinds look alike from outside. */
export interface SignInCode {
  /** The request that it belongs to. */
  readonly id: string;
  readonly idNumber: string;
  readonly phone: string;
  readonly codeHash: string;
  readonly live: boolean;
  readonly createdAt: Instant;
  readonly endsAt: Instant;
}

interface CodeScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'sign_in_codes';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED = {
  table: TABLE,
  key: ['id'],
  texts: { id_number_sealed: 'id_number', phone_sealed: 'phone' },
} as const;

export async function addCode(tx: Tx, { db, cipher }: CodeScope, added: SignInCode): Promise<void> {
  const { id, idNumber, phone } = added;
  await codes(db).create(
    {
      id,
      person_index: cipher.indexOf(idNumber, 'sign_in_codes.id_number'),
      id_number_sealed: cipher.seal(idNumber, { table: TABLE, column: 'id_number', row: id }),
      phone_sealed: cipher.seal(phone, { table: TABLE, column: 'phone', row: id }),
      code_hash: added.codeHash,
      live: added.live,
      tries: 0,
      created_at: added.createdAt,
      ends_at: added.endsAt,
      used_at: null,
    },
    { transaction: tx },
  );
}

export async function findCode({ db, cipher }: CodeScope, id: string): Promise<SignInCode | undefined> {
  const found = await codes(db).findOne({ where: { id }, raw: true });
  const row = found as unknown as CodeRow | null;
  if (!row) return undefined;
  return {
    id: row.id,
    idNumber: cipher.open(row.id_number_sealed, { table: TABLE, column: 'id_number', row: row.id }),
    phone: cipher.open(row.phone_sealed, { table: TABLE, column: 'phone', row: row.id }),
    codeHash: row.code_hash,
    live: Boolean(row.live),
    createdAt: Number(row.created_at),
    endsAt: Number(row.ends_at),
  };
}

/** One of the code's few tries is taken. @returns false when none is left, or the code is used or over */
export async function takeTry(
  tx: Tx,
  db: Db,
  wanted: { id: string; at: Instant; tries: number },
): Promise<boolean> {
  const [count] = await codes(db).update(
    { tries: literal('tries + 1') as unknown as number }, // Sequelize's row type knows no expressions
    {
      where: {
        id: wanted.id,
        used_at: null,
        tries: { [Op.lt]: wanted.tries },
        ends_at: { [Op.gt]: wanted.at },
      },
      transaction: tx,
    },
  );
  return count === 1;
}

/** The code is used. @returns false when it was already */
export async function useCode(tx: Tx, db: Db, { id, at }: { id: string; at: Instant }): Promise<boolean> {
  const [count] = await codes(db).update({ used_at: at }, { where: { id, used_at: null }, transaction: tx });
  return count === 1;
}

export async function deleteCodes(tx: Tx, db: Db, before: Instant): Promise<number> {
  return codes(db).destroy({ where: { created_at: { [Op.lt]: before } }, transaction: tx });
}

/** How often something happened in the window that is open now. */
export interface Counter {
  /** Keyed hash of what is counted, 64 hex digits. */
  readonly id: string;
  readonly count: number;
  readonly windowEnd: Instant;
}

/** These counters, locked until the transaction ends, in the order of their ids; those whose window is over begin a new one. */
export async function lockCounters(
  tx: Tx,
  db: Db,
  { windows, at }: { windows: readonly { id: string; seconds: number }[]; at: Instant },
): Promise<readonly Counter[]> {
  const sorted = [...windows].sort((a, b) => (a.id < b.id ? -1 : 1));
  await attempts(db).bulkCreate(
    sorted.map(({ id, seconds }) => ({ id, window_start: at, window_end: at + seconds, count: 0 })),
    { ignoreDuplicates: true, transaction: tx },
  );
  const rows = (await attempts(db).findAll({
    where: { id: { [Op.in]: sorted.map(({ id }) => id) } },
    order: [['id', 'ASC']],
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  })) as unknown as AttemptRow[];
  return rows.map(row => {
    const seconds = sorted.find(({ id }) => id === row.id)?.seconds ?? 0;
    const isOver = at >= Number(row.window_end);
    return {
      id: row.id,
      count: isOver ? 0 : Number(row.count),
      windowEnd: isOver ? at + seconds : Number(row.window_end),
    };
  });
}

export async function saveCounter(tx: Tx, db: Db, { id, count, windowEnd }: Counter): Promise<void> {
  await attempts(db).update({ count, window_end: windowEnd }, { where: { id }, transaction: tx });
}

export async function deleteCounters(tx: Tx, db: Db, before: Instant): Promise<number> {
  return attempts(db).destroy({ where: { window_end: { [Op.lt]: before } }, transaction: tx });
}

function codes(db: Db): Table<CodeRow> {
  return table<CodeRow>(db, TABLE, {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    person_index: DataTypes.STRING,
    id_number_sealed: DataTypes.STRING,
    phone_sealed: DataTypes.STRING,
    code_hash: DataTypes.STRING,
    live: DataTypes.BOOLEAN,
    tries: DataTypes.INTEGER,
    created_at: DataTypes.BIGINT,
    ends_at: DataTypes.BIGINT,
    used_at: DataTypes.BIGINT,
  });
}

function attempts(db: Db): Table<AttemptRow> {
  return table<AttemptRow>(db, 'attempts', {
    id: { type: DataTypes.CHAR(64), primaryKey: true },
    window_start: DataTypes.BIGINT,
    window_end: DataTypes.BIGINT,
    count: DataTypes.INTEGER,
  });
}
