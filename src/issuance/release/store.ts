/** Table `releases`: what an approver released, and whether it is signed yet. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { Instant, Month } from '../../shared/time.ts';

/** An approver's act: this month's items as they were shown, by their digest. */
export interface Release {
  readonly id: string;
  readonly month: Month;
  readonly digest: string;
  readonly items: number;
  /** The approver. */
  readonly accountId: string;
  readonly at: Instant;
  readonly state: 'releasing' | 'released';
  /** Why the last try did not finish, if it did not. */
  readonly fault: { readonly code: string; readonly detail: string } | undefined;
}

interface ReleaseRow {
  id: string;
  month: string;
  digest: string;
  items: number;
  account_id: string;
  at: number;
  state: string;
  fault_code: string | null;
  fault_detail: string | null;
}

/** The release waits for signing. */
export async function addRelease(tx: Tx, db: Db, added: Omit<Release, 'state' | 'fault'>): Promise<void> {
  const { accountId, ...rest } = added;
  await releases(db).bulkCreate(
    [{ ...rest, account_id: accountId, state: 'releasing', fault_code: null, fault_detail: null }],
    { transaction: tx },
  );
}

/** Who released these very items, if anybody did. */
export async function findRelease(
  db: Db,
  wanted: { month: Month; digest: string },
  tx?: Tx,
): Promise<Release | undefined> {
  const row = await releases(db).findOne({ where: wanted, transaction: tx ?? null, raw: true });
  return row === null ? undefined : toRelease(row as unknown as ReleaseRow);
}

/** That month's releases, oldest first. */
export async function releasesOf(db: Db, month: Month): Promise<readonly Release[]> {
  return listed(db, { month });
}

/** Every release that is not signed yet, oldest first. */
export async function unfinishedReleases(db: Db): Promise<readonly Release[]> {
  return listed(db, { state: 'releasing' });
}

/** @returns how many of them were not finished before */
export async function finishReleases(tx: Tx, db: Db, ids: readonly string[]): Promise<number> {
  const [count] = await releases(db).update(
    { state: 'released', fault_code: null, fault_detail: null },
    { where: { id: { [Op.in]: [...ids] }, state: 'releasing' }, transaction: tx },
  );
  return count;
}

/** The releases carry the reason why they do not go on. */
export async function faultReleases(
  tx: Tx,
  db: Db,
  { ids, code, detail }: { ids: readonly string[]; code: string; detail: string },
): Promise<void> {
  await releases(db).update(
    { fault_code: code, fault_detail: detail.slice(0, 500) },
    { where: { id: { [Op.in]: [...ids] }, state: 'releasing' }, transaction: tx },
  );
}

async function listed(db: Db, where: { month?: Month; state?: string }): Promise<readonly Release[]> {
  const rows = await releases(db).findAll({
    where,
    order: [
      ['at', 'ASC'],
      ['id', 'ASC'],
    ],
    raw: true,
  });
  return (rows as unknown as ReleaseRow[]).map(toRelease);
}

function toRelease(row: ReleaseRow): Release {
  const { account_id: accountId, fault_code: code, fault_detail: detail, ...rest } = row;
  return {
    ...rest,
    accountId,
    at: Number(row.at),
    state: row.state === 'released' ? 'released' : 'releasing',
    fault: code === null ? undefined : { code, detail: detail ?? '' },
  };
}

function releases(db: Db): Table<ReleaseRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<ReleaseRow>(db, 'releases', {
    id: { type: CHAR(32), primaryKey: true },
    month: STRING,
    digest: STRING,
    items: INTEGER,
    account_id: STRING,
    at: BIGINT,
    state: STRING,
    fault_code: STRING,
    fault_detail: STRING,
  });
}
