/**
 * A month's batch as the bureau sees it: how far the check is, what an approver would release and its digest, how far the signing is
 * (R16). Shows what stands; changes nothing.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { countsByMonth, countsOfMonth, type StateCount } from '../applications/batch/store.ts';
import { applicationsById } from '../applications/store.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { isMonth, lastDayOf, type Month, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { approvableOf } from './approvable.ts';
import { demandReleasable } from './issue-batch.ts';
import { releasesOf, type Release } from './release/store.ts';
import { allBatches, countItems, stoppedItems } from './store.ts';
import { findSwitch } from './switch/store.ts';

const CHUNK = 500;
/** Stopped items that a view names; more are counted only. */
const STOPPED_SHOWN = 200;

export interface BatchView {
  readonly month: Month;
  /** R16: the last day of the month. */
  readonly checkDue: PlainDate;
  readonly counts: BatchCounts;
  /** Of the items that an approver would release now, and how many they are. */
  readonly digest: string;
  readonly count: number;
  readonly stopped: readonly {
    readonly applicationId: string;
    readonly code: string;
    readonly detail: string;
  }[];
  readonly release: ReleaseProgress;
  readonly issuanceStopped: boolean;
  /** Why nothing of this month can be released now, if so: no key, no legal basis, not yet begun. */
  readonly notReady: { readonly code: string; readonly detail: string } | undefined;
}

/** All releases of the month together. */
export interface ReleaseProgress {
  readonly state: 'none' | Release['state'];
  /** Items signed or stopped, of all that were released. */
  readonly done: number;
  readonly all: number;
  /** Why the signing does not go on, if it does not. */
  readonly fault: Release['fault'];
}

export interface BatchCounts {
  readonly unchecked: number;
  readonly checked: number;
  readonly rejectProposed: number;
  readonly planned: number;
  readonly issued: number;
  readonly stopped: number;
  readonly carriedOver: number;
}

/** @throws Forbidden; DomainError MONTH_INVALID */
export async function viewBatch(world: World, act: PersonalAct, month: Month): Promise<BatchView> {
  demandMay(act.by, 'batch.view');
  if (!isMonth(month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
  const batch = (await allBatches(world.db)).find(each => each.month === month);
  const stopped = batch ? await stoppedNow(world, { batchId: batch.id, month }) : [];
  return {
    month,
    checkDue: lastDayOf(month),
    counts: { ...countsFrom(await countsOfMonth(world.db, month)), stopped: stopped.length },
    ...(await approvableOf(world, month)),
    stopped: stopped.slice(0, STOPPED_SHOWN),
    release: await progressOf(world, { month, batchId: batch?.id }),
    issuanceStopped: (await findSwitch(world.db))?.stopped === true,
    notReady: await whyNotReady(world, act, month),
  };
}

export interface MonthCounts {
  readonly month: Month;
  readonly unchecked: number;
  /** Checked, proposed for rejection or waiting to be signed. */
  readonly inCheck: number;
  readonly issued: number;
}

/** Every month that has a batch, newest first. @throws Forbidden */
export async function listBatches(world: World, act: PersonalAct): Promise<readonly MonthCounts[]> {
  demandMay(act.by, 'batch.view');
  const rows = await countsByMonth(world.db);
  const of = (month: Month, state: string): number =>
    rows.find(row => row.month === month && row.state === state)?.count ?? 0;
  return [...new Set(rows.map(row => row.month))].map(month => ({
    month,
    unchecked: of(month, 'UPLOADED'),
    inCheck: of(month, 'BUREAU_CHECK'),
    issued: of(month, 'GENERATED'),
  }));
}

function countsFrom(rows: readonly StateCount[]): Omit<BatchCounts, 'stopped'> {
  const sum = (wanted: (row: StateCount) => boolean): number =>
    rows.filter(wanted).reduce((total, row) => total + row.count, 0);
  const inCheck = (row: StateCount): boolean => row.state === 'BUREAU_CHECK';
  return {
    unchecked: sum(row => row.state === 'UPLOADED' && row.isBureausTurn),
    checked: sum(row => inCheck(row) && row.isBureausTurn && !row.rejectProposed),
    rejectProposed: sum(row => inCheck(row) && row.isBureausTurn && row.rejectProposed),
    planned: sum(row => inCheck(row) && !row.isBureausTurn),
    issued: sum(row => row.state === 'GENERATED'),
    carriedOver: rows.reduce((total, row) => total + row.carriedOver, 0),
  };
}

async function progressOf(
  world: World,
  { month, batchId }: { readonly month: Month; readonly batchId: string | undefined },
): Promise<ReleaseProgress> {
  const releases = await releasesOf(world.db, month);
  const counts = batchId === undefined ? undefined : await countItems(world.db, batchId);
  const done = counts ? counts.issued + counts.stopped : 0;
  const unfinished = releases.find(release => release.state === 'releasing');
  return {
    state: unfinished?.state ?? releases.at(-1)?.state ?? 'none',
    done,
    all: counts ? done + counts.planned + counts.reserved : 0,
    fault: unfinished?.fault,
  };
}

/** Items that were stopped and still wait at the bureau in this month. */
async function stoppedNow(
  world: World,
  { batchId, month }: { readonly batchId: string; readonly month: Month },
): Promise<BatchView['stopped']> {
  const items = await stoppedItems(world.db, batchId);
  const ids = items.map(item => item.applicationId);
  const waiting = new Set<string>();
  for (let at = 0; at < ids.length; at += CHUNK)
    for (const application of (await applicationsById(world, ids.slice(at, at + CHUNK))).values())
      if (application.batchMonth === month && application.course.turn?.kind === 'bureau')
        waiting.add(application.id);
  return items.filter(item => waiting.has(item.applicationId));
}

async function whyNotReady(world: World, act: Act, month: Month): Promise<BatchView['notReady']> {
  try {
    await demandReleasable(world, act, month);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { code: error.code, detail: error.detail };
  }
}
