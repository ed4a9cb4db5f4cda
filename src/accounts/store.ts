/** Tables `organisations` and `capacities`: the register of who may act as what. Touches nothing else. */
import { col, DataTypes, fn, Op, where as whereThat } from 'sequelize';
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
  return withCapacities(rows, held);
}

export async function organisationById(db: Db, id: string, tx?: Tx): Promise<Organisation | undefined> {
  return (await organisationsById(db, [id], tx)).get(id);
}

/** These organisations by id; absent ids are absent. */
export async function organisationsById(
  db: Db,
  ids: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, Organisation>> {
  const rows = await organisations(db).findAll({
    where: { id: { [Op.in]: [...new Set(ids)] } },
    transaction: tx ?? null,
    raw: true,
  });
  const found = await completed(db, rows as unknown as OrganisationRow[], tx);
  return new Map(found.map(organisation => [organisation.id, organisation]));
}

/** These organisations by their social credit code; absent codes are absent. */
export async function organisationsByCode(
  db: Db,
  codes: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, Organisation>> {
  const found: Organisation[] = [];
  for (let at = 0; at < codes.length; at += 500) {
    const rows = await organisations(db).findAll({
      where: { code: { [Op.in]: codes.slice(at, at + 500) } },
      transaction: tx ?? null,
      raw: true,
    });
    found.push(...(await completed(db, rows as unknown as OrganisationRow[], tx)));
  }
  return new Map(found.map(organisation => [organisation.code, organisation]));
}

/** One page of the register by id; the name is searched as a part. */
export async function listOrganisations(
  db: Db,
  wanted: {
    capacity?: Capacity | undefined;
    name?: string | undefined;
    code?: string | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<readonly Organisation[]> {
  const ids = wanted.capacity === undefined ? undefined : await idsWith(db, wanted.capacity);
  const rows = await organisations(db).findAll({
    where: {
      [Op.and]: [
        ...(ids ? [{ id: { [Op.in]: ids } }] : []),
        ...(wanted.after === undefined ? [] : [{ id: { [Op.gt]: wanted.after } }]),
        ...(wanted.code === undefined ? [] : [{ code: wanted.code }]),
        // not LIKE: a name may hold its wildcards
        ...(wanted.name === undefined
          ? []
          : [whereThat(fn('INSTR', col('name'), wanted.name), { [Op.gt]: 0 })]),
      ],
    },
    order: [['id', 'ASC']],
    limit: wanted.limit,
    raw: true,
  });
  return completed(db, rows as unknown as OrganisationRow[]);
}

async function idsWith(db: Db, capacity: Capacity): Promise<string[]> {
  const rows = await capacities(db).findAll({ where: { capacity }, raw: true });
  return (rows as unknown as CapacityRow[]).map(row => row.organisation_id);
}

/** The organisation, locked until the transaction ends: what hangs on it can be judged and changed in peace. */
export async function lockOrganisation(tx: Tx, db: Db, id: string): Promise<Organisation | undefined> {
  const row = await organisations(db).findOne({
    where: { id },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  if (!row) return undefined;
  return (await completed(db, [row as unknown as OrganisationRow], tx))[0];
}

/** The organisations stand in the register; those whose code is there already stay as they are. @returns how many are new */
export async function addOrganisations(tx: Tx, db: Db, added: readonly Organisation[]): Promise<number> {
  const known = await organisationsByCode(
    db,
    added.map(({ code }) => code),
    tx,
  );
  const fresh = added.filter(({ code }) => !known.has(code));
  await organisations(db).bulkCreate(
    fresh.map(({ id, code, name }) => ({ id, code, name })),
    { transaction: tx },
  );
  for (const { id, capacities: all } of fresh) await addCapacities(tx, db, { id, capacities: all });
  return fresh.length;
}

/** The organisation may act as these too; what it has already stays. */
export async function addCapacities(
  tx: Tx,
  db: Db,
  { id, capacities: added }: Pick<Organisation, 'id' | 'capacities'>,
): Promise<void> {
  await capacities(db).bulkCreate(
    added.map(capacity => ({ organisation_id: id, capacity })),
    { ignoreDuplicates: true, transaction: tx },
  );
}

async function completed(
  db: Db,
  rows: readonly OrganisationRow[],
  tx?: Tx,
): Promise<readonly Organisation[]> {
  const held = await capacities(db).findAll({
    where: { organisation_id: { [Op.in]: rows.map(({ id }) => id) } },
    transaction: tx ?? null,
    raw: true,
  });
  return withCapacities(rows, held as unknown as CapacityRow[]);
}

function withCapacities(
  rows: readonly OrganisationRow[],
  held: readonly CapacityRow[],
): readonly Organisation[] {
  const byId = new Map<string, Capacity[]>(rows.map(({ id }) => [id, []]));
  for (const row of held) byId.get(row.organisation_id)?.push(row.capacity as Capacity); // written from Capacity only
  return rows.map(({ id, code, name }) => ({ id, code, name, capacities: byId.get(id) ?? [] }));
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
