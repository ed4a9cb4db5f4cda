/** The bureau answers a report and closes it (R37). An answer may be mended until the report is closed; closing is final. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { demandText, STATE_WORDS, type Feedback } from './feedback.ts';
import { feedbackNotFound, received, type Received } from './read-feedback.ts';
import { findFeedback, saveHandled } from './store.ts';

interface Wanted {
  readonly id: string;
  /** As the page showed it. */
  readonly version: number;
}

/** The sender can read the answer. @throws Forbidden; DomainError CONTENT_INVALID, NOT_FOUND, STATE_CONFLICT, STALE */
export async function answerFeedback(
  world: World,
  act: PersonalAct,
  wanted: Wanted & { readonly answer: string },
): Promise<Received> {
  demandMay(act.by, 'feedback.handle');
  const answer = demandText(wanted.answer, '/answer');
  const change = { state: 'ANSWERED', answer, answeredAt: act.at } as const;
  return handle(world, act, { wanted, change, action: 'feedback.answered' });
}

/** Nothing more will be said, also when nothing was. @throws Forbidden; DomainError NOT_FOUND, STATE_CONFLICT, STALE */
export async function closeFeedback(world: World, act: PersonalAct, wanted: Wanted): Promise<Received> {
  demandMay(act.by, 'feedback.handle');
  const change = { state: 'CLOSED', closedAt: act.at } as const;
  return handle(world, act, { wanted, change, action: 'feedback.closed' });
}

async function handle(
  world: World,
  act: PersonalAct,
  { wanted, change, action }: { wanted: Wanted; change: Partial<Feedback>; action: string },
): Promise<Received> {
  const handled = await inTransaction(world.db, async tx => {
    const feedback = await findFeedback(world, wanted.id, tx);
    if (!feedback) throw feedbackNotFound();
    if (feedback.state === 'CLOSED')
      throw new DomainError('STATE_CONFLICT', `这条问题反映${STATE_WORDS.CLOSED}，不能再改。`);
    if (feedback.version !== wanted.version)
      throw new DomainError('STALE', '这条问题反映刚被别人办理过，请刷新后核对。');
    const changed = { ...feedback, ...change, version: feedback.version + 1 };
    await saveHandled(tx, world, changed);
    await record({ tx, db: world.db }, act, [{ action, subject: feedback.id }]);
    return changed;
  });
  return received(world, handled);
}
