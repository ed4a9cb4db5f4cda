/** Tables `lookups` and `lookup_challenges`. Neither holds an ID number, a phone or a code. Touches nothing else. */
import { DataTypes, literal, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import { isDuplicate } from '../db/tx.ts';
import type { Instant } from '../shared/time.ts';
import type { Solved } from './challenge.ts';
import type { Lookup } from './lookup.ts';

interface LookupRow {
  id: string;
  application_id: string | null;
  number: string | null;
  requester: string;
  purpose: string;
  code_hash: string | null;
  sent: boolean;
  tries: number;
  created_at: number;
  ends_at: number;
  answered_at: number | null;
}
interface ChallengeRow {
  id: string;
  ends_at: number;
}

export async function addLookup(tx: Tx, db: Db, added: Lookup): Promise<void> {
  const { id, requester, purpose, sent } = added;
  await lookups(db).create(
    {
      id,
      requester,
      purpose,
      sent,
      application_id: added.applicationId ?? null,
      number: added.number ?? null,
      code_hash: added.codeHash ?? null,
      tries: 0,
      created_at: added.createdAt,
      ends_at: added.endsAt,
      answered_at: added.answeredAt ?? null,
    },
    { transaction: tx },
  );
}

export async function findLookup(db: Db, id: string): Promise<Lookup | undefined> {
  const row = await lookups(db).findOne({ where: { id }, raw: true });
  return row ? toLookup(row as unknown as LookupRow) : undefined;
}

/** Lookups that were about these applications, newest first, before that id. */
export async function lookupsOf(
  db: Db,
  wanted: { applicationIds: readonly string[]; before: string | undefined; limit: number },
): Promise<readonly Lookup[]> {
  const rows = await lookups(db).findAll({
    where: {
      application_id: { [Op.in]: [...wanted.applicationIds] },
      ...(wanted.before === undefined ? {} : { id: { [Op.lt]: wanted.before } }),
    },
    order: [['id', 'DESC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as LookupRow[]).map(toLookup);
}

/** One of the code's few tries is taken. @returns false when none is left, or the code is used or over */
export async function takeTry(
  tx: Tx,
  db: Db,
  wanted: { id: string; at: Instant; tries: number },
): Promise<boolean> {
  const [count] = await lookups(db).update(
    { tries: literal('tries + 1') as unknown as number }, // Sequelize's row type knows no expressions
    {
      where: {
        id: wanted.id,
        answered_at: null,
        tries: { [Op.lt]: wanted.tries },
        ends_at: { [Op.gt]: wanted.at },
      },
      transaction: tx,
    },
  );
  return count === 1;
}

/** The code is used. @returns false when it was already */
export async function useLookup(tx: Tx, db: Db, { id, at }: { id: string; at: Instant }): Promise<boolean> {
  const [count] = await lookups(db).update(
    { answered_at: at },
    { where: { id, answered_at: null }, transaction: tx },
  );
  return count === 1;
}

/** The challenge is spent. @returns false when it was before */
export async function spendChallenge(tx: Tx, db: Db, { id, endsAt }: Solved): Promise<boolean> {
  try {
    await challenges(db).create({ id, ends_at: endsAt }, { transaction: tx });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

export async function deleteLookups(tx: Tx, db: Db, before: Instant): Promise<number> {
  return lookups(db).destroy({ where: { created_at: { [Op.lt]: before } }, transaction: tx });
}

/** The lookups stay, without anything of their codes. */
export async function forgetCodes(tx: Tx, db: Db, before: Instant): Promise<number> {
  const where = { created_at: { [Op.lt]: before }, code_hash: { [Op.ne]: null } };
  const [count] = await lookups(db).update({ code_hash: null }, { where, transaction: tx });
  return count;
}

/** Challenges that are over can be met no more and need not be remembered. */
export async function deleteChallenges(tx: Tx, db: Db, at: Instant): Promise<number> {
  return challenges(db).destroy({ where: { ends_at: { [Op.lte]: at } }, transaction: tx });
}

function toLookup(row: LookupRow): Lookup {
  return {
    id: row.id,
    applicationId: row.application_id ?? undefined,
    number: row.number ?? undefined,
    requester: row.requester,
    purpose: row.purpose,
    codeHash: row.code_hash ?? undefined,
    sent: Boolean(row.sent),
    createdAt: Number(row.created_at),
    endsAt: Number(row.ends_at),
    answeredAt: row.answered_at === null ? undefined : Number(row.answered_at),
  };
}

function lookups(db: Db): Table<LookupRow> {
  const { BIGINT, BOOLEAN, CHAR, INTEGER, STRING } = DataTypes;
  return table<LookupRow>(db, 'lookups', {
    id: { type: CHAR(32), primaryKey: true },
    application_id: STRING,
    number: STRING,
    requester: STRING,
    purpose: STRING,
    code_hash: STRING,
    sent: BOOLEAN,
    tries: INTEGER,
    created_at: BIGINT,
    ends_at: BIGINT,
    answered_at: BIGINT,
  });
}

function challenges(db: Db): Table<ChallengeRow> {
  return table<ChallengeRow>(db, 'lookup_challenges', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    ends_at: DataTypes.BIGINT,
  });
}
