/** Tables `committees` and `entitlements`: who may judge what (R4, R5). Touches nothing else. */
import { DataTypes } from 'sequelize';
import type { Level } from '../../certificate/level.ts';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { PlainDate } from '../../shared/time.ts';
import type { Committee, CommitteeSubtype, Entitlement } from './register.ts';

interface CommitteeRow {
  id: string;
  filing_number: string;
  name: string;
  organiser_id: string;
  subtype: string;
  series_codes: string;
  levels: string;
  valid_from: string;
  valid_to: string | null;
}
interface EntitlementRow {
  id: string;
  organisation_id: string;
  series_code: string;
  levels: string;
  document: string;
  valid_from: string;
  valid_to: string | null;
}

/** Filed committees in the order of their filing, of one organiser or one name when told. */
export async function committeesOf(
  db: Db,
  wanted: { readonly organiserId?: string | undefined; readonly name?: string | undefined } = {},
  tx?: Tx,
): Promise<readonly Committee[]> {
  const rows = await committees(db).findAll({
    where: {
      ...(wanted.organiserId === undefined ? {} : { organiser_id: wanted.organiserId }),
      ...(wanted.name === undefined ? {} : { name: wanted.name }),
    },
    order: [['id', 'ASC']],
    transaction: tx ?? null,
    raw: true,
  });
  return (rows as unknown as CommitteeRow[]).map(toCommittee);
}

export async function findCommittee(db: Db, id: string): Promise<Committee | undefined> {
  const row = await committees(db).findOne({ where: { id }, raw: true });
  return row ? toCommittee(row as unknown as CommitteeRow) : undefined;
}

/** @throws SequelizeUniqueConstraintError when a committee stands under that filing number already */
export async function insertCommittee(tx: Tx, db: Db, committee: Committee): Promise<void> {
  await committees(db).create(
    {
      id: committee.id,
      filing_number: committee.filingNumber,
      name: committee.name,
      organiser_id: committee.organiserId,
      subtype: committee.subtype,
      series_codes: committee.seriesCodes.join(','),
      levels: committee.levels.join(''),
      valid_from: committee.from,
      valid_to: committee.to ?? null,
    },
    { transaction: tx },
  );
}

/** @returns false when there is none with that id */
export async function setCommitteeEnd(tx: Tx, db: Db, end: { id: string; to: PlainDate }): Promise<boolean> {
  const [count] = await committees(db).update(
    { valid_to: end.to },
    { where: { id: end.id }, transaction: tx },
  );
  return count === 1;
}

/** Entitlements in the order of their entry, of one employer when told. */
export async function entitlementsOf(
  db: Db,
  organisationId?: string,
  tx?: Tx,
): Promise<readonly Entitlement[]> {
  const rows = await entitlements(db).findAll({
    where: organisationId === undefined ? {} : { organisation_id: organisationId },
    order: [['id', 'ASC']],
    transaction: tx ?? null,
    raw: true,
  });
  return (rows as unknown as EntitlementRow[]).map(toEntitlement);
}

export async function findEntitlement(db: Db, id: string): Promise<Entitlement | undefined> {
  const row = await entitlements(db).findOne({ where: { id }, raw: true });
  return row ? toEntitlement(row as unknown as EntitlementRow) : undefined;
}

export async function insertEntitlement(tx: Tx, db: Db, entitlement: Entitlement): Promise<void> {
  await entitlements(db).create(
    {
      id: entitlement.id,
      organisation_id: entitlement.organisationId,
      series_code: entitlement.seriesCode,
      levels: entitlement.levels.join(''),
      document: entitlement.document,
      valid_from: entitlement.from,
      valid_to: entitlement.to ?? null,
    },
    { transaction: tx },
  );
}

/** @returns false when there is none with that id */
export async function setEntitlementEnd(
  tx: Tx,
  db: Db,
  end: { id: string; to: PlainDate },
): Promise<boolean> {
  const [count] = await entitlements(db).update(
    { valid_to: end.to },
    { where: { id: end.id }, transaction: tx },
  );
  return count === 1;
}

function toCommittee(row: CommitteeRow): Committee {
  return {
    id: row.id,
    filingNumber: row.filing_number,
    name: row.name,
    organiserId: row.organiser_id,
    subtype: row.subtype as CommitteeSubtype, // written by insertCommittee only
    seriesCodes: row.series_codes.split(','),
    levels: [...row.levels] as Level[], // likewise
    from: row.valid_from,
    to: row.valid_to ?? undefined,
  };
}

function toEntitlement(row: EntitlementRow): Entitlement {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    seriesCode: row.series_code,
    levels: [...row.levels] as Level[], // written by insertEntitlement only
    document: row.document,
    from: row.valid_from,
    to: row.valid_to ?? undefined,
  };
}

function committees(db: Db): Table<CommitteeRow> {
  const { CHAR, STRING } = DataTypes;
  return table<CommitteeRow>(db, 'committees', {
    id: { type: CHAR(32), primaryKey: true },
    filing_number: STRING,
    name: STRING,
    organiser_id: STRING,
    subtype: STRING,
    series_codes: STRING,
    levels: STRING,
    valid_from: STRING,
    valid_to: STRING,
  });
}

function entitlements(db: Db): Table<EntitlementRow> {
  const { CHAR, STRING } = DataTypes;
  return table<EntitlementRow>(db, 'entitlements', {
    id: { type: CHAR(32), primaryKey: true },
    organisation_id: STRING,
    series_code: STRING,
    levels: STRING,
    document: STRING,
    valid_from: STRING,
    valid_to: STRING,
  });
}
