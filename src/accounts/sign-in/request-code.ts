/**
 * A holder asks for a sign-in code by ID number and phone. The answer is the same whether a message leaves or not: nobody learns here
 * who is known, or by which phone (R33: the reserved phone and the person must match).
 */
import type { World } from '../../world.ts';
import { inTransaction } from '../../db/tx.ts';
import { enqueue } from '../../messages/enqueue.ts';
import type { Act } from '../../shared/act.ts';
import { demandPersonId, demandPhone } from '../demand.ts';
import type { Account } from '../people/account.ts';
import { findHolder } from '../people/store.ts';
import { CODE_LIMITS, takeTriesIn, type Limited } from './limit.ts';
import { addCode } from './store.ts';

/** People who are known by their applications; the modules that keep those stand to the right of this one. */
export interface KnownPeople {
  /** The reserved phone in the person's newest application, if there is any. */
  reservedPhoneOf(idNumber: string): Promise<string | undefined>;
}

export const CODE_LIFE_SECONDS = 300;
const CODE_DIGITS = 6;

export interface CodeRequest {
  readonly idNumber: string;
  readonly phone: string;
  readonly address: string;
}

/**
 * A code is on its way to the phone, if it is the reserved one; a person whom nobody knows yet registers with the phone they give.
 * @returns id of the request, to be shown again with the code
 * @throws DomainError CONTENT_INVALID for a malformed number or phone, TOO_MANY_ATTEMPTS
 */
export async function requestCode(
  world: World,
  act: Act,
  { wanted, people }: { wanted: CodeRequest; people: KnownPeople },
): Promise<string> {
  const { number: idNumber } = demandPersonId(wanted.idNumber, act);
  const phone = demandPhone(wanted.phone);

  const account = await findHolder(world, idNumber);
  const live = mayReceive(phone, { account, fromRecord: await people.reservedPhoneOf(idNumber) });
  const code = newCode(world);
  const id = world.ids();
  await inTransaction(world.db, async tx => {
    await takeTriesIn(tx, world, { at: act.at, tries: triesOf({ ...wanted, idNumber, phone }) });
    await addCode(tx, world, {
      id,
      idNumber,
      phone,
      codeHash: codeHashOf(world, { requestId: id, code }),
      live,
      createdAt: act.at,
      endsAt: act.at + CODE_LIFE_SECONDS,
    });
    if (live) await enqueue(tx, world, [{ template: 'sign-in-code', phone, values: { code } }]);
  });
  return id;
}

/** Six digits that nobody can foresee. */
export function newCode({ random }: Pick<World, 'random'>): string {
  return String(random(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
}

/**
 * True when a code for that person may go to that phone: the account's reserved one, but the record's instead of one that was only
 * said; any phone for a person whom nobody knows.
 */
export function mayReceive(
  phone: string,
  known: { readonly account: Account | undefined; readonly fromRecord: string | undefined },
): boolean {
  const reserved = reservedPhoneIn(known);
  return reserved === undefined ? known.account === undefined : reserved === phone;
}

/** The account's reserved phone, but the record's instead of one that was only said. */
function reservedPhoneIn({ account, fromRecord }: Parameters<typeof mayReceive>[1]): string | undefined {
  if (account?.phone !== undefined && account.phoneSource !== 'self') return account.phone;
  return fromRecord ?? account?.phone;
}

/** Where messages to that person go; undefined for a person whom nobody knows. */
export async function reservedPhoneFor(
  world: World,
  people: KnownPeople,
  idNumber: string,
): Promise<string | undefined> {
  const account = await findHolder(world, idNumber);
  return reservedPhoneIn({ account, fromRecord: await people.reservedPhoneOf(idNumber) });
}

/** Only its request makes anything of a code, and only with the field key. */
export function codeHashOf(
  { cipher }: Pick<World, 'cipher'>,
  { requestId, code }: { requestId: string; code: string },
): string {
  return cipher.indexOf(`${requestId}\n${code}`, 'sign_in_codes.code');
}

function triesOf({ idNumber, phone, address }: CodeRequest): readonly Limited[] {
  return [
    { limit: CODE_LIMITS.phoneMinute, of: phone },
    { limit: CODE_LIMITS.phoneDay, of: phone },
    { limit: CODE_LIMITS.personMinute, of: idNumber },
    { limit: CODE_LIMITS.personDay, of: idNumber },
    { limit: CODE_LIMITS.addressHour, of: address },
  ];
}
