/** Table `rosters`: which roster was taken in, by its digest, so that the same file sent twice has one effect. */
import { DataTypes } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { Instant, Month } from '../../shared/time.ts';

interface RosterRowKept {
  id: string;
  digest: string;
  month: string;
  rows_taken: number;
  taken_at: number;
  actor: string;
}

export interface KeptRoster {
  readonly id: string;
  readonly digest: string;
  readonly month: Month;
  readonly rowsTaken: number;
  readonly takenAt: Instant;
  readonly actor: string;
}

/** The roster with this digest and month, if it was taken in before. */
export async function findRoster(
  db: Db,
  sent: { digest: string; month: Month },
  tx?: Tx,
): Promise<KeptRoster | undefined> {
  const row = await rosters(db).findOne({
    where: { digest: sent.digest, month: sent.month },
    raw: true,
    transaction: tx ?? null,
  });
  if (row === null) return undefined;
  const kept = row as unknown as RosterRowKept;
  return { ...kept, rowsTaken: kept.rows_taken, takenAt: Number(kept.taken_at) };
}

export async function addRoster(tx: Tx, db: Db, roster: KeptRoster): Promise<void> {
  const { id, digest, month, actor } = roster;
  await rosters(db).create(
    { id, digest, month, actor, rows_taken: roster.rowsTaken, taken_at: roster.takenAt },
    { transaction: tx },
  );
}

function rosters(db: Db): Table<RosterRowKept> {
  return table<RosterRowKept>(db, 'rosters', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    digest: DataTypes.STRING,
    month: DataTypes.STRING,
    rows_taken: DataTypes.INTEGER,
    taken_at: DataTypes.BIGINT,
    actor: DataTypes.STRING,
  });
}
