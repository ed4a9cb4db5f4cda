/** A holder signs in by the code that was sent to the reserved phone; the first time makes the account (R32). */
import { record } from '../../audit/record.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction, isDuplicate } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { idTypeOf } from '../demand.ts';
import type { Account } from '../people/account.ts';
import { addAccount, changeAccount, findHolder } from '../people/store.ts';
import { openSession, type Opened } from '../sessions/open-session.ts';
import { isSame } from '../sessions/session.ts';
import { endSessionsOf } from '../sessions/store.ts';
import { ADDRESS_FAILURES, CODE_FAILURES, giveBack, takeTries } from './limit.ts';
import { codeHashOf, mayReceive, type KnownPeople } from './request-code.ts';
import { findCode, takeTry, useCode, type SignInCode } from './store.ts';

export const TRIES_PER_CODE = 5;

export interface CodeShown {
  readonly requestId: string;
  readonly code: string;
  readonly address: string;
  readonly agent: string;
}

/**
 * A session is open for the holder; the code is used. Wrong, used, late and unknown all look the same.
 * @throws DomainError CODE_WRONG, TOO_MANY_ATTEMPTS, and ACCOUNT_FROZEN after a right code only
 */
export async function signInHolder(
  world: World,
  act: Act,
  { wanted, people }: { wanted: CodeShown; people: KnownPeople },
): Promise<Opened> {
  const code = await findCode(world, wanted.requestId);
  // a request that was never made cannot be guessed at, so it must not use up what all share
  const tries = [
    { limit: ADDRESS_FAILURES, of: wanted.address },
    ...(code ? [{ limit: CODE_FAILURES, of: 'all' }] : []),
  ];
  await takeTries(world, { at: act.at, tries });
  if (!code) throw codeWrong();
  const fromRecord = await people.reservedPhoneOf(code.idNumber);

  const outcome = await repeatedOnce(async () =>
    inTransaction(world.db, async tx => {
      const entered = (await hasProved(tx, world, { act, code, shown: wanted.code }))
        ? await enter(tx, world, { act, code, fromRecord, agent: wanted.agent })
        : 'wrong';
      if (entered === 'wrong' || entered === 'frozen') await recordRefusal(tx, world, { act, code, entered });
      return entered;
    }),
  );
  if (outcome === 'wrong') throw codeWrong();
  await giveBack(world, { at: act.at, tries });
  if (outcome === 'frozen')
    throw new DomainError('ACCOUNT_FROZEN', '账号已冻结，如需办理请由近亲属持有关证明到市人社局窗口。');
  return outcome;
}

/** True when the code is right and was not used: it is used now. A wrong one takes a try. */
async function hasProved(
  tx: Tx,
  world: World,
  { act, code, shown }: { act: Act; code: SignInCode; shown: string },
): Promise<boolean> {
  const { db } = world;
  const mayTry = await takeTry(tx, db, { id: code.id, at: act.at, tries: TRIES_PER_CODE });
  const isRight = isSame(codeHashOf(world, { requestId: code.id, code: shown }), code.codeHash);
  return mayTry && isRight && code.live && (await useCode(tx, db, { id: code.id, at: act.at }));
}

async function recordRefusal(
  tx: Tx,
  world: World,
  { act, code, entered }: { act: Act; code: SignInCode; entered: string },
): Promise<void> {
  await record({ tx, db: world.db }, act, [
    { action: 'session.refused', subject: code.id, detail: { kind: 'holder', why: entered } },
  ]);
}

async function enter(
  tx: Tx,
  world: World,
  wanted: { act: Act; code: SignInCode; fromRecord: string | undefined; agent: string },
): Promise<Opened | 'wrong' | 'frozen'> {
  const { act, code, fromRecord } = wanted;
  const found = await findHolder(world, code.idNumber, tx);
  // since the code was sent, an application may have named another phone
  if (!mayReceive(code.phone, { account: found, fromRecord })) return 'wrong';
  if (found?.state === 'frozen' || found?.state === 'disabled') return 'frozen';
  const account = found
    ? await settled(tx, world, { act, account: found, fromRecord })
    : await registered(tx, world, { act, code, fromRecord });
  return openSession(tx, world, { account, act, agent: wanted.agent });
}

/** The phone of the record takes the place of one that was only said; whoever came by the old one is out. */
async function settled(
  tx: Tx,
  world: World,
  { act, account, fromRecord }: { act: Act; account: Account; fromRecord: string | undefined },
): Promise<Account> {
  if (account.phoneSource !== 'self' || fromRecord === undefined) return account;
  const change = { phone: fromRecord, phoneSource: 'record' as const };
  await changeAccount(tx, world, { id: account.id, change });
  if (account.phone !== fromRecord) await endSessionsOf(tx, world.db, { accountId: account.id, at: act.at });
  return { ...account, ...change };
}

async function registered(
  tx: Tx,
  world: World,
  { act, code, fromRecord }: { act: Act; code: SignInCode; fromRecord: string | undefined },
): Promise<Account> {
  const account: Account = {
    id: world.ids(),
    kind: 'holder',
    login: undefined,
    name: '',
    idNumber: code.idNumber,
    phone: code.phone,
    phoneSource: fromRecord === undefined ? 'self' : 'record',
    mustChange: false,
    state: 'active',
    stateNote: undefined,
    createdAt: act.at,
  };
  await addAccount(tx, world, { ...account, idType: idTypeOf(code.idNumber) });
  return account;
}

/** Two first sign-ins of one person at once: the second finds the account that the first made. */
async function repeatedOnce<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return body();
  }
}

/** Wrong, used, late and unknown look the same. */
export function codeWrong(): DomainError {
  return new DomainError('CODE_WRONG', '验证码不对或已失效，请核对后再试，或重新获取。');
}
