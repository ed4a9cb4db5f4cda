/** Table `webhook_targets`: where each client is told. Secrets are sealed here and leave unsealed only inside a Target. Touches nothing else. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { FieldCipher } from '../../db/field-cipher.ts';
import type { SealedTable } from '../../db/reseal.ts';
import type { Instant } from '../../shared/time.ts';

/** Where a client is told, as anybody of the bureau may know it. */
export interface TargetPlace {
  readonly clientId: string;
  readonly url: string;
  readonly setAt: Instant;
  readonly setBy: string;
  /** Until when messages are signed with the secret before this one too. */
  readonly oldSecretUntil: Instant | undefined;
}

export interface Target extends TargetPlace {
  readonly secret: string;
  readonly oldSecret: string | undefined;
}

interface TargetRow {
  client_id: string;
  url: string;
  secret_sealed: string;
  old_secret_sealed: string | null;
  old_until: number | null;
  set_at: number;
  set_by: string;
}

const TABLE = 'webhook_targets';
const SECRET = 'secret';
const OLD_SECRET = 'old_secret';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED: SealedTable = {
  table: TABLE,
  key: ['client_id'],
  texts: { secret_sealed: SECRET, old_secret_sealed: OLD_SECRET },
};

export interface TargetScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

/** The target as given; one client has one. */
export async function saveTarget(tx: Tx, { db, cipher }: TargetScope, target: Target): Promise<void> {
  const { clientId, secret, oldSecret } = target;
  const sealed = (plain: string, column: string): string =>
    cipher.seal(plain, { table: TABLE, column, row: clientId });
  const columns = {
    url: target.url,
    secret_sealed: sealed(secret, SECRET),
    old_secret_sealed: oldSecret === undefined ? null : sealed(oldSecret, OLD_SECRET),
    old_until: target.oldSecretUntil ?? null,
    set_at: target.setAt,
    set_by: target.setBy,
  };
  const where = { client_id: clientId };
  // the caller holds the client's stream, so nobody comes in between
  const there = await targets(db).count({ where, transaction: tx });
  if (there > 0) await targets(db).update(columns, { where, transaction: tx });
  else await targets(db).create({ ...where, ...columns }, { transaction: tx });
}

export async function findTarget(
  { db, cipher }: TargetScope,
  clientId: string,
  tx?: Tx,
): Promise<Target | undefined> {
  const found = await targets(db).findOne({
    where: { client_id: clientId },
    raw: true,
    transaction: tx ?? null,
  });
  const row = found as unknown as TargetRow | null;
  if (row === null) return undefined;
  const opened = (sealed: string, column: string): string =>
    cipher.open(sealed, { table: TABLE, column, row: row.client_id });
  return {
    ...placeOf(row),
    secret: opened(row.secret_sealed, SECRET),
    oldSecret: row.old_secret_sealed === null ? undefined : opened(row.old_secret_sealed, OLD_SECRET),
  };
}

/** The same without its secrets. */
export async function findPlace(db: Db, clientId: string): Promise<TargetPlace | undefined> {
  const found = await targets(db).findOne({ where: { client_id: clientId }, raw: true });
  return found === null ? undefined : placeOf(found as unknown as TargetRow);
}

/** Ids of all clients that have a target. */
export async function clientsWithTarget(db: Db): Promise<readonly string[]> {
  const rows = await targets(db).findAll({
    attributes: ['client_id'],
    order: [['client_id', 'ASC']],
    raw: true,
  });
  return (rows as unknown as TargetRow[]).map(row => row.client_id);
}

/** True while the client has a target. */
export async function hasTarget(tx: Tx, db: Db, clientId: string): Promise<boolean> {
  return (await targets(db).count({ where: { client_id: clientId }, transaction: tx })) > 0;
}

/** @returns false when there was none */
export async function deleteTarget(tx: Tx, db: Db, clientId: string): Promise<boolean> {
  return (await targets(db).destroy({ where: { client_id: clientId }, transaction: tx })) > 0;
}

/** Secrets whose time is over are gone. @returns how many */
export async function forgetOldSecrets(tx: Tx, db: Db, at: Instant): Promise<number> {
  const [count] = await targets(db).update(
    { old_secret_sealed: null, old_until: null },
    { where: { old_until: { [Op.lte]: at } }, transaction: tx },
  );
  return count;
}

function placeOf(row: TargetRow): TargetPlace {
  return {
    clientId: row.client_id,
    url: row.url,
    setAt: Number(row.set_at),
    setBy: row.set_by,
    oldSecretUntil: row.old_until === null ? undefined : Number(row.old_until),
  };
}

function targets(db: Db): Table<TargetRow> {
  const { BIGINT, CHAR, STRING } = DataTypes;
  return table<TargetRow>(db, TABLE, {
    client_id: { type: CHAR(32), primaryKey: true },
    url: STRING,
    secret_sealed: STRING,
    old_secret_sealed: STRING,
    old_until: BIGINT,
    set_at: BIGINT,
    set_by: STRING,
  });
}
