/** Tables `api_clients` and `api_nonces`: who may ask by signed requests, and which requests were seen. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import { isDuplicate } from '../db/tx.ts';
import type { ClientPublicKey } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import type { ApiClient } from './client.ts';
import { thumbprintOf } from './public-key.ts';

interface ClientRow {
  id: string;
  organisation_id: string;
  name: string;
  jwk: string;
  thumbprint: string;
  key_since: number;
  per_minute: number;
  per_day: number;
  created_at: number;
  created_by: string;
  ended_at: number | null;
}
interface NonceRow {
  client_id: string;
  nonce: string;
  ends_at: number;
}

/** The client stands. @throws SequelizeUniqueConstraintError when another has that key */
export async function insertClient(tx: Tx, db: Db, client: ApiClient): Promise<void> {
  await clients(db).create(
    {
      id: client.id,
      organisation_id: client.organisationId,
      name: client.name,
      jwk: JSON.stringify(client.key),
      thumbprint: thumbprintOf(client.key),
      key_since: client.keySince,
      per_minute: client.perMinute,
      per_day: client.perDay,
      created_at: client.createdAt,
      created_by: client.createdBy,
      ended_at: client.endedAt ?? null,
    },
    { transaction: tx },
  );
}

/** Read anew each time, never kept: an ended client is refused at once, in every process. */
export async function findClient(db: Db, id: string, tx?: Tx): Promise<ApiClient | undefined> {
  const row = await clients(db).findOne({ where: { id }, transaction: tx ?? null, raw: true });
  return row ? toClient(row as unknown as ClientRow) : undefined;
}

/** These clients by id; absent ids are absent. */
export async function clientsById(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, ApiClient>> {
  const rows = await clients(db).findAll({ where: { id: { [Op.in]: [...new Set(ids)] } }, raw: true });
  return new Map((rows as unknown as ClientRow[]).map(row => [row.id, toClient(row)]));
}

/** The client, locked until the transaction ends. */
export async function lockClient(tx: Tx, db: Db, id: string): Promise<ApiClient | undefined> {
  const row = await clients(db).findOne({ where: { id }, transaction: tx, lock: tx.LOCK.UPDATE, raw: true });
  return row ? toClient(row as unknown as ClientRow) : undefined;
}

/** One page by id, ended ones too. */
export async function listClients(
  db: Db,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<readonly ApiClient[]> {
  const rows = await clients(db).findAll({
    where: after === undefined ? {} : { id: { [Op.gt]: after } },
    order: [['id', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as ClientRow[]).map(toClient);
}

/** @throws SequelizeUniqueConstraintError when another client has that key */
export async function saveKey(
  tx: Tx,
  db: Db,
  { id, key, at }: { id: string; key: ClientPublicKey; at: Instant },
): Promise<void> {
  const changed = { jwk: JSON.stringify(key), thumbprint: thumbprintOf(key), key_since: at };
  await clients(db).update(changed, { where: { id }, transaction: tx });
}

export async function saveEnd(tx: Tx, db: Db, { id, at }: { id: string; at: Instant }): Promise<void> {
  await clients(db).update({ ended_at: at }, { where: { id, ended_at: null }, transaction: tx });
}

/** The client has used that nonce. @returns false when it had before */
export async function spendNonce(
  tx: Tx,
  db: Db,
  { clientId, nonce, endsAt }: { clientId: string; nonce: string; endsAt: Instant },
): Promise<boolean> {
  try {
    await nonces(db).create({ client_id: clientId, nonce, ends_at: endsAt }, { transaction: tx });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Requests of that time are refused for their age alone. */
export async function deleteNonces(tx: Tx, db: Db, at: Instant): Promise<number> {
  return nonces(db).destroy({ where: { ends_at: { [Op.lt]: at } }, transaction: tx });
}

function toClient(row: ClientRow): ApiClient {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    name: row.name,
    key: JSON.parse(row.jwk) as ClientPublicKey, // written from one only
    keySince: Number(row.key_since),
    perMinute: row.per_minute,
    perDay: row.per_day,
    createdAt: Number(row.created_at),
    createdBy: row.created_by,
    endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
  };
}

function clients(db: Db): Table<ClientRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<ClientRow>(db, 'api_clients', {
    id: { type: CHAR(32), primaryKey: true },
    organisation_id: STRING,
    name: STRING,
    jwk: STRING,
    thumbprint: STRING,
    key_since: BIGINT,
    per_minute: INTEGER,
    per_day: INTEGER,
    created_at: BIGINT,
    created_by: STRING,
    ended_at: BIGINT,
  });
}

function nonces(db: Db): Table<NonceRow> {
  return table<NonceRow>(db, 'api_nonces', {
    client_id: { type: DataTypes.CHAR(32), primaryKey: true },
    nonce: { type: DataTypes.STRING, primaryKey: true },
    ends_at: DataTypes.BIGINT,
  });
}
