/**
 * Which certificate three facts name (R33): ID number, certificate number and reserved phone, all of one record. Right and wrong facts
 * cost the same three queries.
 */
import { mayReceive } from '../accounts/sign-in/request-code.ts';
import { findHolder } from '../accounts/people/store.ts';
import { isSame } from '../accounts/sessions/session.ts';
import type { Application } from '../applications/application.ts';
import { applicationsById } from '../applications/store.ts';
import { versionsOf, type Certificate } from '../certificate/store.ts';
import type { World } from '../world.ts';
import type { Question } from './lookup.ts';

export interface Match {
  readonly application: Application;
  /** The newest version of its number. */
  readonly certificate: Certificate;
}

type MatchWorld = Pick<World, 'db' | 'cipher'>;

/** The certificate whose holder may be asked at that phone; undefined whichever of the facts is wrong, or when the account is closed. */
export async function findMatch(
  world: MatchWorld,
  { number, idNumber, phone }: Pick<Question, 'number' | 'idNumber' | 'phone'>,
): Promise<Match | undefined> {
  const newest = await findNewest(world, number);
  const account = await findHolder(world, idNumber);
  if (!newest || !isSame(newest.application.idNumber, idNumber)) return undefined;
  if (account && account.state !== 'active') return undefined;
  return mayReceive(phone, { account, fromRecord: newest.application.phone }) ? newest : undefined;
}

/** The newest version of that number, if its holder can still consent: a frozen account is nobody's to speak for. */
export async function findConsenting(world: MatchWorld, number: string): Promise<Match | undefined> {
  const newest = await findNewest(world, number);
  const account = newest && (await findHolder(world, newest.application.idNumber));
  return account && account.state !== 'active' ? undefined : newest;
}

const NO_ID = '0'.repeat(32);

async function findNewest(world: MatchWorld, number: string): Promise<Match | undefined> {
  const certificate = (await versionsOf(world.db, number)).at(-1);
  const id = certificate?.applicationId ?? NO_ID;
  const application = (await applicationsById(world, [id])).get(id);
  return certificate && application ? { certificate, application } : undefined;
}
