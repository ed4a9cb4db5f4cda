/** Table `idempotency_keys`: what became of a request that names itself. Answers are sealed: they may hold personal data. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { FieldCipher } from '../../db/field-cipher.ts';
import type { Instant } from '../../shared/time.ts';

interface KeyRow {
  id: string;
  request_hash: string;
  state: string;
  answer_sealed: string | null;
  created_at: number;
}

/** One keyed request: running since some instant, or done with an answer. */
export interface KeyedRequest {
  readonly id: string;
  readonly requestHash: string;
  readonly startedAt: Instant;
  /** JSON text; undefined while it runs. */
  readonly answer: string | undefined;
}

interface KeyScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'idempotency_keys';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED = { table: TABLE, key: ['id'], texts: { answer_sealed: 'answer' } } as const;

/** The request runs. @throws SequelizeUniqueConstraintError when one with that key is there already */
export async function addRunning(
  tx: Tx,
  db: Db,
  { id, requestHash, startedAt }: Omit<KeyedRequest, 'answer'>,
): Promise<void> {
  const row = { id, request_hash: requestHash, state: 'running', answer_sealed: null };
  await keys(db).create({ ...row, created_at: startedAt }, { transaction: tx });
}

export async function findKeyed({ db, cipher }: KeyScope, id: string): Promise<KeyedRequest | undefined> {
  const found = await keys(db).findOne({ where: { id }, raw: true });
  const row = found as unknown as KeyRow | null;
  if (!row) return undefined;
  return {
    id: row.id,
    requestHash: row.request_hash,
    startedAt: Number(row.created_at),
    answer:
      row.answer_sealed === null
        ? undefined
        : cipher.open(row.answer_sealed, { table: TABLE, column: 'answer', row: row.id }),
  };
}

/** A request whose runner is gone runs here from now on. @returns false when somebody else took it over, or it ended */
export async function takeOver(
  tx: Tx,
  db: Db,
  { id, startedAt, at }: { id: string; startedAt: Instant; at: Instant },
): Promise<boolean> {
  const where = { id, state: 'running', created_at: startedAt };
  const [count] = await keys(db).update({ created_at: at }, { where, transaction: tx });
  return count === 1;
}

/** The request has this answer, unless another took it over meanwhile. */
export async function saveAnswer(
  tx: Tx,
  { db, cipher }: KeyScope,
  { id, startedAt, answer }: { id: string; startedAt: Instant; answer: string },
): Promise<void> {
  const answer_sealed = cipher.seal(answer, { table: TABLE, column: 'answer', row: id });
  const where = { id, state: 'running', created_at: startedAt };
  await keys(db).update({ state: 'done', answer_sealed }, { where, transaction: tx });
}

/** The key may be used again: its request was refused and changed nothing. */
export async function freeKey(
  tx: Tx,
  db: Db,
  { id, startedAt }: { id: string; startedAt: Instant },
): Promise<void> {
  await keys(db).destroy({ where: { id, state: 'running', created_at: startedAt }, transaction: tx });
}

export async function deleteKeys(tx: Tx, db: Db, before: Instant): Promise<number> {
  return keys(db).destroy({ where: { created_at: { [Op.lt]: before } }, transaction: tx });
}

function keys(db: Db): Table<KeyRow> {
  return table<KeyRow>(db, TABLE, {
    id: { type: DataTypes.CHAR(64), primaryKey: true },
    request_hash: DataTypes.STRING,
    state: DataTypes.STRING,
    answer_sealed: DataTypes.TEXT('medium'),
    created_at: DataTypes.BIGINT,
  });
}
