/** Table `messages`: the outbox. Phone and words are sealed here and leave unsealed only inside an OutboxMessage. Touches nothing else. */
import { DataTypes, Op, type WhereOptions } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { Instant } from '../shared/time.ts';
import type { Template } from './message.ts';

/** `kept`: the outbox driver let it stay here; `dropped`: its time had passed before it could leave. */
export type MessageState = 'waiting' | 'sent' | 'kept' | 'failed' | 'dropped';

/** A message on its way, as anybody may know of it. */
export interface MessageCourse {
  readonly id: string;
  readonly template: Template;
  readonly state: MessageState;
  /** How often it was handed to the driver. */
  readonly tries: number;
  /** Waiting messages: not before. */
  readonly nextAt: Instant;
  readonly createdAt: Instant;
}

/** A message with what it says to whom. */
export interface OutboxMessage extends MessageCourse {
  readonly phone: string;
  /** What the receiver reads. */
  readonly text: string;
  /** What the provider's own template is filled with. */
  readonly values: Readonly<Record<string, string>>;
}

export interface DueMessage extends MessageCourse {
  /** Opened only when it is sent. @throws RangeError when it cannot be: one such message must not hold up the others */
  readonly open: () => OutboxMessage;
}

interface MessageRow {
  id: string;
  template: string;
  phone_sealed: string;
  text_sealed: string;
  state: string;
  tries: number;
  next_at: number;
  created_at: number;
  ended_at: number | null;
  fault: string | null;
}

const TABLE = 'messages';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED: SealedTable = {
  table: TABLE,
  key: ['id'],
  texts: { phone_sealed: 'phone', text_sealed: 'text' },
};

export interface MessageScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

/** The messages stand in the outbox. */
export async function addMessages(
  tx: Tx,
  scope: MessageScope,
  added: readonly OutboxMessage[],
): Promise<void> {
  await messages(scope.db).bulkCreate(
    added.map(message => toRow(message, scope.cipher)),
    { transaction: tx },
  );
}

/** Waiting messages whose time has come, oldest first. */
export async function dueMessages(
  scope: MessageScope,
  wanted: { at: Instant; limit: number; only?: readonly Template[] },
): Promise<readonly DueMessage[]> {
  const rows = await messages(scope.db).findAll({
    where: {
      state: 'waiting',
      next_at: { [Op.lte]: wanted.at },
      ...(wanted.only === undefined ? {} : { template: { [Op.in]: [...wanted.only] } }),
    },
    order: [
      ['next_at', 'ASC'],
      ['id', 'ASC'],
    ],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as MessageRow[]).map(row => ({
    ...courseOf(row),
    open: () => fromRow(row, scope.cipher),
  }));
}

/** The message is this process's to send until that instant. @returns undefined when another process was first */
export async function claimMessage(
  tx: Tx,
  db: Db,
  { message, until }: { message: DueMessage; until: Instant },
): Promise<DueMessage | undefined> {
  const tries = message.tries + 1;
  const isOurs = await changed(tx, db, { message, columns: { tries, next_at: until } });
  return isOurs ? { ...message, tries, nextAt: until } : undefined;
}

/** What became of the message as it was read or claimed. @returns false when its lease had run out and another process took it */
export async function settleMessage(
  tx: Tx,
  db: Db,
  settled: {
    message: MessageCourse;
    state: MessageState;
    at: Instant;
    nextAt: Instant;
    fault?: string | undefined;
  },
): Promise<boolean> {
  const { message, state, at, nextAt, fault } = settled;
  const columns = {
    state,
    ended_at: state === 'waiting' ? null : at,
    next_at: nextAt,
    fault: fault?.slice(0, 120) ?? null,
  };
  return changed(tx, db, { message, columns });
}

/** Newest messages first, whatever became of them. @param before an id to go on from */
export async function newestMessages(
  scope: MessageScope,
  wanted: { limit: number; before?: string | undefined },
): Promise<readonly OutboxMessage[]> {
  const rows = await messages(scope.db).findAll({
    where: wanted.before === undefined ? {} : { id: { [Op.lt]: wanted.before } },
    order: [['id', 'DESC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as MessageRow[]).map(row => fromRow(row, scope.cipher));
}

/** Messages made before that instant are gone: only those of the templates, or all. @returns how many */
export async function deleteMessages(
  tx: Tx,
  db: Db,
  wanted: { before: Instant; only: readonly Template[] } | { before: Instant },
): Promise<number> {
  const where: WhereOptions<MessageRow> = { created_at: { [Op.lt]: wanted.before } };
  return messages(db).destroy({
    where: 'only' in wanted ? { ...where, template: { [Op.in]: [...wanted.only] } } : where,
    transaction: tx,
  });
}

/** Compare-and-swap on the number of tries: every claim raises it. */
async function changed(
  tx: Tx,
  db: Db,
  { message, columns }: { message: MessageCourse; columns: Partial<MessageRow> },
): Promise<boolean> {
  const [count] = await messages(db).update(columns, {
    where: { id: message.id, state: 'waiting', tries: message.tries, next_at: message.nextAt },
    transaction: tx,
  });
  return count === 1;
}

function messages(db: Db): Table<MessageRow> {
  return table<MessageRow>(db, TABLE, {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    template: DataTypes.STRING,
    phone_sealed: DataTypes.STRING,
    text_sealed: DataTypes.TEXT,
    state: DataTypes.STRING,
    tries: DataTypes.INTEGER,
    next_at: DataTypes.BIGINT,
    created_at: DataTypes.BIGINT,
    ended_at: DataTypes.BIGINT,
    fault: DataTypes.STRING,
  });
}

function toRow(message: OutboxMessage, cipher: FieldCipher): MessageRow {
  const { id, text, values } = message;
  const sealed = (plain: string, column: string): string =>
    cipher.seal(plain, { table: TABLE, column, row: id });
  return {
    id,
    template: message.template,
    phone_sealed: sealed(message.phone, 'phone'),
    text_sealed: sealed(JSON.stringify({ text, values }), 'text'),
    state: message.state,
    tries: message.tries,
    next_at: message.nextAt,
    created_at: message.createdAt,
    ended_at: null,
    fault: null,
  };
}

function fromRow(row: MessageRow, cipher: FieldCipher): OutboxMessage {
  const opened = (sealed: string, column: string): string =>
    cipher.open(sealed, { table: TABLE, column, row: row.id });
  const words = JSON.parse(opened(row.text_sealed, 'text')) as Pick<OutboxMessage, 'text' | 'values'>; // sealed by toRow only
  return {
    ...courseOf(row),
    phone: opened(row.phone_sealed, 'phone'),
    text: words.text,
    values: words.values,
  };
}

function courseOf(row: MessageRow): MessageCourse {
  return {
    id: row.id,
    template: row.template as Template, // written by toRow only
    state: row.state as MessageState,
    tries: row.tries,
    nextAt: Number(row.next_at),
    createdAt: Number(row.created_at),
  };
}
