/**
 * What nobody answers does not wait for ever: an unanswered confirmation goes back to the employer (R11), and drafts that lay idle for
 * half a year are deleted (domain §5.1). Each in a small transaction of its own.
 */
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import { addDays, dateAt, startOf } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Application, ApplicationState } from './application.ts';
import { deleteFilesOf } from './attachment/store.ts';
import { saveChange, Stale } from './change.ts';
import { backToEmployer } from './confirm-application.ts';
import { deleteApplications, listApplications, lockApplications } from './store.ts';
import { CONFIRM_DAYS } from './submit-application.ts';

const DAY_SECONDS = 86_400;
/** Domain §5.1. */
export const DRAFT_DAYS = 180;
const PAGE = 50;

export interface Expired {
  readonly returned: number;
  readonly deleted: number;
  /** Passes whose draft lay idle: they wait anew. */
  readonly waiting: number;
}

/** Nothing lies beyond its days any more; safe to run in several processes at once. */
export async function expireApplications(world: World, act: Act): Promise<Expired> {
  // the day that the holder was told counts to its end, as every deadline does (R10)
  const firstDay = startOf(addDays(dateAt(act.at), -CONFIRM_DAYS));
  const confirmations = { state: 'HOLDER_CONFIRM', before: firstDay } as const;
  const drafts = { state: 'DRAFT', before: act.at - DRAFT_DAYS * DAY_SECONDS } as const;
  let [returned, deleted, waiting] = [0, 0, 0];
  for await (const page of pagesOf(world, confirmations))
    for (const application of page) if (await giveBack(world, act, application)) returned += 1;
  for await (const page of pagesOf(world, drafts)) {
    for (const pass of page.filter(({ route }) => route === 3))
      if (await waitAnew(world, act, pass)) waiting += 1;
    const ids = page.filter(({ route }) => route !== 3).map(({ id }) => id);
    deleted += await deleteIdle(world, act, { ids, before: drafts.before });
  }
  return { returned, deleted, waiting };
}

/** Pages of what has stood in that state since before then, oldest first. */
async function* pagesOf(
  world: World,
  { state, before }: { state: ApplicationState; before: number },
): AsyncGenerator<readonly Application[]> {
  let after: { changedAt: number; id: string } | undefined;
  for (;;) {
    const page = await listApplications(world, {
      whose: 'all',
      states: [state],
      changedBefore: before,
      sort: 'changedAt',
      after,
      limit: PAGE,
    });
    const last = page.at(-1);
    if (!last) return;
    after = { changedAt: last.course.changedAt, id: last.id };
    yield page;
  }
}

async function giveBack(world: World, act: Act, before: Application): Promise<boolean> {
  const reason = `本人在 ${CONFIRM_DAYS} 天内未确认，已自动退回；请联系本人后重新提交。`;
  const after = backToEmployer(before, act, reason);
  return unlessChanged(async () => saveChange(world, act, { before, after, action: 'application.expired' }));
}

/** The exam was passed all the same. */
async function waitAnew(world: World, act: Act, before: Application): Promise<boolean> {
  const course = { ...before.course, changedAt: act.at };
  const after: Application = { ...before, state: 'AWAITING_APPLICATION', course };
  return unlessChanged(async () => saveChange(world, act, { before, after, action: 'application.expired' }));
}

async function unlessChanged(save: () => Promise<unknown>): Promise<boolean> {
  try {
    await save();
    return true;
  } catch (error) {
    if (error instanceof Stale) return false; // somebody acted in time after all
    throw error;
  }
}

async function deleteIdle(
  world: World,
  act: Act,
  { ids, before }: { ids: readonly string[]; before: number },
): Promise<number> {
  if (ids.length === 0) return 0;
  return inTransaction(world.db, async tx => {
    const locked = [...(await lockApplications(tx, world, ids)).values()];
    const idle = locked.filter(({ state, course }) => state === 'DRAFT' && course.changedAt < before);
    if (idle.length === 0) return 0;
    const gone = idle.map(({ id }) => id);
    await deleteFilesOf(tx, world.db, gone);
    await deleteApplications(tx, world.db, gone);
    const facts = idle.map(({ id, route }) => ({
      action: 'application.deleted',
      subject: id,
      detail: { route, idleDays: DRAFT_DAYS },
    }));
    await record({ tx, db: world.db }, act, facts);
    return gone.length;
  });
}
