/**
 * The items of a month's batch as the handler reads them: what deserves a second look first, with what changed since the last decision
 * (R16). The look leaves its trace in the audit.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { organisationsByCode } from '../accounts/store.ts';
import type { Application } from '../applications/application.ts';
import {
  itemsToLookAt,
  titlesHeldBy,
  type BatchPart,
  type HeldTitle,
  type LookingPlace,
} from '../applications/batch/store.ts';
import { applicationsById } from '../applications/store.ts';
import { recordLook } from '../audit/look.ts';
import type { Decision } from '../review/decision.ts';
import { changedSince, type ChangedField } from '../review/seen.ts';
import { decisionsOnAll } from '../review/store.ts';
import { DomainError } from '../shared/errors.ts';
import { isMonth, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { warningsFor, type Warning } from './warnings.ts';

export interface BatchEntry {
  readonly application: Application;
  readonly warnings: readonly Warning[];
  readonly changed: readonly ChangedField[];
}

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
  const entries = await entriesFor(world, applications);
  await recordLook(
    world,
    act,
    applications.map(({ id }) => ({ action: 'application.viewed', subject: id, detail: { in: 'batch' } })),
  );
  return { entries, next: places.length === wanted.limit ? places.at(-1) : undefined };
}

async function entriesFor(
  world: World,
  applications: readonly Application[],
): Promise<readonly BatchEntry[]> {
  if (applications.length === 0) return [];
  const decisions = await decisionsOnAll(
    world,
    applications.map(each => each.id),
  );
  const indexOf = (application: Application): string =>
    world.cipher.indexOf(application.idNumber, 'applications.id_number');
  const held = await titlesHeldBy(world.db, [...new Set(applications.map(indexOf))]);
  const codes = new Set(applications.flatMap(({ employerCode }) => employerCode ?? []));
  const registered = await organisationsByCode(world.db, [...codes]);
  return applications.map(application => {
    const earlier: readonly Decision[] = decisions.get(application.id) ?? [];
    const last = earlier.at(-1);
    const changed = last ? changedSince(last.seen, application) : [];
    const warnings = warningsFor(application, {
      changed,
      otherSpecialty: held.some(title => isBeside(title, application, indexOf(application))),
      registeredName: registered.get(application.employerCode ?? '')?.name,
      wasReturned: earlier.some(each => each.decision === 'return'),
    });
    return { application, warnings, changed };
  });
}

function isBeside(title: HeldTitle, application: Application, personIndex: string): boolean {
  return (
    title.personIndex === personIndex &&
    title.id !== application.id &&
    title.seriesCode === application.seriesCode &&
    title.level === application.level &&
    title.specialty !== application.specialty
  );
}
