/** A member of staff takes a new password; whoever was signed in by the old one elsewhere is out. */
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { findAccount, replacePassword, staffCredentials } from '../people/store.ts';
import { Forbidden, type PersonalAct } from '../role.ts';
import { sessionIdOf } from '../sessions/session.ts';
import { endSessionsOf } from '../sessions/store.ts';
import { giveBack, LOGIN_FAILURES, takeTries } from './limit.ts';
import { demandStrong, hashPassword, isPassword } from './password.ts';

/**
 * The new password is in place and an initial one no longer asks to be changed; only the session of that token goes on.
 * @throws DomainError SIGN_IN_FAILED for a wrong old password, PASSWORD_WEAK, TOO_MANY_ATTEMPTS; Forbidden for holders
 */
export async function changePassword(
  world: World,
  act: PersonalAct,
  wanted: { password: string; newPassword: string; token: string },
): Promise<void> {
  const account = await findAccount(world, act.by.accountId);
  const credentials = await staffCredentials(world, act.by.accountId);
  if (!account || !credentials) throw new Forbidden('持证人以验证码登录，没有密码可改。');
  const login = account.login ?? '';

  const tries = [{ limit: LOGIN_FAILURES, of: login }];
  await takeTries(world, { at: act.at, tries });
  if (!(await isPassword(wanted.password, credentials.passwordHash)))
    throw new DomainError('SIGN_IN_FAILED', '原密码不对，请核对后再试。');
  await giveBack(world, { at: act.at, tries });
  demandStrong(wanted.newPassword, { login, name: account.name });
  if (wanted.newPassword === wanted.password)
    throw new DomainError('PASSWORD_WEAK', '新密码与原密码相同，请换一个。');

  const { db } = world;
  const change = {
    id: account.id,
    before: credentials.passwordHash,
    after: await hashPassword(wanted.newPassword),
  };
  await inTransaction(db, async tx => {
    const isChanged = await replacePassword(tx, db, change);
    if (!isChanged) throw new DomainError('STALE', '密码刚刚已被修改，请重新登录。');
    const others = { accountId: account.id, at: act.at, but: sessionIdOf(wanted.token) };
    const ended = await endSessionsOf(tx, db, others);
    await record({ tx, db }, act, [
      { action: 'account.password-changed', subject: account.id, detail: { sessionsEnded: ended } },
    ]);
  });
}
