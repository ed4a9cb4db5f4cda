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
  organisation_id: string | null;
  rows_known: number | null;
  rows_late: number | null;
}

export interface KeptRoster {
  readonly id: string;
  readonly digest: string;
  readonly month: Month;
  readonly rowsTaken: number;
  readonly rowsKnown: number;
  readonly rowsLate: number;
  readonly takenAt: Instant;
  readonly actor: string;
  /** Who sent it; undefined for the bureau's operator. */
  readonly organisationId: string | undefined;
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
  return toRoster(row as unknown as RosterRowKept);
}

/** The rosters last taken in from that organisation, newest first. */
export async function rostersFrom(
  db: Db,
  { organisationId, limit }: { organisationId: string; limit: number },
): Promise<readonly KeptRoster[]> {
  const rows = await rosters(db).findAll({
    where: { organisation_id: organisationId },
    order: [
      ['taken_at', 'DESC'],
      ['id', 'DESC'],
    ],
    limit,
    raw: true,
  });
  return (rows as unknown as RosterRowKept[]).map(toRoster);
}

export async function addRoster(tx: Tx, db: Db, roster: KeptRoster): Promise<void> {
  const { id, digest, month, actor } = roster;
  const counts = {
    rows_taken: roster.rowsTaken,
    rows_known: roster.rowsKnown,
    rows_late: roster.rowsLate,
  };
  await rosters(db).create(
    {
      ...{ id, digest, month, actor, taken_at: roster.takenAt },
      ...counts,
      organisation_id: roster.organisationId ?? null,
    },
    { transaction: tx },
  );
}

function toRoster(row: RosterRowKept): KeptRoster {
  const { id, digest, month, actor } = row;
  return {
    ...{ id, digest, month, actor },
    rowsTaken: row.rows_taken,
    rowsKnown: row.rows_known ?? 0,
    rowsLate: row.rows_late ?? 0,
    takenAt: Number(row.taken_at),
    organisationId: row.organisation_id ?? undefined,
  };
}

function rosters(db: Db): Table<RosterRowKept> {
  return table<RosterRowKept>(db, 'rosters', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    digest: DataTypes.STRING,
    month: DataTypes.STRING,
    rows_taken: DataTypes.INTEGER,
    taken_at: DataTypes.BIGINT,
    actor: DataTypes.STRING,
    organisation_id: DataTypes.CHAR(32),
    rows_known: DataTypes.INTEGER,
    rows_late: DataTypes.INTEGER,
  });
}
