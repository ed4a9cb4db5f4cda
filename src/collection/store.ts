/** Table `collections`: when a certificate version was first downloaded by its holder (R17); insert-only. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import { isDuplicate } from '../db/tx.ts';
import type { Instant } from '../shared/time.ts';

interface CollectionRow {
  certificate_id: string;
  account_id: string;
  at: number;
}

/** First downloads of these certificates, by certificate id. */
export async function firstDownloads(
  db: Db,
  certificateIds: readonly string[],
): Promise<ReadonlyMap<string, Instant>> {
  const rows = await collections(db).findAll({
    where: { certificate_id: { [Op.in]: [...certificateIds] } },
    raw: true,
  });
  return new Map((rows as unknown as CollectionRow[]).map(row => [row.certificate_id, Number(row.at)]));
}

/** The first download stands, once. @returns false when somebody was first before */
export async function addFirstDownload(
  tx: Tx,
  db: Db,
  first: { certificateId: string; accountId: string; at: Instant },
): Promise<boolean> {
  const { certificateId, accountId, at } = first;
  try {
    await collections(db).create(
      { certificate_id: certificateId, account_id: accountId, at },
      { transaction: tx },
    );
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

function collections(db: Db): Table<CollectionRow> {
  return table<CollectionRow>(db, 'collections', {
    certificate_id: { type: DataTypes.CHAR(32), primaryKey: true },
    account_id: DataTypes.STRING,
    at: DataTypes.BIGINT,
  });
}
