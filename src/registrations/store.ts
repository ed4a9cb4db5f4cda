/** Table `api_queries`: what registration bodies asked, insert-only until it is swept. No ID numbers. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { Instant } from '../shared/time.ts';
import type { Purpose } from './purpose.ts';
import type { AskedBy, Outcome, Query } from './query.ts';

interface QueryRow {
  id: string;
  client_id: string;
  request_id: string;
  asked_by: string;
  purpose: string;
  note: string | null;
  number: string | null;
  version: number | null;
  application_id: string | null;
  outcome: string;
  at: number;
}

export async function addQueries(tx: Tx, db: Db, added: readonly Query[]): Promise<void> {
  await queries(db).bulkCreate(added.map(toRow), { transaction: tx });
}

/** True when that client has verified that number with a match: only then may it be told of changes. */
export async function hasVerified(
  db: Db,
  { clientId, number }: { clientId: string; number: string },
): Promise<boolean> {
  const where = { client_id: clientId, number, outcome: 'match' };
  return (await queries(db).findOne({ attributes: ['id'], where, raw: true })) !== null;
}

/** One page, newest first, before that id. */
export interface QueryPage {
  readonly before: string | undefined;
  readonly limit: number;
}

/** What one client asked, whatever came of it. */
export async function queriesOf(
  db: Db,
  { clientId, ...page }: QueryPage & { clientId: string },
): Promise<readonly Query[]> {
  return pageOf(db, { client_id: clientId }, page);
}

/** Questions that found these applications. */
export async function queriesAbout(
  db: Db,
  { applicationIds, ...page }: QueryPage & { applicationIds: readonly string[] },
): Promise<readonly Query[]> {
  return pageOf(db, { application_id: { [Op.in]: [...applicationIds] } }, page);
}

export async function deleteQueries(tx: Tx, db: Db, before: Instant): Promise<number> {
  return queries(db).destroy({ where: { at: { [Op.lt]: before } }, transaction: tx });
}

async function pageOf(db: Db, where: object, { before, limit }: QueryPage): Promise<readonly Query[]> {
  const rows = await queries(db).findAll({
    where: { ...where, ...(before === undefined ? {} : { id: { [Op.lt]: before } }) },
    order: [['id', 'DESC']],
    limit,
    raw: true,
  });
  return (rows as unknown as QueryRow[]).map(fromRow);
}

function toRow(query: Query): QueryRow {
  const { clientId, requestId, askedBy, applicationId, note, number, version, ...rest } = query;
  return {
    ...rest,
    client_id: clientId,
    request_id: requestId,
    asked_by: askedBy,
    application_id: applicationId ?? null,
    note: note ?? null,
    number: number ?? null,
    version: version ?? null,
  };
}

function fromRow(row: QueryRow): Query {
  return {
    id: row.id,
    clientId: row.client_id,
    requestId: row.request_id,
    askedBy: row.asked_by as AskedBy, // these three were written from their types only
    purpose: row.purpose as Purpose,
    outcome: row.outcome as Outcome,
    note: row.note ?? undefined,
    number: row.number ?? undefined,
    version: row.version ?? undefined,
    applicationId: row.application_id ?? undefined,
    at: Number(row.at),
  };
}

function queries(db: Db): Table<QueryRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<QueryRow>(db, 'api_queries', {
    id: { type: CHAR(32), primaryKey: true },
    client_id: STRING,
    request_id: STRING,
    asked_by: STRING,
    purpose: STRING,
    note: STRING,
    number: STRING,
    version: INTEGER,
    application_id: STRING,
    outcome: STRING,
    at: BIGINT,
  });
}
