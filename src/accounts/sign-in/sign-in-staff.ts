/** Staff sign in by login, password and one-time password. Every refusal looks and lasts the same, whatever was wrong. */
import { record } from '../../audit/record.ts';
import { inSideTransaction } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { spendTotpStep, staffByLogin } from '../people/store.ts';
import { openSession, type Opened } from '../sessions/open-session.ts';
import { ADDRESS_FAILURES, giveBack, LOGIN_FAILURES, takeTries } from './limit.ts';
import { isPassword } from './password.ts';
import { totpStepOf } from './totp.ts';

export interface StaffCredentials {
  readonly login: string;
  readonly password: string;
  /** The one-time password of now. */
  readonly code: string;
  /** Where the request comes from. */
  readonly address: string;
  /** What the browser calls itself. */
  readonly agent: string;
}

/**
 * A session is open for whoever proved to be that member of staff; a one-time password serves once, in all processes.
 * @throws DomainError SIGN_IN_FAILED for an unknown login, a wrong password or a wrong or used code, ACCOUNT_DISABLED, and
 *   TOO_MANY_ATTEMPTS before anything is compared
 */
export async function signInStaff(world: World, act: Act, wanted: StaffCredentials): Promise<Opened> {
  const tries = [
    { limit: LOGIN_FAILURES, of: wanted.login },
    { limit: ADDRESS_FAILURES, of: wanted.address },
  ];
  await takeTries(world, { at: act.at, tries });

  const found = await staffByLogin(world, wanted.login);
  const isRight = await isPassword(wanted.password, found?.credentials.passwordHash);
  const secret = found?.credentials.totpSecret;
  const step = secret === undefined ? undefined : totpStepOf(secret, { code: wanted.code, at: act.at });
  if (!found || !isRight || step === undefined)
    return refuse(world, act, { login: wanted.login, id: found?.account.id });

  const { account } = found;
  const opened = await inSideTransaction(world.db, async tx => {
    if (!(await spendTotpStep(tx, world.db, { id: account.id, step }))) return undefined;
    if (account.state !== 'active') return 'disabled';
    return openSession(tx, world, { account, act, agent: wanted.agent });
  });
  if (opened === undefined) return refuse(world, act, { login: wanted.login, id: account.id });
  await giveBack(world, { at: act.at, tries });
  if (opened === 'disabled')
    throw new DomainError('ACCOUNT_DISABLED', '账号已停用，如需恢复请联系市局管理员。');
  return opened;
}

async function refuse(
  world: World,
  act: Act,
  { login, id }: { login: string; id: string | undefined },
): Promise<never> {
  const subject = id ?? world.cipher.indexOf(login, 'attempts.login').slice(0, 32);
  await inSideTransaction(world.db, async tx =>
    record({ tx, db: world.db }, act, [{ action: 'session.refused', subject, detail: { kind: 'staff' } }]),
  );
  throw new DomainError('SIGN_IN_FAILED', '账号、密码或动态口令不对，请核对后再试。');
}
