/** Tables `share_codes` and `share_code_openings`. Of a code only its keyed hash is here; its purpose is sealed. Touches nothing else. */
import { DataTypes, fn, col, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { Instant } from '../shared/time.ts';
import type { ShareCode } from './share-code.ts';

interface ShareCodeRow {
  id: string;
  account_id: string;
  application_id: string;
  number: string;
  purpose_sealed: string;
  code_hash: string;
  made_at: number;
  valid_through: string;
  ends_at: number;
  ended_at: number | null;
}
interface OpeningRow {
  id: string;
  share_code_id: string;
  at: number;
}

export interface ShareScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'share_codes';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED: SealedTable = { table: TABLE, key: ['id'], texts: { purpose_sealed: 'purpose' } };

/** @throws SequelizeUniqueConstraintError when the code is taken */
export async function addShareCode(
  tx: Tx,
  { db, cipher }: ShareScope,
  { added, code }: { added: ShareCode; code: string },
): Promise<void> {
  const { id, number } = added;
  await shareCodes(db).create(
    {
      id,
      number,
      account_id: added.accountId,
      application_id: added.applicationId,
      purpose_sealed: cipher.seal(added.purpose, { table: TABLE, column: 'purpose', row: id }),
      code_hash: hashOf(cipher, code),
      made_at: added.madeAt,
      valid_through: added.validThrough,
      ends_at: added.endsAt,
      ended_at: added.endedAt ?? null,
    },
    { transaction: tx },
  );
}

export async function countAlive(
  tx: Tx,
  db: Db,
  wanted: { accountId: string; at: Instant },
): Promise<number> {
  return shareCodes(db).count({
    where: { account_id: wanted.accountId, ended_at: null, ends_at: { [Op.gt]: wanted.at } },
    transaction: tx,
  });
}

export async function shareCodeByCode(scope: ShareScope, code: string): Promise<ShareCode | undefined> {
  const where = { code_hash: hashOf(scope.cipher, code) };
  const row = await shareCodes(scope.db).findOne({ where, raw: true });
  return row ? toShareCode(row as unknown as ShareCodeRow, scope) : undefined;
}

/** Locked until the transaction ends. */
export async function lockShareCode(tx: Tx, scope: ShareScope, id: string): Promise<ShareCode | undefined> {
  const found = await shareCodes(scope.db).findOne({
    where: { id },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  return found ? toShareCode(found as unknown as ShareCodeRow, scope) : undefined;
}

/** One page of that account's codes, newest first, before that id. */
export async function shareCodesOf(
  scope: ShareScope,
  wanted: { accountId: string; before: string | undefined; limit: number },
): Promise<readonly ShareCode[]> {
  const rows = await shareCodes(scope.db).findAll({
    where: {
      account_id: wanted.accountId,
      ...(wanted.before === undefined ? {} : { id: { [Op.lt]: wanted.before } }),
    },
    order: [['id', 'DESC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as ShareCodeRow[]).map(row => toShareCode(row, scope));
}

export async function endShareCodeRow(
  tx: Tx,
  db: Db,
  { id, at }: { id: string; at: Instant },
): Promise<void> {
  await shareCodes(db).update({ ended_at: at }, { where: { id, ended_at: null }, transaction: tx });
}

export async function addOpening(
  tx: Tx,
  db: Db,
  { id, shareCodeId, at }: { id: string; shareCodeId: string; at: Instant },
): Promise<void> {
  await openings(db).create({ id, share_code_id: shareCodeId, at }, { transaction: tx });
}

export interface Openings {
  readonly count: number;
  /** The newest few, newest first. */
  readonly last: readonly Instant[];
}

const LAST_SHOWN = 5;

/** How often and when last each of these codes was opened; those that never were are absent. */
export async function openingsOf(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Openings>> {
  const counts = (await openings(db).findAll({
    attributes: ['share_code_id', [fn('COUNT', col('id')), 'count']],
    where: { share_code_id: { [Op.in]: [...ids] } },
    group: ['share_code_id'],
    raw: true,
  })) as unknown as readonly { share_code_id: string; count: number }[];
  const all = new Map<string, Openings>();
  for (const { share_code_id: shareCodeId, count } of counts) {
    const rows = (await openings(db).findAll({
      where: { share_code_id: shareCodeId },
      order: [
        ['at', 'DESC'],
        ['id', 'DESC'],
      ],
      limit: LAST_SHOWN,
      raw: true,
    })) as unknown as OpeningRow[];
    all.set(shareCodeId, { count: Number(count), last: rows.map(({ at }) => Number(at)) });
  }
  return all;
}

/** Up to `limit` ids of codes that were over before that instant. */
export async function shareCodesOver(
  tx: Tx,
  db: Db,
  { before, limit }: { before: Instant; limit: number },
): Promise<readonly string[]> {
  const rows = await shareCodes(db).findAll({
    attributes: ['id'],
    where: { [Op.or]: [{ ends_at: { [Op.lt]: before } }, { ended_at: { [Op.lt]: before } }] },
    limit,
    transaction: tx,
    raw: true,
  });
  return (rows as unknown as Pick<ShareCodeRow, 'id'>[]).map(({ id }) => id);
}

/** The codes are gone, and with them when they were opened. */
export async function deleteShareCodes(tx: Tx, db: Db, ids: readonly string[]): Promise<void> {
  await openings(db).destroy({ where: { share_code_id: { [Op.in]: [...ids] } }, transaction: tx });
  await shareCodes(db).destroy({ where: { id: { [Op.in]: [...ids] } }, transaction: tx });
}

/** Without the field key a stolen table opens nothing and tells nothing of a code. */
function hashOf(cipher: FieldCipher, code: string): string {
  return cipher.indexOf(code, 'share_codes.code');
}

function toShareCode(row: ShareCodeRow, { cipher }: ShareScope): ShareCode {
  return {
    id: row.id,
    accountId: row.account_id,
    applicationId: row.application_id,
    number: row.number,
    purpose: cipher.open(row.purpose_sealed, { table: TABLE, column: 'purpose', row: row.id }),
    madeAt: Number(row.made_at),
    validThrough: row.valid_through,
    endsAt: Number(row.ends_at),
    endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
  };
}

function shareCodes(db: Db): Table<ShareCodeRow> {
  const { BIGINT, CHAR, STRING, TEXT } = DataTypes;
  return table<ShareCodeRow>(db, TABLE, {
    id: { type: CHAR(32), primaryKey: true },
    account_id: STRING,
    application_id: STRING,
    number: STRING,
    purpose_sealed: TEXT,
    code_hash: STRING,
    made_at: BIGINT,
    valid_through: STRING,
    ends_at: BIGINT,
    ended_at: BIGINT,
  });
}

function openings(db: Db): Table<OpeningRow> {
  return table<OpeningRow>(db, 'share_code_openings', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    share_code_id: DataTypes.STRING,
    at: DataTypes.BIGINT,
  });
}
