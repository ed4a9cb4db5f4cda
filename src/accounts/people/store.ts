/** Tables `accounts` and `account_grants`. ID numbers, phones and TOTP secrets are sealed here. Touches no other table. */
import { col, DataTypes, fn, Op, where as whereThat, type Utils } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { FieldCipher } from '../../db/field-cipher.ts';
import { DomainError } from '../../shared/errors.ts';
import type { Capacity } from '../organisation.ts';
import type { AccountKind, Actor, Duty, Grant } from '../role.ts';
import type { Account, AccountState, Credentials, PhoneSource } from './account.ts';

interface AccountRow {
  id: string;
  kind: string;
  login: string | null;
  name: string;
  id_type: string | null;
  id_number_sealed: string | null;
  person_index: string | null;
  phone_sealed: string | null;
  phone_source: string | null;
  password_hash: string | null;
  totp_sealed: string | null;
  totp_step: number;
  must_change: boolean;
  state: string;
  state_note: string | null;
  created_at: number;
}
interface GrantRow {
  id: string;
  account_id: string;
  organisation_id: string;
  capacity: string;
  duty: string;
}

/** What every function here needs: the database and the cipher of its personal fields. */
export interface AccountScope {
  readonly db: Db;
  readonly cipher: FieldCipher;
}

const TABLE = 'accounts';

/** Where this table's sealed fields are, for the change of field keys. */
export const SEALED = {
  table: TABLE,
  key: ['id'],
  texts: { id_number_sealed: 'id_number', phone_sealed: 'phone', totp_sealed: 'totp' },
} as const;

/** The account stands. @throws SequelizeUniqueConstraintError when login or person has one already */
export async function addAccount(
  tx: Tx,
  scope: AccountScope,
  added: Account & { readonly idType: string; readonly credentials?: Credentials },
): Promise<void> {
  const { id, kind, name, idNumber, idType, credentials } = added;
  await accounts(scope.db).create(
    {
      id,
      kind,
      login: added.login ?? null,
      name,
      id_type: idType,
      id_number_sealed: sealed(scope, { id, column: 'id_number', plain: idNumber }),
      person_index: personIndex(scope, idNumber),
      ...phoneColumns(scope, id, added),
      password_hash: credentials?.passwordHash ?? null,
      totp_sealed: credentials ? sealed(scope, { id, column: 'totp', plain: credentials.totpSecret }) : null,
      totp_step: 0,
      must_change: added.mustChange,
      state: added.state,
      state_note: added.stateNote ?? null,
      created_at: added.createdAt,
    },
    { transaction: tx },
  );
}

export async function findAccount(scope: AccountScope, id: string, tx?: Tx): Promise<Account | undefined> {
  const row = await accounts(scope.db).findOne({ where: { id }, transaction: tx ?? null, raw: true });
  return row ? toAccount(row as unknown as AccountRow, scope) : undefined;
}

/** The staff account, locked until the transaction ends. @throws DomainError NOT_FOUND when there is none, or it is a holder's */
export async function lockStaff(tx: Tx, scope: AccountScope, id: string): Promise<Account> {
  const row = await accounts(scope.db).findOne({
    where: { id, kind: 'staff' },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  const found = row as unknown as AccountRow | null;
  // as in staffByLogin: to MariaDB the id with a blank behind it is the same one
  if (found?.id !== id) throw new DomainError('NOT_FOUND', '没有这个账号，请核对后再试。');
  return toAccount(found, scope);
}

/** A staff account with what proves it, by its login. */
export async function staffByLogin(
  scope: AccountScope,
  login: string,
): Promise<{ account: Account; credentials: Credentials } | undefined> {
  const found = await accounts(scope.db).findOne({ where: { login, kind: 'staff' }, raw: true });
  const row = found as unknown as AccountRow | null;
  // trailing blanks and letter case are equal to some databases, never to us
  if (row?.login !== login) return undefined;
  return { account: toAccount(row, scope), credentials: toCredentials(row, scope) };
}

/** A staff account with what proves it, by its id. */
export async function staffCredentials(scope: AccountScope, id: string): Promise<Credentials | undefined> {
  const row = await accounts(scope.db).findOne({ where: { id, kind: 'staff' }, raw: true });
  return row ? toCredentials(row as unknown as AccountRow, scope) : undefined;
}

/** The holder's account by ID number; inside a transaction it is locked until the end. */
export async function findHolder(
  scope: AccountScope,
  idNumber: string,
  tx?: Tx,
): Promise<Account | undefined> {
  const row = await accounts(scope.db).findOne({
    where: { kind: 'holder', person_index: personIndex(scope, idNumber) },
    ...(tx ? { transaction: tx, lock: tx.LOCK.UPDATE } : {}),
    raw: true,
  });
  return row ? toAccount(row as unknown as AccountRow, scope) : undefined;
}

/** Id, state and reserved phone of that person's holder account. */
export async function holderAccount(
  scope: AccountScope,
  idNumber: string,
): Promise<{ id: string; state: AccountState; phone: string | undefined } | undefined> {
  const found = await findHolder(scope, idNumber);
  return found && { id: found.id, state: found.state, phone: found.phone };
}

/** What may change of an account; what is not named stays. */
export interface AccountChange {
  readonly state?: AccountState;
  readonly stateNote?: string | undefined;
  readonly phone?: string;
  readonly phoneSource?: PhoneSource;
  readonly credentials?: Credentials;
  readonly mustChange?: boolean;
}

export async function changeAccount(
  tx: Tx,
  scope: AccountScope,
  { id, change }: { id: string; change: AccountChange },
): Promise<void> {
  const columns: Partial<AccountRow> = {};
  if (change.state !== undefined) columns.state = change.state;
  if ('stateNote' in change) columns.state_note = change.stateNote ?? null;
  if (change.phone !== undefined) Object.assign(columns, phoneColumns(scope, id, change));
  if (change.mustChange !== undefined) columns.must_change = change.mustChange;
  if (change.credentials) {
    columns.password_hash = change.credentials.passwordHash;
    columns.totp_sealed = sealed(scope, { id, column: 'totp', plain: change.credentials.totpSecret });
    columns.totp_step = 0;
  }
  await accounts(scope.db).update(columns, { where: { id }, transaction: tx });
}

/** The new hash is in place of the old. @returns false when somebody changed it meanwhile */
export async function replacePassword(
  tx: Tx,
  db: Db,
  change: { id: string; before: string; after: string },
): Promise<boolean> {
  const [count] = await accounts(db).update(
    { password_hash: change.after, must_change: false },
    { where: { id: change.id, password_hash: change.before }, transaction: tx },
  );
  return count === 1;
}

/** RFC 6238 §5.2: a code is accepted once; this step and every earlier one are spent. @returns false when it was spent already */
export async function spendTotpStep(tx: Tx, db: Db, spent: { id: string; step: number }): Promise<boolean> {
  const [count] = await accounts(db).update(
    { totp_step: spent.step },
    { where: { id: spent.id, totp_step: { [Op.lt]: spent.step } }, transaction: tx },
  );
  return count === 1;
}

/** One page of staff accounts by id: of one organisation, or found by a text, when they are told. */
export async function listStaff(
  scope: AccountScope,
  wanted: {
    organisationId?: string | undefined;
    /** A part of the login or of the name. */
    text?: string | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<readonly Account[]> {
  const ids =
    wanted.organisationId === undefined ? undefined : await accountsOf(scope.db, wanted.organisationId);
  const rows = await accounts(scope.db).findAll({
    where: {
      kind: 'staff',
      [Op.and]: [
        ...(ids ? [{ id: { [Op.in]: ids } }] : []),
        ...(wanted.after === undefined ? [] : [{ id: { [Op.gt]: wanted.after } }]),
        ...(wanted.text === undefined ? [] : [{ [Op.or]: holding(wanted.text) }]),
      ],
    },
    order: [['id', 'ASC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as AccountRow[]).map(row => toAccount(row, scope));
}

/** Not LIKE: what is sought may hold its wildcards. */
function holding(text: string): Utils.Where[] {
  const found = (name: string, part: string) => whereThat(fn('INSTR', col(name), part), { [Op.gt]: 0 });
  return [found('login', text.toLowerCase()), found('name', text)];
}

async function accountsOf(db: Db, organisationId: string): Promise<string[]> {
  const rows = await grants(db).findAll({ where: { organisation_id: organisationId }, raw: true });
  return [...new Set((rows as unknown as GrantRow[]).map(row => row.account_id))];
}

/** Logins of those of these ids that are accounts of staff. */
export async function loginsOf(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await accounts(db).findAll({
    attributes: ['id', 'login'],
    where: { kind: 'staff', id: { [Op.in]: [...new Set(ids)] } },
    raw: true,
  });
  return new Map((rows as unknown as AccountRow[]).map(row => [row.id, row.login ?? '']));
}

/** The grants of these accounts, by account. */
export async function grantsOf(
  db: Db,
  accountIds: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, readonly Grant[]>> {
  const rows = (await grants(db).findAll({
    where: { account_id: { [Op.in]: [...accountIds] } },
    order: [['id', 'ASC']],
    transaction: tx ?? null,
    raw: true,
  })) as unknown as GrantRow[];
  const found = new Map<string, Grant[]>(accountIds.map(id => [id, []]));
  for (const row of rows) found.get(row.account_id)?.push(toGrant(row));
  return found;
}

/** The account acts for that organisation from now on. @throws SequelizeUniqueConstraintError when it does already */
export async function addGrants(
  tx: Tx,
  db: Db,
  { accountId, added }: { accountId: string; added: readonly Grant[] },
): Promise<void> {
  await grants(db).bulkCreate(
    added.map(({ id, organisationId, capacity, duty }) => ({
      id,
      account_id: accountId,
      organisation_id: organisationId,
      capacity,
      duty,
    })),
    { transaction: tx },
  );
}

/** @returns false when the account has no such grant */
export async function removeGrant(
  tx: Tx,
  db: Db,
  removed: { accountId: string; grantId: string },
): Promise<boolean> {
  const where = { id: removed.grantId, account_id: removed.accountId };
  return (await grants(db).destroy({ where, transaction: tx })) === 1;
}

/** Whoever that account is. @throws DomainError NOT_FOUND when there is none */
export async function actorOf(world: AccountScope, accountId: string): Promise<Actor> {
  const account = await findAccount(world, accountId);
  if (!account) throw new DomainError('NOT_FOUND', '没有这个账号，请核对后再试。');
  return toActor(world.db, account);
}

/** The account as whoever is behind an act. */
export async function toActor(db: Db, account: Account): Promise<Actor> {
  const { id, kind, name, idNumber } = account;
  const held = kind === 'staff' ? ((await grantsOf(db, [id])).get(id) ?? []) : [];
  return { accountId: id, kind, name, idNumber, grants: held };
}

/** Phones of the bureau's people who have that duty and may sign in. */
export async function phonesOfBureau(world: AccountScope, duty: Duty): Promise<string[]> {
  const held = await grants(world.db).findAll({ where: { capacity: 'bureau', duty }, raw: true });
  const ids = (held as unknown as GrantRow[]).map(row => row.account_id);
  const rows = await accounts(world.db).findAll({
    where: { id: { [Op.in]: ids }, state: 'active' },
    order: [['id', 'ASC']],
    raw: true,
  });
  const phones = (rows as unknown as AccountRow[]).map(row => toAccount(row, world).phone);
  return [...new Set(phones.filter(phone => phone !== undefined))];
}

function phoneColumns(
  scope: AccountScope,
  id: string,
  {
    phone,
    phoneSource,
  }: { readonly phone?: string | undefined; readonly phoneSource?: PhoneSource | undefined },
): Pick<AccountRow, 'phone_sealed' | 'phone_source'> {
  return {
    phone_sealed: phone === undefined ? null : sealed(scope, { id, column: 'phone', plain: phone }),
    phone_source: phoneSource ?? null,
  };
}

function personIndex({ cipher }: AccountScope, idNumber: string): string {
  return cipher.indexOf(idNumber, 'accounts.id_number');
}

function sealed({ cipher }: AccountScope, field: { id: string; column: string; plain: string }): string {
  return cipher.seal(field.plain, { table: TABLE, column: field.column, row: field.id });
}

function opened(
  { cipher }: AccountScope,
  row: AccountRow,
  column: 'id_number' | 'phone' | 'totp',
): string | undefined {
  const value = row[`${column}_sealed`];
  return value === null ? undefined : cipher.open(value, { table: TABLE, column, row: row.id });
}

function toAccount(row: AccountRow, scope: AccountScope): Account {
  return {
    id: row.id,
    kind: row.kind as AccountKind, // written by addAccount only, as the words below
    login: row.login ?? undefined,
    name: row.name,
    idNumber: opened(scope, row, 'id_number') ?? '',
    phone: opened(scope, row, 'phone'),
    phoneSource: (row.phone_source ?? undefined) as PhoneSource | undefined,
    mustChange: Boolean(row.must_change),
    state: row.state as AccountState,
    stateNote: row.state_note ?? undefined,
    createdAt: Number(row.created_at),
  };
}

function toCredentials(row: AccountRow, scope: AccountScope): Credentials {
  return { passwordHash: row.password_hash ?? '', totpSecret: opened(scope, row, 'totp') ?? '' };
}

function toGrant(row: GrantRow): Grant {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    capacity: row.capacity as Capacity, // written by addGrants only
    duty: row.duty as Duty,
  };
}

function accounts(db: Db): Table<AccountRow> {
  const { BIGINT, BOOLEAN, CHAR, STRING } = DataTypes;
  return table<AccountRow>(db, TABLE, {
    id: { type: CHAR(32), primaryKey: true },
    kind: STRING,
    login: STRING,
    name: STRING,
    id_type: STRING,
    id_number_sealed: STRING,
    person_index: STRING,
    phone_sealed: STRING,
    phone_source: STRING,
    password_hash: STRING,
    totp_sealed: STRING,
    totp_step: BIGINT,
    must_change: BOOLEAN,
    state: STRING,
    state_note: STRING,
    created_at: BIGINT,
  });
}

function grants(db: Db): Table<GrantRow> {
  return table<GrantRow>(db, 'account_grants', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    account_id: DataTypes.STRING,
    organisation_id: DataTypes.STRING,
    capacity: DataTypes.STRING,
    duty: DataTypes.STRING,
  });
}
