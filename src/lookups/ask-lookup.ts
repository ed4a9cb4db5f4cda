/**
 * Somebody asks about another person's certificate (R33). When the three facts are one record's, a code goes to the holder's phone, and
 * giving it away is the consent. The asker gets one answer after one duration whatever became of it.
 */
import { takeTriesIn } from '../accounts/sign-in/limit.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { onTheBeat } from './beat.ts';
import { challengeInvalid, demandSolved, type Solved } from './challenge.ts';
import {
  CODE_LIFE_SECONDS,
  demandQuestion,
  LOOKUP_LIMITS,
  type LookupRules,
  type LookupWanted,
  type Question,
} from './lookup.ts';
import { findMatch, type Match } from './match.ts';
import { addLookup, spendChallenge } from './store.ts';

const CODE_DIGITS = 6;

export interface Asked extends LookupWanted {
  readonly challenge: string;
  readonly nonce: string;
  readonly address: string;
}

/**
 * The question is on record; a code is on its way if all was right and the phone has had few. Never tells which.
 * @returns id of the lookup, to be shown again with the code
 * @throws DomainError CONTENT_INVALID, PAPER_CERTIFICATE, CHALLENGE_INVALID, and TOO_MANY_ATTEMPTS of the address: before anything is looked up
 */
export async function askLookup(
  world: World,
  act: Act,
  { wanted, rules }: { wanted: Asked; rules: LookupRules },
): Promise<string> {
  const question = demandQuestion(wanted, act);
  const solved = demandSolved(world, act, wanted);
  await admit(world, act, { solved, address: wanted.address });

  return onTheBeat(rules.beatMs, async () => ask(world, act, question));
}

/** The challenge is spent and the address has one question less; a replay costs its address one too. */
async function admit(
  world: World,
  act: Act,
  { solved, address }: { solved: Solved; address: string },
): Promise<void> {
  const tries = [{ limit: LOOKUP_LIMITS.addressHour, of: address }];
  const isFirst = await inTransaction(world.db, async tx => {
    await takeTriesIn(tx, world, { at: act.at, tries });
    return spendChallenge(tx, world.db, solved);
  });
  if (!isFirst) throw challengeInvalid();
}

async function ask(world: World, act: Act, question: Question): Promise<string> {
  const { phone, requester, purpose } = question;
  const match = await findMatch(world, question);
  const code = String(world.random(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
  const id = world.ids();
  const applicationId = match?.application.id;

  await inTransaction(world.db, async tx => {
    const mayReach = await takeMessage(tx, world, { act, phone, match });
    const sent = match !== undefined && mayReach;
    await addLookup(tx, world.db, {
      id,
      applicationId,
      number: match?.certificate.number,
      requester,
      purpose,
      codeHash: codeHashOf(world, { lookupId: id, code }),
      sent,
      createdAt: act.at,
      endsAt: act.at + CODE_LIFE_SECONDS,
      answeredAt: undefined,
    });
    const values = { requester, purpose, code };
    if (sent) await enqueue(tx, world, [{ template: 'lookup-code', phone, values }]);
    const detail = { lookup: id, matched: match !== undefined, sent };
    await record({ tx, db: world.db }, act, [
      { action: 'lookup.requested', subject: applicationId ?? id, detail },
    ]);
  });
  return id;
}

/** True when the phone may get a message now. Facts that match nothing take from counters of nobody: the same work, no holder's loss. */
async function takeMessage(
  tx: Tx,
  world: World,
  { act, phone, match }: { act: Act; phone: string; match: Match | undefined },
): Promise<boolean> {
  const of = match ? phone : `nobody\n${phone}`;
  const tries = [
    { limit: LOOKUP_LIMITS.phoneMinute, of },
    { limit: LOOKUP_LIMITS.phoneDay, of },
  ];
  try {
    await takeTriesIn(tx, world, { at: act.at, tries });
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'TOO_MANY_ATTEMPTS') return false;
    throw error;
  }
}

/** Only its lookup makes anything of a code, and only with the field key. */
export function codeHashOf(
  { cipher }: Pick<World, 'cipher'>,
  { lookupId, code }: { lookupId: string; code: string },
): string {
  return cipher.indexOf(`${lookupId}\n${code}`, 'lookups.code');
}
