/** The batch, its items, releases and the switch as the API shows them: ID number and phone masked, nothing that is not named here. Pure. */
import { maskId } from '../accounts/person-id.ts';
import { STATE_NAMES } from '../applications/application.ts';
import type {
  BatchItemPage,
  BatchRelease,
  BatchSummary as BatchSummaryShape,
  BatchView as BatchViewShape,
  IssuanceState,
} from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import type { BatchEntry } from './batch-items.ts';
import type { BatchSummary } from './batch-summary.ts';
import type { BatchView } from './batch-view.ts';
import type { Release } from './release/store.ts';
import type { Switch } from './switch/store.ts';

export function presentBatch(view: BatchView): BatchViewShape {
  const { month, checkDue, counts, digest, count, stopped, release, issuanceStopped, notReady } = view;
  return {
    month,
    checkDue,
    counts: { ...counts },
    digest,
    count,
    stopped: stopped.map(({ applicationId, code, detail }) => ({ applicationId, code, detail })),
    release: { ...release, fault: release.fault ? { ...release.fault } : null },
    issuanceStopped,
    keyReady: notReady === undefined,
    notReady: notReady ? { ...notReady } : null,
  };
}

export function presentRelease({ id, month, digest, items, at, state, fault }: Release): BatchRelease {
  return { id, month, digest, items, at: isoAt(at), state, fault: fault ? { ...fault } : null };
}

export function presentEntry({ application, warnings, changed }: BatchEntry): BatchItemPage['items'][number] {
  const { course, uploadedAt } = application;
  return {
    id: application.id,
    version: course.version,
    route: application.route,
    state: application.state,
    stateName: STATE_NAMES[application.state],
    name: application.name,
    printedName: application.printedName,
    idNumber: maskId(application.idNumber),
    employer: application.employer ?? null,
    submittingUnit: application.submittingUnit,
    series: application.series,
    specialty: application.specialty,
    level: application.level,
    qualification: application.qualification,
    reviewBody: application.reviewBody,
    obtainedOn: application.obtainedOn,
    uploadedAt: uploadedAt === undefined ? null : isoAt(uploadedAt),
    carriedFrom: course.carriedFrom ?? null,
    rejectProposed: course.rejectProposed,
    warnings: warnings.map(({ code, detail }) => ({ code, detail })),
    changed: changed.map(({ field, before, after }) => ({ field, before, after })),
  };
}

export function presentSummary({ month, uploaders, sheet }: BatchSummary): BatchSummaryShape {
  const { digest, count, flagged, own, levels, routes } = sheet;
  return {
    month,
    uploaders: uploaders.map(({ route, organisation, uploaded, late, carriedOver, unchecked, issued }) => ({
      ...{ route, organisation, uploaded, late, carriedOver, unchecked, issued },
    })),
    sheet: {
      ...{ digest, count, flagged, own },
      levels: { ...levels },
      routes: ([1, 2, 3, 4] as const).map(route => ({ route, count: routes[route] })),
      warnings: sheet.warnings.map(({ code, count: items }) => ({ code, count: items })),
      checkers: sheet.checkers.map(({ name, isReader, count: items }) => ({ name, isReader, count: items })),
    },
  };
}

/** @param by name of whoever threw it */
export function presentSwitch(thrown: Switch | undefined, by: string): IssuanceState {
  return {
    by: thrown ? by : null,
    stopped: thrown?.stopped === true,
    reason: thrown?.reason ?? null,
    since: thrown ? isoAt(thrown.at) : null,
  };
}
