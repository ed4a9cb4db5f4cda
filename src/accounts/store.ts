/** Tables `organisations` and `capacities`: the register of who may act as what. Touches nothing else. */
import { DataTypes } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { Capacity, Organisation } from './organisation.ts';

interface OrganisationRow {
  id: string;
  code: string;
  name: string;
}
interface CapacityRow {
  organisation_id: string;
  capacity: string;
}

/** Every organisation with its capacities; the register of a city holds thousands, not millions. */
export async function allOrganisations(db: Db): Promise<readonly Organisation[]> {
  const rows = (await organisations(db).findAll({ raw: true })) as unknown as OrganisationRow[];
  const held = (await capacities(db).findAll({ raw: true })) as unknown as CapacityRow[];
  return rows.map(row => ({
    ...row,
    capacities: held
      .filter(entry => entry.organisation_id === row.id)
      .map(entry => entry.capacity as Capacity),
  }));
}

/** The organisations stand in the register; those whose code is there already stay as they are. @returns how many are new */
export async function addOrganisations(tx: Tx, db: Db, added: readonly Organisation[]): Promise<number> {
  const known = (await organisations(db).findAll({
    attributes: ['code'],
    transaction: tx,
    raw: true,
  })) as unknown as OrganisationRow[];
  const codes = new Set(known.map(row => row.code));
  const fresh = added.filter(organisation => !codes.has(organisation.code));
  await organisations(db).bulkCreate(
    fresh.map(({ id, code, name }) => ({ id, code, name })),
    { transaction: tx },
  );
  await capacities(db).bulkCreate(
    fresh.flatMap(({ id, capacities: all }) => all.map(capacity => ({ organisation_id: id, capacity }))),
    { transaction: tx },
  );
  return fresh.length;
}

function organisations(db: Db): Table<OrganisationRow> {
  return table<OrganisationRow>(db, 'organisations', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    code: DataTypes.STRING,
    name: DataTypes.STRING,
  });
}

function capacities(db: Db): Table<CapacityRow> {
  return table<CapacityRow>(db, 'capacities', {
    organisation_id: { type: DataTypes.CHAR(32), primaryKey: true },
    capacity: { type: DataTypes.STRING, primaryKey: true },
  });
}
