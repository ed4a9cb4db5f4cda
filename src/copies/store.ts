/** Table `use_copies`: insert-only. What was written, signed and coded is sealed, for it tells whom the holder deals with. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { CopyPlace, UseCopy } from './use-copy.ts';

interface UseCopyRow {
  id: string;
  once_id: string;
  certificate_id: string;
  copy: number;
  account_id: string;
  application_id: string;
  number: string;
  version: number;
  use_sealed: string;
  made_at: number;
  valid_through: string;
  ends_at: number;
  key_id: string;
  jwt_sealed: string;
  qr_text_sealed: string;
}

export interface CopyScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'use_copies';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED: SealedTable = {
  table: TABLE,
  key: ['id'],
  texts: { use_sealed: 'use', jwt_sealed: 'jwt', qr_text_sealed: 'qr_text' },
};

/** The copy stands for ever. @throws SequelizeUniqueConstraintError when its number is taken, or its request was met before */
export async function addUseCopy(
  tx: Tx,
  { db, cipher }: CopyScope,
  { added, onceId }: { added: UseCopy; onceId: string },
): Promise<void> {
  const { id, certificateId, copy, number, version } = added;
  const seal = (column: string, plain: string): string =>
    cipher.seal(plain, { table: TABLE, column, row: id });
  const { purpose, recipient } = added.use;
  await useCopies(db).create(
    {
      id,
      once_id: onceId,
      copy,
      number,
      version,
      certificate_id: certificateId,
      account_id: added.accountId,
      application_id: added.applicationId,
      use_sealed: seal('use', JSON.stringify({ purpose, recipient })),
      made_at: added.madeAt,
      valid_through: added.validThrough,
      ends_at: added.endsAt,
      key_id: added.keyId,
      jwt_sealed: seal('jwt', added.jwt),
      qr_text_sealed: seal('qr_text', added.qrText),
    },
    { transaction: tx },
  );
}

/** Numbers and ends of all copies of that version of a certificate. */
export async function copiesOf(db: Db, certificateId: string, tx?: Tx): Promise<readonly CopyPlace[]> {
  const rows = await useCopies(db).findAll({
    attributes: ['copy', 'ends_at'],
    where: { certificate_id: certificateId },
    transaction: tx ?? null,
    raw: true,
  });
  return (rows as unknown as Pick<UseCopyRow, 'copy' | 'ends_at'>[]).map(row => ({
    copy: row.copy,
    endsAt: Number(row.ends_at),
  }));
}

export async function findUseCopy(scope: CopyScope, id: string): Promise<UseCopy | undefined> {
  const row = await useCopies(scope.db).findOne({ where: { id }, raw: true });
  return row ? toUseCopy(row as unknown as UseCopyRow, scope) : undefined;
}

/** The copy that met this request of that account. */
export async function useCopyOnce(
  scope: CopyScope,
  { accountId, onceId }: { accountId: string; onceId: string },
): Promise<UseCopy | undefined> {
  const row = await useCopies(scope.db).findOne({
    where: { once_id: onceId, account_id: accountId },
    raw: true,
  });
  return row ? toUseCopy(row as unknown as UseCopyRow, scope) : undefined;
}

/** One page of that account's copies, newest first, before that id. */
export async function useCopiesOf(
  scope: CopyScope,
  wanted: { accountId: string; before: string | undefined; limit: number },
): Promise<readonly UseCopy[]> {
  const rows = await useCopies(scope.db).findAll({
    where: {
      account_id: wanted.accountId,
      ...(wanted.before === undefined ? {} : { id: { [Op.lt]: wanted.before } }),
    },
    order: [['id', 'DESC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as UseCopyRow[]).map(row => toUseCopy(row, scope));
}

/** Up to `limit` copies of everybody after that id, in order of id. */
export async function useCopiesAfter(
  scope: CopyScope,
  id: string,
  limit: number,
): Promise<readonly UseCopy[]> {
  const rows = await useCopies(scope.db).findAll({
    where: { id: { [Op.gt]: id } },
    order: [['id', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as UseCopyRow[]).map(row => toUseCopy(row, scope));
}

function toUseCopy(row: UseCopyRow, { cipher }: CopyScope): UseCopy {
  const open = (column: string, sealed: string): string =>
    cipher.open(sealed, { table: TABLE, column, row: row.id });
  return {
    id: row.id,
    certificateId: row.certificate_id,
    copy: row.copy,
    accountId: row.account_id,
    applicationId: row.application_id,
    number: row.number,
    version: row.version,
    use: JSON.parse(open('use', row.use_sealed)) as UseCopy['use'], // written by addUseCopy
    madeAt: Number(row.made_at),
    validThrough: row.valid_through,
    endsAt: Number(row.ends_at),
    keyId: row.key_id,
    jwt: open('jwt', row.jwt_sealed),
    qrText: open('qr_text', row.qr_text_sealed),
  };
}

function useCopies(db: Db): Table<UseCopyRow> {
  const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
  return table<UseCopyRow>(db, TABLE, {
    id: { type: CHAR(32), primaryKey: true },
    once_id: STRING,
    certificate_id: STRING,
    copy: INTEGER,
    account_id: STRING,
    application_id: STRING,
    number: STRING,
    version: INTEGER,
    use_sealed: TEXT,
    made_at: BIGINT,
    valid_through: STRING,
    ends_at: BIGINT,
    key_id: STRING,
    jwt_sealed: TEXT,
    qr_text_sealed: TEXT,
  });
}
