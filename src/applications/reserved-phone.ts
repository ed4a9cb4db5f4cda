/**
 * The reserved mobile (预留手机号) that somebody other than the holder vouched for: to it goes the first sign-in code (R9, R33). What
 * a person writes in a draft of their own vouches for nothing.
 */
import { holderAccount } from '../accounts/people/store.ts';
import type { World } from '../world.ts';
import type { Application, ApplicationState } from './application.ts';
import { applicationsOf } from './store.ts';

/** States that a route 2 or 4 application reaches only with its employer's approval. */
const AFTER_THE_EMPLOYER: readonly ApplicationState[] = [
  'DEPT_REVIEW',
  'UPLOADED',
  'BUREAU_CHECK',
  'GENERATED',
];

/**
 * The phone of that person's newest application from a roster, from an exam body's roster, or approved by an employer; without any,
 * the phone that an employer gave when it asked the holder to confirm (R11).
 */
export async function reservedPhoneOf(
  world: Pick<World, 'db' | 'cipher'>,
  idNumber: string,
): Promise<string | undefined> {
  const all = await applicationsOf(world, idNumber);
  const newest = all.findLast(isVouchedFor) ?? all.findLast(isAwaitingConfirmation);
  return newest?.phone;
}

/** Where that application's holder is told of it: the phone of their account, which they may have changed, else the application's own. */
export async function phoneOf(
  world: Pick<World, 'db' | 'cipher'>,
  { idNumber, phone }: Pick<Application, 'idNumber' | 'phone'>,
): Promise<string> {
  const account = await holderAccount(world, idNumber);
  return account?.phone ?? phone;
}

function isVouchedFor({ rosterId, state, corrects }: Application): boolean {
  return corrects !== undefined || rosterId !== undefined || AFTER_THE_EMPLOYER.includes(state);
}

function isAwaitingConfirmation({ state, course }: Application): boolean {
  return course.originator === 'employer' && state === 'HOLDER_CONFIRM';
}
