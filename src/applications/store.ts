/** Tables `applications` and `rosters`. ID numbers and phones are sealed here and nowhere leave unsealed but inside an Application. */
import { createHash } from 'node:crypto';
import { DataTypes, Op } from 'sequelize';
import type { Gender, IdType } from '../accounts/person-id.ts';
import type { Level } from '../certificate/level.ts';
import type { RarityPolicy } from '../certificate/rarity.ts';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { Instant, Month } from '../shared/time.ts';
import { contentText, type Application, type ApplicationState, type Route } from './application.ts';

interface ApplicationRow {
  id: string;
  route: number;
  subtype: string | null;
  state: string;
  version: number;
  batch_month: string | null;
  roster_id: string | null;
  digest: string;
  name: string;
  printed_name: string;
  rarity_policy: string;
  gender: string;
  id_type: string;
  id_number_sealed: string;
  id_number_index: string;
  phone_sealed: string;
  phone_index: string;
  employer: string | null;
  employer_code: string | null;
  submitting_unit: string;
  series_code: string;
  series: string;
  specialty: string;
  level: string;
  qualification: string;
  review_body: string;
  obtained_on: string;
  filed_on: string | null;
  uploaded_at: number | null;
  upload_deadline: string | null;
  upload_late: boolean;
  corrects_number: string | null;
  corrects_version: number | null;
  live_key: string | null;
}
interface RosterRowKept {
  id: string;
  digest: string;
  month: string;
  rows_taken: number;
  taken_at: number;
  actor: string;
}

/** What every function here needs: the database and the cipher of its personal fields. */
export interface ApplicationScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

/** Identity of a claim that may be live only once: person, series and title (domain §5.1, duplicate guard). */
export function liveKeyOf(
  cipher: FieldCipher,
  claim: Pick<Application, 'idNumber' | 'seriesCode' | 'qualification'>,
): string {
  return cipher.indexOf(
    `${claim.idNumber}\n${claim.seriesCode}\n${claim.qualification}`,
    'applications.live_key',
  );
}

/** Keyed digest of everything the application says: equal only for the same claim. */
export function digestOf(cipher: FieldCipher, application: Application): string {
  return cipher.indexOf(contentText(application), 'applications.digest');
}

/** The applications stand. @throws SequelizeUniqueConstraintError when a live claim to the same title exists */
export async function addApplications(
  tx: Tx,
  scope: ApplicationScope,
  added: readonly Application[],
): Promise<void> {
  await applications(scope.db).bulkCreate(
    added.map(application => toRow(application, scope.cipher)),
    { transaction: tx },
  );
}

/** Live claims among these keys: key → digest and id. */
export async function liveClaims(
  db: Db,
  keys: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, { digest: string; id: string }>> {
  const found = new Map<string, { digest: string; id: string }>();
  for (let at = 0; at < keys.length; at += 500) {
    const rows = (await applications(db).findAll({
      attributes: ['live_key', 'digest', 'id'],
      where: { live_key: { [Op.in]: keys.slice(at, at + 500) } },
      transaction: tx ?? null,
      raw: true,
    })) as unknown as ApplicationRow[];
    for (const row of rows)
      if (row.live_key !== null) found.set(row.live_key, { digest: row.digest, id: row.id });
  }
  return found;
}

/** Ids of the applications of that month in that state, oldest first. */
export async function idsInMonth(
  db: Db,
  wanted: { month: Month; state: ApplicationState },
  tx?: Tx,
): Promise<readonly string[]> {
  const rows = await applications(db).findAll({
    attributes: ['id'],
    where: { batch_month: wanted.month, state: wanted.state },
    order: [['id', 'ASC']],
    transaction: tx ?? null,
    raw: true,
  });
  return (rows as unknown as ApplicationRow[]).map(row => row.id);
}

/** These applications by id, unsealed; absent ids are absent. */
export async function applicationsById(
  scope: ApplicationScope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Application>> {
  const rows = await applications(scope.db).findAll({ where: { id: { [Op.in]: [...ids] } }, raw: true });
  const list = (rows as unknown as ApplicationRow[]).map(row => toApplication(row, scope.cipher));
  return new Map(list.map(application => [application.id, application]));
}

/** All applications of that person, oldest first. */
export async function applicationsOf(
  scope: ApplicationScope,
  idNumber: string,
): Promise<readonly Application[]> {
  const index = scope.cipher.indexOf(idNumber, 'applications.id_number');
  const rows = await applications(scope.db).findAll({
    where: { id_number_index: index },
    order: [['id', 'ASC']],
    raw: true,
  });
  return (rows as unknown as ApplicationRow[]).map(row => toApplication(row, scope.cipher));
}

/** Those of the applications that were in `from` are in `to`; compare-and-swap. @returns how many moved */
export async function moveApplications(
  tx: Tx,
  db: Db,
  move: { ids: readonly string[]; from: ApplicationState; to: ApplicationState },
): Promise<number> {
  const [count] = await applications(db).update(
    { state: move.to },
    { where: { id: { [Op.in]: [...move.ids] }, state: move.from }, transaction: tx },
  );
  return count;
}

/** The person may hold this title anew: a revoked or cancelled certificate no longer guards it. */
export async function freeClaim(tx: Tx, db: Db, id: string): Promise<void> {
  await applications(db).update({ live_key: null }, { where: { id }, transaction: tx });
}

export interface KeptRoster {
  readonly id: string;
  readonly digest: string;
  readonly month: Month;
  readonly rowsTaken: number;
  readonly takenAt: Instant;
  readonly actor: string;
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
  const kept = row as unknown as RosterRowKept;
  return { ...kept, rowsTaken: kept.rows_taken, takenAt: Number(kept.taken_at) };
}

export async function addRoster(tx: Tx, db: Db, roster: KeptRoster): Promise<void> {
  const { id, digest, month, actor } = roster;
  await rosters(db).create(
    { id, digest, month, actor, rows_taken: roster.rowsTaken, taken_at: roster.takenAt },
    { transaction: tx },
  );
}

/** SHA-256 in hex of a list of ids in order: what an approver approves. */
export function digestOfIds(ids: readonly string[]): string {
  return createHash('sha256')
    .update([...ids].sort().join('\n'))
    .digest('hex');
}

const TABLE = 'applications';

function toRow(application: Application, cipher: FieldCipher): ApplicationRow {
  const { id, idNumber, phone } = application;
  const sealed = (plain: string, column: string): string =>
    cipher.seal(plain, { table: TABLE, column, row: id });
  return {
    id,
    route: application.route,
    subtype: application.subtype ?? null,
    state: application.state,
    version: 1,
    batch_month: application.batchMonth ?? null,
    roster_id: application.rosterId ?? null,
    digest: digestOf(cipher, application),
    name: application.name,
    printed_name: application.printedName,
    rarity_policy: application.rarityPolicy,
    gender: application.gender,
    id_type: application.idType,
    id_number_sealed: sealed(idNumber, 'id_number'),
    id_number_index: cipher.indexOf(idNumber, 'applications.id_number'),
    phone_sealed: sealed(phone, 'phone'),
    phone_index: cipher.indexOf(phone, 'applications.phone'),
    employer: application.employer ?? null,
    employer_code: application.employerCode ?? null,
    submitting_unit: application.submittingUnit,
    series_code: application.seriesCode,
    series: application.series,
    specialty: application.specialty,
    level: application.level,
    qualification: application.qualification,
    review_body: application.reviewBody,
    obtained_on: application.obtainedOn,
    filed_on: application.filedOn ?? null,
    uploaded_at: application.uploadedAt ?? null,
    upload_deadline: application.uploadDeadline ?? null,
    upload_late: application.uploadLate,
    corrects_number: application.corrects?.number ?? null,
    corrects_version: application.corrects?.version ?? null,
    // a correction stands beside the application it corrects, which keeps the guard
    live_key: application.corrects ? null : liveKeyOf(cipher, application),
  };
}

function toApplication(row: ApplicationRow, cipher: FieldCipher): Application {
  const opened = (sealed: string, column: string): string =>
    cipher.open(sealed, { table: TABLE, column, row: row.id });
  return Object.freeze({
    id: row.id,
    route: row.route as Route, // written by toRow only
    subtype: row.subtype ?? undefined,
    state: row.state as ApplicationState,
    batchMonth: row.batch_month ?? undefined,
    rosterId: row.roster_id ?? undefined,
    name: row.name,
    printedName: row.printed_name,
    rarityPolicy: row.rarity_policy as RarityPolicy,
    gender: row.gender as Gender,
    idType: row.id_type as IdType,
    idNumber: opened(row.id_number_sealed, 'id_number'),
    phone: opened(row.phone_sealed, 'phone'),
    employer: row.employer ?? undefined,
    employerCode: row.employer_code ?? undefined,
    submittingUnit: row.submitting_unit,
    seriesCode: row.series_code,
    series: row.series,
    specialty: row.specialty,
    level: row.level as Level,
    qualification: row.qualification,
    reviewBody: row.review_body,
    obtainedOn: row.obtained_on,
    filedOn: row.filed_on ?? undefined,
    uploadedAt: row.uploaded_at === null ? undefined : Number(row.uploaded_at),
    uploadDeadline: row.upload_deadline ?? undefined,
    uploadLate: Boolean(row.upload_late),
    corrects:
      row.corrects_number === null
        ? undefined
        : { number: row.corrects_number, version: row.corrects_version ?? 1 },
  });
}

function applications(db: Db): Table<ApplicationRow> {
  const { BIGINT, BOOLEAN, CHAR, INTEGER, STRING } = DataTypes;
  return table<ApplicationRow>(db, TABLE, {
    id: { type: CHAR(32), primaryKey: true },
    route: INTEGER,
    subtype: STRING,
    state: STRING,
    version: INTEGER,
    batch_month: STRING,
    roster_id: STRING,
    digest: STRING,
    name: STRING,
    printed_name: STRING,
    rarity_policy: STRING,
    gender: STRING,
    id_type: STRING,
    id_number_sealed: STRING,
    id_number_index: STRING,
    phone_sealed: STRING,
    phone_index: STRING,
    employer: STRING,
    employer_code: STRING,
    submitting_unit: STRING,
    series_code: STRING,
    series: STRING,
    specialty: STRING,
    level: STRING,
    qualification: STRING,
    review_body: STRING,
    obtained_on: STRING,
    filed_on: STRING,
    uploaded_at: BIGINT,
    upload_deadline: STRING,
    upload_late: BOOLEAN,
    corrects_number: STRING,
    corrects_version: INTEGER,
    live_key: STRING,
  });
}

function rosters(db: Db): Table<RosterRowKept> {
  return table<RosterRowKept>(db, 'rosters', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    digest: DataTypes.STRING,
    month: DataTypes.STRING,
    rows_taken: DataTypes.INTEGER,
    taken_at: DataTypes.BIGINT,
    actor: DataTypes.STRING,
  });
}
