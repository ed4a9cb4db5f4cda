/**
 * A holder changes the reserved phone (domain §3.3): shortly after signing in by the old one, by a code to the new one; the old one is
 * told. Whoever can do neither goes to the bureau's handler (holders.ts).
 */
import { record } from '../../audit/record.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction } from '../../db/tx.ts';
import { enqueue } from '../../messages/enqueue.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { demandPhone, invalid } from '../demand.ts';
import { maskPhone } from '../person-id.ts';
import { demandMay, type PersonalAct } from '../role.ts';
import { findLive, signInRequired } from '../sessions/own-sessions.ts';
import { isSame, sessionIdOf } from '../sessions/session.ts';
import { endSessionsOf } from '../sessions/store.ts';
import {
  ADDRESS_FAILURES,
  CODE_FAILURES,
  CODE_LIMITS,
  giveBack,
  takeTries,
  takeTriesIn,
} from '../sign-in/limit.ts';
import { CODE_LIFE_SECONDS, codeHashOf, newCode } from '../sign-in/request-code.ts';
import { codeWrong, TRIES_PER_CODE } from '../sign-in/sign-in-holder.ts';
import { addCode, findCode, takeTry, useCode, type SignInCode } from '../sign-in/store.ts';
import type { Account } from './account.ts';
import { changeAccount, findHolder } from './store.ts';

/** A phone is changed only so soon after signing in: a browser left open changes nothing. */
export const FRESH_SECONDS = 600;

export interface PhoneWanted {
  readonly phone: string;
  /** Of the session in which it is asked. */
  readonly token: string;
  readonly address: string;
}

/**
 * A code is on its way to that phone.
 * @returns id of the request, to be shown again with the code
 * @throws Forbidden; DomainError SIGN_IN_AGAIN, CONTENT_INVALID, TOO_MANY_ATTEMPTS
 */
export async function requestPhoneCode(world: World, act: PersonalAct, wanted: PhoneWanted): Promise<string> {
  demandMay(act.by, 'phone.change-own');
  const account = await demandFresh(world, act, wanted.token);
  const phone = demandPhone(wanted.phone);
  if (phone === account.phone)
    throw invalid('CONTENT_INVALID', '/phone', [
      { code: 'PHONE_SAME', detail: '这就是现在的预留手机，请填写新的号码。' },
    ]);

  const { idNumber } = act.by;
  const id = world.ids();
  const code = newCode(world);
  await inTransaction(world.db, async tx => {
    const tries = [
      { limit: CODE_LIMITS.phoneMinute, of: phone },
      { limit: CODE_LIMITS.phoneDay, of: phone },
      { limit: PERSON_MINUTE, of: idNumber },
      { limit: CODE_LIMITS.personDay, of: idNumber },
      { limit: CODE_LIMITS.addressHour, of: wanted.address },
    ];
    await takeTriesIn(tx, world, { at: act.at, tries });
    await addCode(tx, world, {
      ...{ id, idNumber, phone },
      codeHash: phoneHashOf(world, { requestId: id, code }),
      live: true,
      createdAt: act.at,
      endsAt: act.at + CODE_LIFE_SECONDS,
    });
    await enqueue(tx, world, [{ template: 'phone-code', phone, values: { code } }]);
  });
  return id;
}

/** Its own minute: the person has just been sent a code to sign in by. */
const PERSON_MINUTE = { ...CODE_LIMITS.personMinute, kind: 'phone-code-person-minute' };

export interface PhoneProof {
  readonly requestId: string;
  readonly code: string;
  readonly token: string;
  readonly address: string;
}

/**
 * Codes go to the new phone from now on; the old one is told, and every other session is over.
 * @throws Forbidden; DomainError SIGN_IN_AGAIN, CODE_WRONG, TOO_MANY_ATTEMPTS
 */
export async function changeOwnPhone(
  world: World,
  act: PersonalAct,
  wanted: PhoneProof,
): Promise<{ readonly phoneMasked: string; readonly sessionsEnded: number }> {
  demandMay(act.by, 'phone.change-own');
  await demandFresh(world, act, wanted.token);
  const found = await findCode(world, wanted.requestId);
  const code = found?.idNumber === act.by.idNumber ? found : undefined;
  const tries = [
    { limit: ADDRESS_FAILURES, of: wanted.address },
    ...(code ? [{ limit: CODE_FAILURES, of: 'all' }] : []),
  ];
  await takeTries(world, { at: act.at, tries });
  if (!code) throw codeWrong();

  const done = await inTransaction(world.db, async tx => {
    const { requestId, code: shown } = wanted;
    const mayTry = await takeTry(tx, world.db, { id: code.id, at: act.at, tries: TRIES_PER_CODE });
    const isRight = isSame(phoneHashOf(world, { requestId, code: shown }), code.codeHash);
    // a try that failed stays taken: nothing is thrown in here
    if (!mayTry || !isRight || !(await useCode(tx, world.db, { id: code.id, at: act.at }))) return undefined;
    return change(tx, world, { act, code, token: wanted.token });
  });
  if (!done) throw codeWrong();
  await giveBack(world, { at: act.at, tries });
  return done;
}

async function change(
  tx: Tx,
  world: World,
  { act, code, token }: { act: PersonalAct; code: SignInCode; token: string },
): Promise<{ phoneMasked: string; sessionsEnded: number } | undefined> {
  const account = await findHolder(world, act.by.idNumber, tx);
  if (account?.state !== 'active') return undefined;
  const { id, phone: before } = account;
  // a phone that was only said stays so: the record's still takes its place
  const phoneSource = account.phoneSource === 'self' ? 'self' : 'holder';
  await changeAccount(tx, world, { id, change: { phone: code.phone, phoneSource } });
  const but = sessionIdOf(token);
  const sessionsEnded = await endSessionsOf(tx, world.db, { accountId: id, at: act.at, but });
  const values = { tail: code.phone.slice(-4) };
  if (before !== undefined) await enqueue(tx, world, [{ template: 'phone-changed', phone: before, values }]);
  await record({ tx, db: world.db }, act, [
    { action: 'holder.own-phone-changed', subject: id, detail: { sessionsEnded } },
  ]);
  return { phoneMasked: maskPhone(code.phone), sessionsEnded };
}

/** @throws DomainError SIGN_IN_AGAIN when the session of that token began too long ago */
async function demandFresh(world: World, act: PersonalAct, token: string): Promise<Account> {
  const live = await findLive(world, { token, at: act.at });
  if (!live) throw signInRequired();
  if (act.at < live.session.createdAt + FRESH_SECONDS) return live.account;
  throw new DomainError(
    'SIGN_IN_AGAIN',
    '为了安全，更换预留手机须在登录后 10 分钟内办理，请重新登录后再试。',
  );
}

/** Of another kind than the codes by which one signs in: neither serves for the other. */
function phoneHashOf(
  world: Pick<World, 'cipher'>,
  { requestId, code }: { requestId: string; code: string },
): string {
  return codeHashOf(world, { requestId: `phone\n${requestId}`, code });
}
