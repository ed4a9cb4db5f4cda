/**
 * The sheet that an approver reads before the release (R16): who uploaded what for the month and how late (R9), and of exactly the items
 * under one digest how many of each level, route and warning, who checked them, and whether this reader may approve them at all.
 */
import { namesOf } from '../accounts/people/names.ts';
import { demandMay, type Actor, type PersonalAct } from '../accounts/role.ts';
import { organisationsById } from '../accounts/store.ts';
import { uploadersOfMonth, type UploaderCount } from '../applications/batch/store.ts';
import { LEVELS, type Level } from '../certificate/level.ts';
import { secondLooks } from '../review/second-look.ts';
import type { WarningCode } from '../review/warnings.ts';
import { DomainError } from '../shared/errors.ts';
import { isMonth, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { approvableOf, type Approvable } from './approvable.ts';
import type { BatchEntry } from './batch-items.ts';

export interface NamedUploader extends UploaderCount {
  /** Empty for the bureau's own corrections. */
  readonly organisation: string;
}

export interface Sheet extends Approvable {
  readonly levels: Readonly<Record<Level, number>>;
  readonly routes: Readonly<Record<1 | 2 | 3 | 4, number>>;
  /** How many items carry each warning, most frequent first. */
  readonly warnings: readonly { readonly code: WarningCode; readonly count: number }[];
  /** Items with at least one. */
  readonly flagged: number;
  readonly checkers: readonly { readonly name: string; readonly isReader: boolean; readonly count: number }[];
  /** Items that are the reader's own application. */
  readonly own: number;
}

export interface BatchSummary {
  readonly month: Month;
  readonly uploaders: readonly NamedUploader[];
  readonly sheet: Sheet;
}

/** @throws Forbidden; DomainError MONTH_INVALID */
export async function summariseBatch(world: World, act: PersonalAct, month: Month): Promise<BatchSummary> {
  demandMay(act.by, 'batch.view');
  if (!isMonth(month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
  const tally = emptyTally();
  const approvable = await approvableOf(world, month, async chunk => {
    for (const entry of await secondLooks(world, chunk, decisions => decisions.at(-1)))
      count(tally, entry, act.by);
  });
  const sheet = { ...approvable, ...(await sheetFrom(world, tally, act.by)) };
  return { month, uploaders: await named(world, await uploadersOfMonth(world.db, month)), sheet };
}

/** Counts while the chunks go by. */
interface Tally {
  readonly levels: Record<Level, number>;
  readonly routes: Record<1 | 2 | 3 | 4, number>;
  readonly warnings: Map<WarningCode, number>;
  readonly checkers: Map<string, number>;
  flagged: number;
  own: number;
}

function emptyTally(): Tally {
  const levels = Object.fromEntries(LEVELS.map(level => [level, 0])) as Record<Level, number>; // every level
  const routes = { 1: 0, 2: 0, 3: 0, 4: 0 };
  return { levels, routes, warnings: new Map(), checkers: new Map(), flagged: 0, own: 0 };
}

function count(tally: Tally, { application, warnings }: BatchEntry, reader: Actor): void {
  const { level, route, course, idNumber } = application;
  tally.levels[level] += 1;
  tally.routes[route] += 1;
  for (const { code } of warnings) tally.warnings.set(code, (tally.warnings.get(code) ?? 0) + 1);
  if (warnings.length > 0) tally.flagged += 1;
  const checker = course.checkedBy ?? '';
  tally.checkers.set(checker, (tally.checkers.get(checker) ?? 0) + 1);
  if (idNumber === reader.idNumber) tally.own += 1;
}

async function sheetFrom(world: World, tally: Tally, reader: Actor): Promise<Omit<Sheet, keyof Approvable>> {
  const { levels, routes, flagged, own } = tally;
  const names = await namesOf(world, [...tally.checkers.keys()]);
  const checkers = [...tally.checkers].map(([id, items]) => ({
    name: names.get(id) ?? '',
    isReader: id === reader.accountId,
    count: items,
  }));
  const warnings = [...tally.warnings].map(([code, items]) => ({ code, count: items }));
  return {
    levels,
    routes,
    flagged,
    own,
    checkers: checkers.sort((a, b) => b.count - a.count),
    warnings: warnings.sort((a, b) => b.count - a.count),
  };
}

async function named(world: World, counts: readonly UploaderCount[]): Promise<readonly NamedUploader[]> {
  const ids = counts.flatMap(({ organisationId }) => organisationId ?? []);
  const organisations = await organisationsById(world.db, [...new Set(ids)]);
  return counts.map(each => ({
    ...each,
    organisation: organisations.get(each.organisationId ?? '')?.name ?? '',
  }));
}
