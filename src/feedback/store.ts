/** Table `feedback`. What people wrote, and their phone, is sealed; of a receipt only its keyed hash is here. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { Instant } from '../shared/time.ts';
import type { Category, Feedback, FeedbackState, Sender } from './feedback.ts';

interface FeedbackRow {
  id: string;
  account_id: string | null;
  sender: string;
  category: string;
  text_sealed: string;
  application_id: string | null;
  number_sealed: string | null;
  phone_sealed: string | null;
  receipt_hash: string | null;
  state: string;
  answer_sealed: string | null;
  version: number;
  created_at: number;
  answered_at: number | null;
  closed_at: number | null;
}

export interface FeedbackScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'feedback';
type SealedColumn = 'text' | 'number' | 'phone' | 'answer';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED: SealedTable = {
  table: TABLE,
  key: ['id'],
  texts: { text_sealed: 'text', number_sealed: 'number', phone_sealed: 'phone', answer_sealed: 'answer' },
};

/** @param receipt of whoever is not signed in */
export async function addFeedback(
  tx: Tx,
  { db, cipher }: FeedbackScope,
  { added, receipt }: { added: Feedback; receipt: string | undefined },
): Promise<void> {
  const { id, sender, category, state, version } = added;
  const sealed = (plain: string | undefined, column: SealedColumn): string | null =>
    plain === undefined ? null : seal(cipher, id, { plain, column });
  await reports(db).create(
    {
      id,
      sender,
      category,
      state,
      version,
      account_id: added.accountId ?? null,
      text_sealed: seal(cipher, id, { plain: added.text, column: 'text' }),
      application_id: added.applicationId ?? null,
      number_sealed: sealed(added.number, 'number'),
      phone_sealed: sealed(added.phone, 'phone'),
      receipt_hash: receipt === undefined ? null : hashOf(cipher, receipt),
      answer_sealed: sealed(added.answer, 'answer'),
      created_at: added.createdAt,
      answered_at: added.answeredAt ?? null,
      closed_at: added.closedAt ?? null,
    },
    { transaction: tx },
  );
}

export async function findFeedback(scope: FeedbackScope, id: string, tx?: Tx): Promise<Feedback | undefined> {
  const lock = tx ? { transaction: tx, lock: tx.LOCK.UPDATE } : {};
  const row = await reports(scope.db).findOne({ where: { id }, ...lock, raw: true });
  return row ? toFeedback(row as unknown as FeedbackRow, scope) : undefined;
}

export async function feedbackByReceipt(
  scope: FeedbackScope,
  receipt: string,
): Promise<Feedback | undefined> {
  const where = { receipt_hash: hashOf(scope.cipher, receipt) };
  const row = await reports(scope.db).findOne({ where, raw: true });
  return row ? toFeedback(row as unknown as FeedbackRow, scope) : undefined;
}

export interface WantedPage {
  readonly accountId?: string | undefined;
  readonly state?: FeedbackState | undefined;
  readonly before: string | undefined;
  readonly limit: number;
}

/** One page, newest first, before that report; ids that follow from an Idempotency-Key do not rise with time. */
export async function feedbackPage(
  scope: FeedbackScope,
  { accountId, state, before, limit }: WantedPage,
): Promise<readonly Feedback[]> {
  const last = before === undefined ? undefined : await findFeedback(scope, before);
  if (before !== undefined && !last) return []; // swept meanwhile, and all that are older with it
  const older = last && {
    [Op.or]: [
      { created_at: { [Op.lt]: last.createdAt } },
      { created_at: last.createdAt, id: { [Op.lt]: last.id } },
    ],
  };
  const rows = await reports(scope.db).findAll({
    where: {
      ...(accountId === undefined ? {} : { account_id: accountId }),
      ...(state === undefined ? {} : { state }),
      ...older,
    },
    order: [
      ['created_at', 'DESC'],
      ['id', 'DESC'],
    ],
    limit,
    raw: true,
  });
  return (rows as unknown as FeedbackRow[]).map(row => toFeedback(row, scope));
}

export async function countOpen(db: Db): Promise<number> {
  return reports(db).count({ where: { state: 'OPEN' } });
}

/** State, answer and instants of a report that is locked. */
export async function saveHandled(
  tx: Tx,
  { db, cipher }: FeedbackScope,
  handled: Pick<Feedback, 'id' | 'state' | 'answer' | 'version' | 'answeredAt' | 'closedAt'>,
): Promise<void> {
  const { id, state, answer, version, answeredAt, closedAt } = handled;
  await reports(db).update(
    {
      state,
      version,
      answer_sealed: answer === undefined ? null : seal(cipher, id, { plain: answer, column: 'answer' }),
      answered_at: answeredAt ?? null,
      closed_at: closedAt ?? null,
    },
    { where: { id }, transaction: tx },
  );
}

/** Reports that were closed before that instant are gone. @returns how many */
export async function deleteClosed(tx: Tx, db: Db, before: Instant): Promise<number> {
  return reports(db).destroy({ where: { closed_at: { [Op.lt]: before } }, transaction: tx });
}

function seal(
  cipher: FieldCipher,
  id: string,
  { plain, column }: { plain: string; column: SealedColumn },
): string {
  return cipher.seal(plain, { table: TABLE, column, row: id });
}

function hashOf(cipher: FieldCipher, receipt: string): string {
  return cipher.indexOf(receipt, 'feedback.receipt_hash');
}

function toFeedback(row: FeedbackRow, { cipher }: FeedbackScope): Feedback {
  const opened = (sealed: string | null, column: SealedColumn): string | undefined =>
    sealed === null ? undefined : cipher.open(sealed, { table: TABLE, column, row: row.id });
  const instant = (at: number | null): Instant | undefined => (at === null ? undefined : Number(at));
  return {
    id: row.id,
    accountId: row.account_id ?? undefined,
    sender: row.sender as Sender, // written above, from these unions
    category: row.category as Category,
    text: opened(row.text_sealed, 'text') ?? '',
    applicationId: row.application_id ?? undefined,
    number: opened(row.number_sealed, 'number'),
    phone: opened(row.phone_sealed, 'phone'),
    state: row.state as FeedbackState,
    answer: opened(row.answer_sealed, 'answer'),
    version: Number(row.version),
    createdAt: Number(row.created_at),
    answeredAt: instant(row.answered_at),
    closedAt: instant(row.closed_at),
  };
}

function reports(db: Db): Table<FeedbackRow> {
  const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
  return table<FeedbackRow>(db, TABLE, {
    id: { type: CHAR(32), primaryKey: true },
    account_id: STRING,
    sender: STRING,
    category: STRING,
    text_sealed: TEXT,
    application_id: STRING,
    number_sealed: TEXT,
    phone_sealed: TEXT,
    receipt_hash: STRING,
    state: STRING,
    answer_sealed: TEXT,
    version: INTEGER,
    created_at: BIGINT,
    answered_at: BIGINT,
    closed_at: BIGINT,
  });
}
