/** Reports and answers as those may read them who sent them, and whose duty they are: the bureau's handlers, and its auditors. */
import { findAccount, toActor } from '../accounts/people/store.ts';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { giveBack, takeTries } from '../accounts/sign-in/limit.ts';
import { organisationsById } from '../accounts/store.ts';
import { recordLook } from '../audit/look.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { FEEDBACK_LIMITS, type Feedback, type FeedbackState } from './feedback.ts';
import { demandReceipt, receiptUnknown } from './receipt.ts';
import { countOpen, feedbackByReceipt, feedbackPage, findFeedback } from './store.ts';

interface Page {
  readonly before: string | undefined;
  readonly limit: number;
}

/** What this person reported, newest first. @throws Forbidden */
export async function ownFeedback(world: World, act: PersonalAct, page: Page): Promise<readonly Feedback[]> {
  demandMay(act.by, 'feedback.write');
  return feedbackPage(world, { accountId: act.by.accountId, ...page });
}

/** The report of that receipt. @throws DomainError RECEIPT_UNKNOWN, TOO_MANY_ATTEMPTS */
export async function feedbackOfReceipt(
  world: World,
  act: Act,
  { receipt, address }: { receipt: string; address: string },
): Promise<Feedback> {
  const tries = [
    { limit: FEEDBACK_LIMITS.receiptAddress, of: address },
    { limit: FEEDBACK_LIMITS.receipts, of: 'all' },
  ];
  await takeTries(world, { at: act.at, tries });
  const found = await feedbackByReceipt(world, demandReceipt(receipt));
  if (!found) throw receiptUnknown();
  await giveBack(world, { at: act.at, tries });
  return found;
}

/** One page of all reports, newest first, and how many wait for an answer. @throws Forbidden */
export async function allFeedback(
  world: World,
  act: PersonalAct,
  wanted: Page & { readonly state: FeedbackState | undefined },
): Promise<{ readonly page: readonly Feedback[]; readonly open: number }> {
  demandMay(act.by, 'feedback.view');
  const page = await feedbackPage(world, wanted);
  return { page, open: await countOpen(world.db) };
}

/** A report with whoever sent it, as far as they were signed in. */
export interface Received {
  readonly feedback: Feedback;
  readonly name: string | undefined;
  readonly organisations: readonly string[];
}

/** One report in full; that it was looked at is on record first. @throws Forbidden; DomainError NOT_FOUND */
export async function viewFeedback(world: World, act: PersonalAct, id: string): Promise<Received> {
  demandMay(act.by, 'feedback.view');
  const feedback = await findFeedback(world, id);
  if (!feedback) throw feedbackNotFound();
  await recordLook(world, act, [{ action: 'feedback.viewed', subject: id }]);
  return received(world, feedback);
}

export async function received(world: World, feedback: Feedback): Promise<Received> {
  const { accountId } = feedback;
  const account = accountId === undefined ? undefined : await findAccount(world, accountId);
  if (!account) return { feedback, name: undefined, organisations: [] };
  const { name, grants } = await toActor(world.db, account);
  const ids = [...new Set(grants.map(({ organisationId }) => organisationId))];
  const organisations = await organisationsById(world.db, ids);
  return { feedback, name, organisations: [...organisations.values()].map(each => each.name) };
}

export function feedbackNotFound(): DomainError {
  return new DomainError('NOT_FOUND', '没有找到这条问题反映，请刷新后再试。');
}
