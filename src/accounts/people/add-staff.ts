/** A member of staff gets an account with what they act as; password and one-time password secret are shown once and never again. */
import { record } from '../../audit/record.ts';
import { inTransaction, isDuplicate } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { demandAllowed, demandPersonId, demandPhone, invalid } from '../demand.ts';
import type { PersonalAct } from '../role.ts';
import { demandStrong, hashPassword, initialPassword } from '../sign-in/password.ts';
import { newTotpSecret, totpUri } from '../sign-in/totp.ts';
import type { Account } from './account.ts';
import { resolveGrants, type WantedGrant } from './grant.ts';
import { addAccount, addGrants, staffByLogin } from './store.ts';

export interface WantedStaff {
  readonly login: string;
  readonly name: string;
  readonly idNumber: string;
  readonly phone: string;
  readonly grants: readonly WantedGrant[];
  /** Made here unless given; a given one must be strong. */
  readonly password?: string;
  /** Base32; made here unless given. */
  readonly totpSecret?: string;
  /** Whether the password must be changed at the first sign-in; true unless told otherwise. */
  readonly mustChange?: boolean;
  /** The account's id; made here unless given. */
  readonly id?: string;
}

export interface NewSecrets {
  readonly accountId: string;
  readonly initialPassword: string;
  readonly totpUri: string;
  /** Base32. */
  readonly totpSecret: string;
}

const LOGIN = /^[a-z][a-z0-9._-]{2,39}$/;
const MAX_NAME = 60;

/**
 * The account stands and can sign in.
 * @throws DomainError LOGIN_TAKEN, REGISTER_CONFLICT when the person has an account, ORGANISATION_UNKNOWN, REGISTER_INVALID,
 *   CONTENT_INVALID, PASSWORD_WEAK; Forbidden
 */
export async function addStaff(
  world: World,
  act: Act | PersonalAct,
  wanted: WantedStaff,
): Promise<NewSecrets> {
  demandAllowed(act, 'accounts.manage');
  const { login, name } = wanted;
  demandLogin(login, name);
  const person = demandPersonId(wanted.idNumber, act);
  if (wanted.password !== undefined) demandStrong(wanted.password, { login, name });

  const secrets = await newSecrets(world, wanted);
  const account: Account = {
    id: wanted.id ?? world.ids(),
    kind: 'staff',
    login,
    name,
    idNumber: person.number,
    phone: demandPhone(wanted.phone),
    phoneSource: 'bureau',
    mustChange: wanted.mustChange ?? true,
    state: 'active',
    stateNote: undefined,
    createdAt: act.at,
  };
  const { db } = world;
  const kept = { ...account, idType: person.type, credentials: secrets.credentials };
  try {
    await inTransaction(db, async tx => {
      const grants = await resolveGrants(tx, world, wanted.grants);
      await addAccount(tx, world, kept);
      await addGrants(tx, db, { accountId: account.id, added: grants });
      const facts = grants.map(({ organisationId, capacity, duty }) => ({
        action: 'account.granted',
        subject: account.id,
        detail: { organisationId, capacity, duty },
      }));
      await record({ tx, db }, act, [{ action: 'account.added', subject: account.id }, ...facts]);
    });
  } catch (error) {
    if (isDuplicate(error)) throw await conflictOf(world, login);
    throw error;
  }
  return { accountId: account.id, ...secrets.shown };
}

/** A password and a one-time password secret: how they are kept, and how they are shown this once. */
export async function newSecrets(
  world: Pick<World, 'random'>,
  { login, ...given }: { login: string; password?: string; totpSecret?: string },
): Promise<{
  credentials: { passwordHash: string; totpSecret: string };
  shown: Omit<NewSecrets, 'accountId'>;
}> {
  const password = given.password ?? initialPassword(world.random);
  const totpSecret = given.totpSecret ?? newTotpSecret(world.random);
  return {
    credentials: { passwordHash: await hashPassword(password), totpSecret },
    shown: { initialPassword: password, totpUri: totpUri(totpSecret, login), totpSecret },
  };
}

function demandLogin(login: string, name: string): void {
  if (!LOGIN.test(login))
    throw invalid('REGISTER_INVALID', '/login', [
      {
        code: 'LOGIN_INVALID',
        detail: '账号须以小写字母开头，可含数字、点、下划线和连字符，3 至 40 位。',
      },
    ]);
  if (name.trim() === '' || [...name].length > MAX_NAME)
    throw invalid('REGISTER_INVALID', '/name', [
      { code: 'NAME_INVALID', detail: `姓名须为 1 至 ${MAX_NAME} 个字。` },
    ]);
}

async function conflictOf(world: World, login: string): Promise<DomainError> {
  if (await staffByLogin(world, login))
    return new DomainError('LOGIN_TAKEN', '这个账号名已有人使用，请换一个。', { pointer: '/login' });
  return new DomainError('REGISTER_CONFLICT', '此人已有工作人员账号，请在其账号上增加职责。', {
    pointer: '/idNumber',
  });
}
