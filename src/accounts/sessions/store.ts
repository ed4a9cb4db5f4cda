/** Table `sessions`. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { Instant } from '../../shared/time.ts';
import type { Session } from './session.ts';

interface SessionRow {
  id: string;
  account_id: string;
  created_at: number;
  seen_at: number;
  ends_at: number;
  ended_at: number | null;
  agent: string;
}

export async function addSession(tx: Tx, db: Db, added: Session): Promise<void> {
  await sessions(db).create(
    {
      id: added.id,
      account_id: added.accountId,
      created_at: added.createdAt,
      seen_at: added.seenAt,
      ends_at: added.endsAt,
      ended_at: added.endedAt ?? null,
      agent: added.agent,
    },
    { transaction: tx },
  );
}

export async function findSession(db: Db, id: string): Promise<Session | undefined> {
  const row = await sessions(db).findOne({ where: { id }, raw: true });
  return row ? toSession(row as unknown as SessionRow) : undefined;
}

/** The sessions of that account that have not been ended and are not too old, newest first. */
export async function sessionsOf(
  db: Db,
  { accountId, at }: { accountId: string; at: Instant },
): Promise<readonly Session[]> {
  const rows = await sessions(db).findAll({
    where: { account_id: accountId, ended_at: null, ends_at: { [Op.gt]: at } },
    order: [
      ['created_at', 'DESC'],
      ['id', 'ASC'],
    ],
    raw: true,
  });
  return (rows as unknown as SessionRow[]).map(toSession);
}

/** Somebody used the session at that instant; an ended one stays ended. */
export async function touchSession(tx: Tx, db: Db, { id, at }: { id: string; at: Instant }): Promise<void> {
  await sessions(db).update({ seen_at: at }, { where: { id, ended_at: null }, transaction: tx });
}

/** The session is over. @returns false when it was already */
export async function endSession(tx: Tx, db: Db, { id, at }: { id: string; at: Instant }): Promise<boolean> {
  const [count] = await sessions(db).update(
    { ended_at: at },
    { where: { id, ended_at: null }, transaction: tx },
  );
  return count === 1;
}

/** Every session of that account is over, but the one named. @returns how many ended */
export async function endSessionsOf(
  tx: Tx,
  db: Db,
  wanted: { accountId: string; at: Instant; but?: string },
): Promise<number> {
  const [count] = await sessions(db).update(
    { ended_at: wanted.at },
    {
      where: {
        account_id: wanted.accountId,
        ended_at: null,
        ...(wanted.but === undefined ? {} : { id: { [Op.ne]: wanted.but } }),
      },
      transaction: tx,
    },
  );
  return count;
}

/** Everybody's sessions are over. */
export async function endAllSessions(tx: Tx, db: Db, at: Instant): Promise<void> {
  await sessions(db).update({ ended_at: at }, { where: { ended_at: null }, transaction: tx });
}

/** Sessions whose life ended before that instant are forgotten. @returns how many */
export async function deleteSessions(tx: Tx, db: Db, before: Instant): Promise<number> {
  return sessions(db).destroy({ where: { ends_at: { [Op.lt]: before } }, transaction: tx });
}

function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    accountId: row.account_id,
    createdAt: Number(row.created_at),
    seenAt: Number(row.seen_at),
    endsAt: Number(row.ends_at),
    endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
    agent: row.agent,
  };
}

function sessions(db: Db): Table<SessionRow> {
  return table<SessionRow>(db, 'sessions', {
    id: { type: DataTypes.CHAR(64), primaryKey: true },
    account_id: DataTypes.STRING,
    created_at: DataTypes.BIGINT,
    seen_at: DataTypes.BIGINT,
    ends_at: DataTypes.BIGINT,
    ended_at: DataTypes.BIGINT,
    agent: DataTypes.STRING,
  });
}
