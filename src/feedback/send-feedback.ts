/**
 * Somebody reports a problem (R37): signed in, or after the same work as before a question about another person's certificate. Sent
 * twice, it is there once.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { takeTriesIn } from '../accounts/sign-in/limit.ts';
import { findApplicationFor } from '../applications/find-application.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { challengeInvalid, demandSolved } from '../lookups/challenge.ts';
import { spendChallenge } from '../lookups/store.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { demandFeedback, FEEDBACK_LIMITS, type Feedback, type FeedbackWanted } from './feedback.ts';
import { receiptFor } from './receipt.ts';
import { addFeedback, feedbackByReceipt, findFeedback } from './store.ts';

export interface OwnWanted extends FeedbackWanted {
  /** Of the new report; the same again when the request is repeated. */
  readonly id: string;
  readonly applicationId?: string | undefined;
}

/**
 * The signed-in person's report is with the bureau.
 * @throws Forbidden; DomainError CONTENT_INVALID, NOT_FOUND for an application that is absent or another's, TOO_MANY_ATTEMPTS
 */
export async function sendOwnFeedback(
  world: World,
  act: PersonalAct,
  { id, applicationId, ...rest }: OwnWanted,
): Promise<Feedback> {
  demandMay(act.by, 'feedback.write');
  const wanted = demandFeedback(rest);
  if (applicationId !== undefined) await findApplicationFor(world, act.by, applicationId);

  const { accountId, kind: sender } = act.by;
  const added: Feedback = { ...newFeedback(act, { id, wanted }), accountId, sender, applicationId };
  try {
    await inTransaction(world.db, async tx => {
      const tries = [{ limit: FEEDBACK_LIMITS.account, of: accountId }];
      await takeTriesIn(tx, world, { at: act.at, tries });
      await keep(tx, world, { act, added, receipt: undefined });
    });
  } catch (error) {
    const sent = isDuplicate(error) ? await findFeedback(world, id) : undefined;
    if (sent?.accountId !== accountId) throw error;
    return sent; // by this very request, whose answer was lost
  }
  return added;
}

export interface PublicWanted extends FeedbackWanted {
  readonly challenge: string;
  readonly nonce: string;
  readonly address: string;
}

/**
 * The stranger's report is with the bureau.
 * @returns the receipt, without hyphens; the same when the same challenge comes again
 * @throws DomainError CONTENT_INVALID, CHALLENGE_INVALID, TOO_MANY_ATTEMPTS
 */
export async function sendPublicFeedback(
  world: World,
  act: Act,
  { challenge, nonce, address, ...rest }: PublicWanted,
): Promise<string> {
  const wanted = demandFeedback(rest);
  const solved = demandSolved(world, act, { challenge, nonce });

  const receipt = receiptFor(world, solved.id);
  const added = newFeedback(act, { id: world.ids(), wanted });
  const tries = [
    { limit: FEEDBACK_LIMITS.address, of: address },
    { limit: FEEDBACK_LIMITS.all, of: 'all' },
  ];
  const isFirst = await inTransaction(world.db, async tx => {
    await takeTriesIn(tx, world, { at: act.at, tries });
    if (!(await spendChallenge(tx, world.db, solved))) return false;
    await keep(tx, world, { act, added, receipt });
    return true;
  });
  // spent on this report, whose receipt was lost on its way; or on something else
  if (!isFirst && !(await feedbackByReceipt(world, receipt))) throw challengeInvalid();
  return receipt;
}

function newFeedback(act: Act, { id, wanted }: { id: string; wanted: FeedbackWanted }): Feedback {
  const { category, text, number, phone } = wanted;
  return {
    id,
    category,
    text,
    number,
    phone,
    accountId: undefined,
    sender: 'public',
    applicationId: undefined,
    state: 'OPEN',
    answer: undefined,
    version: 1,
    createdAt: act.at,
    answeredAt: undefined,
    closedAt: undefined,
  };
}

async function keep(
  tx: Tx,
  world: World,
  { act, added, receipt }: { act: Act; added: Feedback; receipt: string | undefined },
): Promise<void> {
  await addFeedback(tx, world, { added, receipt });
  const { id, sender, category, applicationId = null } = added;
  const detail = { sender, category, application: applicationId };
  await record({ tx, db: world.db }, act, [{ action: 'feedback.sent', subject: id, detail }]);
}
