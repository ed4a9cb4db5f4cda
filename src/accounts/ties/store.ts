/** Tables `organisation_links` and `employments`: who stands over whom and who works where, in time (R14, R34). */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { FieldCipher } from '../../db/field-cipher.ts';
import type { PlainDate } from '../../shared/time.ts';
import type { Employment, Organisation, OrganisationLink } from '../organisation.ts';
import { lockOrganisation, organisationById } from '../store.ts';

interface LinkRow {
  id: string;
  employer_id: string;
  department_id: string;
  from_date: string;
  to_date: string | null;
}
interface EmploymentRow {
  id: string;
  organisation_id: string;
  person_index: string;
  id_number_sealed: string;
  name: string;
  from_date: string;
  to_date: string | null;
}

/** The database and the cipher of personal fields. */
export interface TieScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const EMPLOYMENTS = 'employments';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED = {
  table: EMPLOYMENTS,
  key: ['id'],
  texts: { id_number_sealed: 'id_number' },
} as const;

/** The department that the employer stands under on that day, if any (R14). */
export async function departmentOf(
  db: Db,
  employerId: string,
  ...[on, tx]: readonly [on: PlainDate, tx?: Tx]
): Promise<Organisation | undefined> {
  const row = await links(db).findOne({
    where: { employer_id: employerId, ...runningOn(on) },
    transaction: tx ?? null,
    raw: true,
  });
  return row ? organisationById(db, (row as unknown as LinkRow).department_id, tx) : undefined;
}

export async function addLink(tx: Tx, db: Db, added: OrganisationLink): Promise<void> {
  const { id, employerId, departmentId, from, to } = added;
  await links(db).create(
    { id, employer_id: employerId, department_id: departmentId, from_date: from, to_date: to ?? null },
    { transaction: tx },
  );
}

/** True when the employer stands under some department on that day or later. */
export async function isLinkedFrom(
  tx: Tx,
  db: Db,
  { employerId, from }: { employerId: string; from: PlainDate },
): Promise<boolean> {
  const where = { employer_id: employerId, [Op.or]: [{ to_date: null }, { to_date: { [Op.gte]: from } }] };
  return (await links(db).count({ where, transaction: tx })) > 0;
}

export async function findLink(db: Db, id: string, tx?: Tx): Promise<OrganisationLink | undefined> {
  const row = await links(db).findOne({ where: { id }, transaction: tx ?? null, raw: true });
  return row ? toLink(row as unknown as LinkRow) : undefined;
}

/** @returns false when it had a last day already */
export async function endLink(tx: Tx, db: Db, { id, to }: { id: string; to: PlainDate }): Promise<boolean> {
  const [count] = await links(db).update({ to_date: to }, { where: { id, to_date: null }, transaction: tx });
  return count === 1;
}

/** One page of links by id. */
export async function listLinks(
  db: Db,
  wanted: {
    employerId?: string | undefined;
    departmentId?: string | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<readonly OrganisationLink[]> {
  const rows = await links(db).findAll({
    where: {
      ...(wanted.employerId === undefined ? {} : { employer_id: wanted.employerId }),
      ...(wanted.departmentId === undefined ? {} : { department_id: wanted.departmentId }),
      ...(wanted.after === undefined ? {} : { id: { [Op.gt]: wanted.after } }),
    },
    order: [['id', 'ASC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as LinkRow[]).map(toLink);
}

/** Somebody to be entered as working somewhere. */
export interface Joining {
  readonly organisationId: string;
  readonly idNumber: string;
  readonly name: string;
  readonly from: PlainDate;
}

/**
 * The person works there from that day; nothing happens when they do so already, on that day or later.
 * @returns the employment's id, or undefined when nothing was to be done
 */
export async function openEmployment(
  tx: Tx,
  scope: TieScope & { readonly ids: () => string },
  { organisationId, idNumber, name, from }: Joining,
): Promise<string | undefined> {
  const [opened] = await openEmployments(tx, scope, { organisationId, from, people: [{ idNumber, name }] });
  return opened;
}

/** Several people of one organisation from one day on. */
export interface JoiningTogether extends Pick<Joining, 'organisationId' | 'from'> {
  readonly people: readonly Pick<Joining, 'idNumber' | 'name'>[];
}

/**
 * These people work there from that day; nothing happens to those who do so already, on that day or later.
 * @returns the ids of the employments that are new
 */
export async function openEmployments(
  tx: Tx,
  scope: TieScope & { readonly ids: () => string },
  { organisationId, from, people }: JoiningTogether,
): Promise<readonly string[]> {
  await lockOrganisation(tx, scope.db, organisationId); // two that enter the same person wait for each other
  const byPerson = new Map(people.map(person => [personIndex(scope, person.idNumber), person]));
  const current = (await employments(scope.db).findAll({
    where: {
      organisation_id: organisationId,
      person_index: { [Op.in]: [...byPerson.keys()] },
      [Op.or]: [{ to_date: null }, { to_date: { [Op.gte]: from } }],
    },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  })) as unknown as EmploymentRow[];
  const known = new Set(current.map(row => row.person_index));
  const opened = [...byPerson]
    .filter(([person]) => !known.has(person))
    .map(([person, { idNumber, name }]) => {
      const id = scope.ids();
      const place = { table: EMPLOYMENTS, column: 'id_number', row: id };
      return {
        id,
        organisation_id: organisationId,
        person_index: person,
        id_number_sealed: scope.cipher.seal(idNumber, place),
        name,
        from_date: from,
        to_date: null,
      };
    });
  await employments(scope.db).bulkCreate(opened, { transaction: tx });
  return opened.map(row => row.id);
}

/** Everybody who works there on that day. */
export async function employmentsOf(
  scope: TieScope,
  { organisationId, on }: { organisationId: string; on: PlainDate },
): Promise<readonly Employment[]> {
  const rows = await employments(scope.db).findAll({
    where: { organisation_id: organisationId, ...runningOn(on) },
    order: [['id', 'ASC']],
    raw: true,
  });
  return (rows as unknown as EmploymentRow[]).map(row => toEmployment(row, scope));
}

/** Where the person works on that day or will work later, oldest first. */
export async function employmentsOfPerson(
  scope: TieScope,
  { idNumber, notBefore }: { idNumber: string; notBefore: PlainDate },
): Promise<readonly Employment[]> {
  const rows = await employments(scope.db).findAll({
    where: {
      person_index: personIndex(scope, idNumber),
      [Op.or]: [{ to_date: null }, { to_date: { [Op.gte]: notBefore } }],
    },
    order: [
      ['from_date', 'ASC'],
      ['id', 'ASC'],
    ],
    raw: true,
  });
  const found = (rows as unknown as EmploymentRow[]).map(row => toEmployment(row, scope));
  // the index is not bound to its row: only what was sealed says whose it is
  return found.filter(employment => employment.idNumber === idNumber);
}

/** True when the person works there on that day. */
export async function isEmployedBy(
  scope: TieScope,
  { organisationId, idNumber, on }: { organisationId: string; idNumber: string; on: PlainDate },
): Promise<boolean> {
  const where = {
    organisation_id: organisationId,
    person_index: personIndex(scope, idNumber),
    ...runningOn(on),
  };
  return (await employments(scope.db).count({ where })) > 0;
}

export async function findEmployment(scope: TieScope, id: string): Promise<Employment | undefined> {
  const row = await employments(scope.db).findOne({ where: { id }, raw: true });
  return row ? toEmployment(row as unknown as EmploymentRow, scope) : undefined;
}

/** @returns false when it had a last day already */
export async function endEmployment(
  tx: Tx,
  db: Db,
  { id, to }: { id: string; to: PlainDate },
): Promise<boolean> {
  const [count] = await employments(db).update(
    { to_date: to },
    { where: { id, to_date: null }, transaction: tx },
  );
  return count === 1;
}

/** One page of the employments of these organisations by id; with a day, only those that run on it. */
export async function listEmployments(
  scope: TieScope,
  wanted: {
    organisationIds: readonly string[];
    on?: PlainDate | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<readonly Employment[]> {
  const rows = await employments(scope.db).findAll({
    where: {
      organisation_id: { [Op.in]: [...wanted.organisationIds] },
      ...(wanted.on === undefined ? {} : runningOn(wanted.on)),
      ...(wanted.after === undefined ? {} : { id: { [Op.gt]: wanted.after } }),
    },
    order: [['id', 'ASC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as EmploymentRow[]).map(row => toEmployment(row, scope));
}

/** The condition of `runsOn`. */
function runningOn(on: PlainDate): object {
  return { from_date: { [Op.lte]: on }, [Op.or]: [{ to_date: null }, { to_date: { [Op.gte]: on } }] };
}

function personIndex({ cipher }: TieScope, idNumber: string): string {
  return cipher.indexOf(idNumber, 'employments.id_number');
}

function toLink(row: LinkRow): OrganisationLink {
  return {
    id: row.id,
    employerId: row.employer_id,
    departmentId: row.department_id,
    from: row.from_date,
    to: row.to_date ?? undefined,
  };
}

function toEmployment(row: EmploymentRow, { cipher }: TieScope): Employment {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    idNumber: cipher.open(row.id_number_sealed, { table: EMPLOYMENTS, column: 'id_number', row: row.id }),
    name: row.name,
    from: row.from_date,
    to: row.to_date ?? undefined,
  };
}

function links(db: Db): Table<LinkRow> {
  return table<LinkRow>(db, 'organisation_links', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    employer_id: DataTypes.STRING,
    department_id: DataTypes.STRING,
    from_date: DataTypes.STRING,
    to_date: DataTypes.STRING,
  });
}

function employments(db: Db): Table<EmploymentRow> {
  return table<EmploymentRow>(db, EMPLOYMENTS, {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    organisation_id: DataTypes.STRING,
    person_index: DataTypes.STRING,
    id_number_sealed: DataTypes.STRING,
    name: DataTypes.STRING,
    from_date: DataTypes.STRING,
    to_date: DataTypes.STRING,
  });
}
