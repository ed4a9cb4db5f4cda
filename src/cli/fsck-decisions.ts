/**
 * fsck of the review: no level skipped, no person at two levels of a round, nothing signed that was reviewed and not released by another
 * person than the one who checked it (I4; notice: R15, R16). What an operator released at the terminal has no decisions and is skipped.
 */
import { generatedAfter } from '../applications/batch/store.ts';
import { applicationsById } from '../applications/store.ts';
import { releasesOf } from '../issuance/release/store.ts';
import { allBatches, itemsInState } from '../issuance/store.ts';
import type { ReviewLevel } from '../review/decision.ts';
import { decidedApplications, priorDecisions, type PlacedDecision } from '../review/store.ts';
import type { World } from '../world.ts';

const PAGE = 500;
/** Items of one batch that wait for signing; more than these wait only while a release runs. */
const WAITING_SHOWN = 2000;

/** Every fault found; reads only. Faults name applications by id, never people. */
export async function checkDecisions(world: World): Promise<readonly string[]> {
  return [...(await wayFaults(world)), ...(await generatedFaults(world)), ...(await waitingFaults(world))];
}

async function wayFaults(world: World): Promise<readonly string[]> {
  const faults: string[] = [];
  for (let after = ''; ;) {
    const ids = await decidedApplications(world.db, after, PAGE);
    for (const [id, way] of await priorDecisions(world.db, ids))
      faults.push(...faultsOfWay(way).map(fault => `I4 申请 ${id} ${fault}`));
    if (ids.length < PAGE) return faults;
    after = ids.at(-1) ?? '';
  }
}

/** What is wrong with the decisions on one application, oldest first. */
export function faultsOfWay(way: readonly PlacedDecision[]): readonly string[] {
  return way.flatMap((decision, place) => {
    const earlier = way.slice(0, place);
    const round = earlier.filter(each => each.round === decision.round);
    const faults: string[] = [];
    if (earlier.some(each => each.version === decision.version))
      faults.push(`第 ${decision.version} 版办理了两次`);
    if (earlier.some(each => each.round > decision.round)) faults.push(`第 ${decision.round} 轮在后一轮之后`);
    if (skips(decision, round)) faults.push(`第 ${decision.version} 版越级办理（${decision.level}）`);
    if (round.some(each => each.accountId === decision.accountId && each.level !== decision.level))
      faults.push(`第 ${decision.version} 版与同一轮的另一级由同一人办理`);
    return faults;
  });
}

/** True when the level before was not passed in this round. */
function skips({ level }: PlacedDecision, round: readonly PlacedDecision[]): boolean {
  const before = (wanted: ReviewLevel): PlacedDecision | undefined =>
    round.findLast(each => each.level === wanted);
  switch (level) {
    case 'employer':
      return round.length > 0;
    case 'exam-body':
      return false;
    case 'department':
      return before('employer')?.decision !== 'approve';
    case 'bureau-check':
      // routes 1 and corrections come to the bureau without a level before it
      return before('employer') !== undefined && before('department')?.decision !== 'approve';
    case 'bureau-approve': {
      const check = before('bureau-check')?.decision;
      return check !== 'check' && check !== 'propose-reject';
    }
    default:
      return level satisfies never;
  }
}

/** Signed after review: the last word was the approver's approval. */
async function generatedFaults(world: World): Promise<readonly string[]> {
  const faults: string[] = [];
  for (let after = ''; ;) {
    const page = await generatedAfter(world.db, after, PAGE);
    const decisions = await priorDecisions(
      world.db,
      page.map(each => each.id),
    );
    for (const { id, checkedBy } of page) {
      const last = decisions.get(id)?.at(-1);
      if (!last) continue;
      if (!isApproval(last)) faults.push(`I4 申请 ${id} 未经批准即已制证`);
      else if (last.accountId === checkedBy) faults.push(`I4 申请 ${id} 的核对与批准是同一人`);
    }
    if (page.length < PAGE) return faults;
    after = page.at(-1)?.id ?? '';
  }
}

/** What waits for signing was approved, and a release is under way for it. */
async function waitingFaults(world: World): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { id: batchId, month } of await allBatches(world.db)) {
    const isReleasing = (await releasesOf(world.db, month)).some(release => release.state === 'releasing');
    for (const state of ['planned', 'reserved'] as const) {
      const items = await itemsInState(world.db, { batchId, state, limit: WAITING_SHOWN });
      const ids = items.map(item => item.applicationId);
      const decisions = await priorDecisions(world.db, ids);
      const applications = await applicationsById(world, ids);
      for (const id of ids) {
        const last = decisions.get(id)?.at(-1);
        if (!applications.has(id)) faults.push(`I4 待制证的申请 ${id} 已不存在`);
        if (last && !(isApproval(last) && isReleasing)) faults.push(`I4 申请 ${id} 待制证而没有相应的批准`);
      }
    }
  }
  return faults;
}

function isApproval({ level, decision }: PlacedDecision): boolean {
  return level === 'bureau-approve' && decision === 'approve';
}
