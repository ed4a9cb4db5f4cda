/**
 * The items of a month's batch as the handler reads them: what deserves a second look first, with what changed since the last decision
 * (R16). The look leaves its trace in the audit.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { itemsToLookAt, type BatchPart, type LookingPlace } from '../applications/batch/store.ts';
import { applicationsById } from '../applications/store.ts';
import { recordLook } from '../audit/look.ts';
import { secondLooks, type SecondLook } from '../review/second-look.ts';
import { DomainError } from '../shared/errors.ts';
import { isMonth, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';

export type BatchEntry = Pick<SecondLook, 'application' | 'warnings' | 'changed'>;

export interface BatchPage {
  readonly entries: readonly BatchEntry[];
  /** Where the next page begins; undefined after the last. */
  readonly next: LookingPlace | undefined;
}

export interface WantedPage {
  readonly month: Month;
  readonly part: BatchPart;
  readonly after: LookingPlace | undefined;
  readonly limit: number;
}

/** One page of that part of the month. @throws Forbidden; DomainError MONTH_INVALID */
export async function batchItems(world: World, act: PersonalAct, wanted: WantedPage): Promise<BatchPage> {
  demandMay(act.by, 'batch.view');
  if (!isMonth(wanted.month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
  const places = await itemsToLookAt(world.db, wanted);
  const found = await applicationsById(
    world,
    places.map(place => place.id),
  );
  const applications = places.flatMap(({ id }) => found.get(id) ?? []);
  // what the last one who decided on it saw
  const entries = await secondLooks(world, applications, decisions => decisions.at(-1));
  await recordLook(
    world,
    act,
    applications.map(({ id }) => ({ action: 'application.viewed', subject: id, detail: { in: 'batch' } })),
  );
  return { entries, next: places.length === wanted.limit ? places.at(-1) : undefined };
}
