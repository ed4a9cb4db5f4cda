/** Table `applications`. ID numbers, phones and drafts are sealed here and nowhere leave unsealed but inside an Application. */
import { DataTypes, literal, Op, type WhereOptions } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { Instant, Month } from '../shared/time.ts';
import {
  isGuarding,
  type Application,
  type ApplicationState,
  type Originator,
  type Turn,
  type Step,
} from './application.ts';
import { TABLE, toApplication, toRow, type ApplicationRow } from './row.ts';

/** What every function here needs: the database and the cipher of its personal fields. */
export interface ApplicationScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
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
  const found = (rows as unknown as ApplicationRow[]).map(row => toApplication(row, scope.cipher));
  // the index is not bound to its row: only what was sealed says whose it is
  return found.filter(application => application.idNumber === idNumber);
}

/** These applications, locked until the transaction ends, by id; absent ids are absent. */
export async function lockApplications(
  tx: Tx,
  scope: ApplicationScope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Application>> {
  const rows = (await applications(scope.db).findAll({
    where: { id: { [Op.in]: [...ids] } },
    order: [['id', 'ASC']],
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  })) as unknown as ApplicationRow[];
  return new Map(rows.map(row => [row.id, toApplication(row, scope.cipher)]));
}

/**
 * These applications have taken that step: what the step names is set (named and undefined: cleared), what it does not name stays;
 * versions rise by one. The caller holds their locks. A state that guards no title frees it.
 */
export async function stepApplications(
  tx: Tx,
  db: Db,
  { ids, step }: { ids: readonly string[]; step: Step },
): Promise<void> {
  await applications(db).update(
    {
      ...stepColumns(step),
      // a claim that ended guards no title, and a correction that ended stands in no other's way
      ...(isGuarding(step.state) ? {} : { live_key: null, corrects_number: null, corrects_version: null }),
      version: literal('version + 1') as unknown as number, // Sequelize's row type knows no expressions
    },
    { where: { id: { [Op.in]: [...ids] } }, transaction: tx },
  );
}

function stepColumns(step: Step): Partial<ApplicationRow> {
  const columns: Partial<ApplicationRow> = {
    state: step.state,
    turn_kind: step.turn?.kind ?? null,
    turn_id: step.turn?.organisationId ?? null,
    changed_at: step.at,
  };
  if ('batchMonth' in step) columns.batch_month = step.batchMonth ?? null;
  if ('uploadedAt' in step) columns.uploaded_at = step.uploadedAt ?? null;
  if ('passedAt' in step) columns.passed_at = step.passedAt ?? null;
  if ('reason' in step) columns.reason = step.reason ?? null;
  if (step.rejectProposed !== undefined) columns.reject_proposed = step.rejectProposed;
  if ('checkedBy' in step) columns.checked_by = step.checkedBy ?? null;
  if ('carriedFrom' in step) columns.carried_from = step.carriedFrom ?? null;
  return columns;
}

/**
 * The application says what is given, under the next version; nothing happens unless it is still at the version it was read at.
 * @param application with the course's version as it was read
 * @returns false when somebody changed it meanwhile
 * @throws SequelizeUniqueConstraintError when a live claim to the same title exists
 */
export async function rewriteApplication(
  tx: Tx,
  scope: ApplicationScope,
  application: Application,
): Promise<boolean> {
  const { version } = application.course;
  const { id, ...columns } = toRow(application, scope.cipher);
  const [count] = await applications(scope.db).update(
    { ...columns, version: version + 1 },
    { where: { id, version }, transaction: tx },
  );
  return count === 1;
}

/** How many drafts of that person lie open, begun by the same: the holder, or that employer. */
export async function countDrafts(
  db: Db,
  drafts: {
    readonly idNumberIndex: string;
    readonly originator: Originator;
    readonly employerId: string | undefined;
  },
  tx: Tx,
): Promise<number> {
  const where = {
    id_number_index: drafts.idNumberIndex,
    state: 'DRAFT',
    originator: drafts.originator,
    employer_id: drafts.employerId ?? null,
  };
  return applications(db).count({ where, transaction: tx });
}

/** Which of these passes stand already. */
export async function knownPasses(
  db: Db,
  passKeys: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let at = 0; at < passKeys.length; at += 500) {
    const rows = (await applications(db).findAll({
      attributes: ['id', 'pass_key'],
      where: { pass_key: { [Op.in]: passKeys.slice(at, at + 500) } },
      transaction: tx ?? null,
      raw: true,
    })) as unknown as ApplicationRow[];
    for (const row of rows) if (row.pass_key !== null) found.set(row.pass_key, row.id);
  }
  return found;
}

/** The application no longer stands for its pass: another one does. */
export async function releasePass(tx: Tx, db: Db, id: string): Promise<void> {
  await applications(db).update({ pass_key: null }, { where: { id }, transaction: tx });
}

/** Removes applications for good: only drafts that nobody touched for long. */
export async function deleteApplications(tx: Tx, db: Db, ids: readonly string[]): Promise<void> {
  await applications(db).destroy({ where: { id: { [Op.in]: [...ids] } }, transaction: tx });
}

export const SORTS = ['changedAt', '-changedAt'] as const;
export type Sort = (typeof SORTS)[number];

/** Whose list it is, what is wanted of it and where to go on. */
export interface ListQuery {
  readonly whose:
    | { readonly personIndex: string }
    | { readonly employerId: string }
    | { readonly departmentId: string }
    | { readonly examBodyId: string }
    | { readonly organiserId: string }
    | 'all';
  readonly states?: readonly ApplicationState[] | undefined;
  /** All states but these: told as such, because naming the many others makes databases sort what an index holds in order. */
  readonly exceptStates?: readonly ApplicationState[] | undefined;
  /** Of these states only what was uploaded to the bureau. */
  readonly uploadedIn?: readonly ApplicationState[] | undefined;
  readonly month?: Month | undefined;
  readonly idNumberIndex?: string | undefined;
  readonly name?: string | undefined;
  readonly late?: boolean | undefined;
  readonly awaitingUpload?: boolean | undefined;
  readonly rejectProposed?: boolean | undefined;
  /** Whose move it is. */
  readonly turn?: Turn | undefined;
  readonly changedBefore?: Instant | undefined;
  readonly sort: Sort;
  readonly after?: { readonly changedAt: Instant; readonly id: string } | undefined;
  readonly limit: number;
}

/** One page of a list in its order, by key and not by offset: page 2,000 costs what page 1 costs. */
export async function listApplications(
  scope: ApplicationScope,
  query: ListQuery,
): Promise<readonly Application[]> {
  const descending = query.sort === '-changedAt';
  const rows = (await applications(scope.db).findAll({
    where: whereOf(query),
    order: [
      ['changed_at', descending ? 'DESC' : 'ASC'],
      ['id', descending ? 'DESC' : 'ASC'],
    ],
    limit: query.limit,
    raw: true,
  })) as unknown as ApplicationRow[];
  return rows.map(row => toApplication(row, scope.cipher));
}

/** How many applications of that list stand in each state. */
export async function countByState(
  db: Db,
  query: CountQuery,
): Promise<Readonly<Partial<Record<ApplicationState, number>>>> {
  const { uploadedIn, exceptStates = [], ...rest } = query;
  if (!uploadedIn) return countRows(db, query);
  // most are counted by their index alone; only these few must be looked at
  const plain = await countRows(db, { ...rest, exceptStates: [...exceptStates, ...uploadedIn] });
  const uploaded = await countRows(db, { ...rest, states: uploadedIn, uploadedIn });
  return { ...plain, ...uploaded };
}

export type CountQuery = Pick<
  ListQuery,
  'whose' | 'month' | 'exceptStates' | 'uploadedIn' | 'late' | 'awaitingUpload' | 'turn' | 'rejectProposed'
>;

async function countRows(
  db: Db,
  query: CountQuery & Pick<ListQuery, 'states'>,
): Promise<Readonly<Partial<Record<ApplicationState, number>>>> {
  const rows = (await applications(db).findAll({
    attributes: ['state', [literal('COUNT(*)'), 'count']],
    where: whereOf({ ...query, sort: 'changedAt', limit: 0 }),
    group: ['state'],
    raw: true,
  })) as unknown as { state: ApplicationState; count: number }[];
  return Object.fromEntries(rows.map(row => [row.state, Number(row.count)]));
}

function whereOf(query: ListQuery): WhereOptions<ApplicationRow> {
  const where: Record<string | symbol, unknown> = { ...ownerColumn(query.whose) };
  if (query.states) where['state'] = { [Op.in]: [...query.states] };
  else if (query.exceptStates) where['state'] = { [Op.notIn]: [...query.exceptStates] };
  if (query.month !== undefined) where['batch_month'] = query.month;
  if (query.idNumberIndex !== undefined) where['id_number_index'] = query.idNumberIndex;
  if (query.name !== undefined) where['name'] = query.name;
  if (query.late !== undefined) where['upload_late'] = query.late;
  if (query.awaitingUpload !== undefined)
    where['passed_at'] = query.awaitingUpload ? { [Op.ne]: null } : null;
  if (query.rejectProposed !== undefined) where['reject_proposed'] = query.rejectProposed;
  if (query.turn) where['turn_kind'] = query.turn.kind;
  if (query.turn?.organisationId !== undefined) where['turn_id'] = query.turn.organisationId;
  const conditions = conditionsOf(query);
  if (conditions.length > 0) where[Op.and] = conditions;
  return where as WhereOptions<ApplicationRow>;
}

/** What one column's value alone does not say. */
function conditionsOf(query: ListQuery): readonly unknown[] {
  const conditions: unknown[] = [];
  // a holder does not see what an employer has not yet asked them to confirm (visible.ts)
  if (query.whose !== 'all' && 'personIndex' in query.whose)
    conditions.push({ [Op.or]: [{ state: { [Op.ne]: 'DRAFT' } }, { originator: { [Op.ne]: 'employer' } }] });
  if (query.uploadedIn)
    conditions.push({
      [Op.or]: [{ state: { [Op.notIn]: [...query.uploadedIn] } }, { uploaded_at: { [Op.ne]: null } }],
    });
  if (query.after) {
    const { changedAt, id } = query.after;
    const [beyond, upTo] = query.sort === '-changedAt' ? [Op.lt, Op.lte] : [Op.gt, Op.gte];
    // the first condition says nothing new, but it is one that an index can begin at
    conditions.push({ changed_at: { [upTo]: changedAt } });
    conditions.push({ [Op.or]: [{ changed_at: { [beyond]: changedAt } }, { id: { [beyond]: id } }] });
  }
  if (query.changedBefore !== undefined) conditions.push({ changed_at: { [Op.lt]: query.changedBefore } });
  return conditions;
}

function ownerColumn(whose: ListQuery['whose']): Partial<ApplicationRow> {
  if (whose === 'all') return {};
  if ('personIndex' in whose) return { id_number_index: whose.personIndex };
  if ('employerId' in whose) return { employer_id: whose.employerId };
  if ('departmentId' in whose) return { department_id: whose.departmentId };
  if ('examBodyId' in whose) return { exam_body_id: whose.examBodyId };
  return { organiser_id: whose.organiserId };
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
    corrects_reason: STRING,
    live_key: STRING,
    round: INTEGER,
    originator: STRING,
    employer_id: STRING,
    department_id: STRING,
    exam_body_id: STRING,
    organiser_id: STRING,
    turn_kind: STRING,
    turn_id: STRING,
    submitted_at: BIGINT,
    passed_at: BIGINT,
    changed_at: BIGINT,
    reason: STRING,
    reject_proposed: BOOLEAN,
    checked_by: STRING,
    carried_from: STRING,
    entrust_letter: STRING,
    external_number: STRING,
    draft_sealed: DataTypes.TEXT,
    pass_key: STRING,
  });
}
