/** What an approver would release of a month now, read in chunks, so that memory stays flat however large the month is (R16). */
import type { Application } from '../applications/application.ts';
import { applicationsById, idsInMonth } from '../applications/store.ts';
import type { Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { digestOfLines, isApprovable, itemLine } from './plan.ts';

const CHUNK = 500;

/** Of the items that an approver would release, and how many they are. */
export interface Approvable {
  readonly count: number;
  /** 64 hex digits; the approval names it (approve.ts). */
  readonly digest: string;
}

/** @param look told of each chunk of these items, in order */
export async function approvableOf(
  world: World,
  month: Month,
  look: (applications: readonly Application[]) => Promise<void> = async () => Promise.resolve(),
): Promise<Approvable> {
  const ids = await idsInMonth(world.db, { month, state: 'BUREAU_CHECK' });
  const lines: string[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    const found = await applicationsById(world, ids.slice(at, at + CHUNK));
    const chunk = [...found.values()].filter(each => each.batchMonth === month && isApprovable(each));
    lines.push(...chunk.map(application => itemLine(world, application)));
    await look(chunk);
  }
  return { count: lines.length, digest: digestOfLines(lines) };
}
