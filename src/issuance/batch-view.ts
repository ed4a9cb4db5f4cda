/**
 * A month's batch as the bureau sees it: how far the check is, what an approver would release and its digest, how far the signing is
 * (R16). Shows what stands; changes nothing.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { countsByMonth, countsOfMonth, type StateCount } from '../applications/batch/store.ts';
import { applicationsById, idsInMonth } from '../applications/store.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { isMonth, lastDayOf, type Month, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { demandReleasable } from './issue-batch.ts';
import { digestOfLines, isApprovable, itemLine } from './plan.ts';
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
  /** What an approver would release now. */
  readonly approvable: { readonly count: number; readonly digest: string };
  readonly stopped: readonly {
    readonly applicationId: string;
    readonly code: string;
    readonly detail: string;
  }[];
  readonly releases: readonly Release[];
  /** Items of all releases of this month; done are signed or stopped. */
  readonly progress: { readonly done: number; readonly all: number };
  readonly issuanceStopped: boolean;
  /** Why nothing of this month can be released now, if so: no key, no legal basis, not yet begun. */
  readonly notReady: { readonly code: string; readonly detail: string } | undefined;
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
  const items = batch ? await countItems(world.db, batch.id) : undefined;
  const done = items ? items.issued + items.stopped : 0;
  return {
    month,
    checkDue: lastDayOf(month),
    counts: { ...countsFrom(await countsOfMonth(world.db, month)), stopped: stopped.length },
    approvable: await approvableOf(world, month),
    stopped: stopped.slice(0, STOPPED_SHOWN),
    releases: await releasesOf(world.db, month),
    progress: { done, all: items ? done + items.planned + items.reserved : 0 },
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

async function approvableOf(world: World, month: Month): Promise<{ count: number; digest: string }> {
  const ids = await idsInMonth(world.db, { month, state: 'BUREAU_CHECK' });
  const lines: string[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    const found = await applicationsById(world, ids.slice(at, at + CHUNK));
    for (const application of found.values())
      if (application.batchMonth === month && isApprovable(application))
        lines.push(itemLine(world, application));
  }
  return { count: lines.length, digest: digestOfLines(lines) };
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
