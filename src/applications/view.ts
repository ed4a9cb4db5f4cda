/** Applications as they leave the service: a summary for lists, everything a reviewer needs for one. Pure. */
import type { Organisation } from '../accounts/organisation.ts';
import { maskId, maskPhone } from '../accounts/person-id.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import type { ApplicationSummary, ApplicationView } from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import { contentOf } from './content.ts';
import type { Application, Route } from './application.ts';
import { PURPOSE_NAMES, type FileRecord } from './attachment/attachment.ts';
import type { Expected } from './expected.ts';
import type { OperationName } from './operations.ts';
import { remedyOf } from './remedy.ts';

const ROUTE_NAMES: Readonly<Record<Route, string>> = {
  1: '评审',
  2: '用人单位自主聘任',
  3: '以考代评',
  4: '委托评审',
};

/** @param stateName as this reader is told */
export function summaryView(
  application: Application,
  { stateName, expected }: Pick<Surroundings, 'stateName' | 'expected'>,
): ApplicationSummary {
  const { id, route, state, course, name, submittingUnit, series, specialty, level } = application;
  return {
    ...{ id, route, state, stateName, name, submittingUnit, series, specialty, level },
    subtype: application.subtype ?? null,
    version: course.version,
    round: course.round,
    originator: course.originator,
    turn: course.turn?.kind ?? null,
    idNumber: maskId(application.idNumber),
    employer: application.employer ?? null,
    levelName: levelName(application),
    qualification: application.qualification,
    reviewBody: application.reviewBody,
    obtainedOn: application.obtainedOn,
    batchMonth: application.batchMonth ?? null,
    expectedMonth: expected.month ?? null,
    uploadLate: application.uploadLate,
    awaitingUpload: course.passedAt !== undefined,
    carriedFrom: course.carriedFrom ?? null,
    submittedAt: instantView(course.submittedAt),
    changedAt: isoAt(course.changedAt),
  };
}

/** What is known around one application when it is shown. */
export interface Surroundings {
  readonly stateName: string;
  readonly expected: Expected;
  readonly warnings: ApplicationView['warnings'];
  readonly files: readonly FileRecord[];
  readonly mayNow: readonly OperationName[];
  readonly turnOf: Organisation | undefined;
  /** True for those whose business it is: ID number and phone in full. */
  readonly inFull: boolean;
  /** True for whoever may write it now. */
  readonly isWriter: boolean;
  readonly isOfBureau: boolean;
}

export function applicationView(application: Application, around: Surroundings): ApplicationView {
  const { id, route, state, course, batchMonth } = application;
  const { stateName, expected, turnOf } = around;
  return {
    ...{ id, route, state, stateName },
    routeName: ROUTE_NAMES[route],
    subtype: application.subtype ?? null,
    version: course.version,
    round: course.round,
    originator: course.originator,
    turn: course.turn ? { kind: course.turn.kind, organisation: turnOf?.name ?? null } : null,
    batchMonth: batchMonth ?? null,
    expectedMonth: expected.month ?? null,
    uploadLate: application.uploadLate,
    awaitingUpload: course.passedAt !== undefined,
    carriedFrom: course.carriedFrom ?? null,
    submittedAt: instantView(course.submittedAt),
    uploadedAt: instantView(application.uploadedAt),
    changedAt: isoAt(course.changedAt),
    // a proposal to reject is the bureau's own until it is decided
    reason: (course.rejectProposed && !around.isOfBureau ? undefined : course.reason) ?? null,
    remedy: remedyOf(application) ?? null,
    claim: isSketch(application) ? null : claimView(application, around.inFull),
    content: around.isWriter ? contentOf(application) : null,
    deadlines: deadlinesView(application, expected),
    warnings: [...around.warnings],
    files: around.files.map(fileView),
    mayNow: [...around.mayNow],
  };
}

/** Before its first submission a draft's columns are only a sketch of what is being written. */
function isSketch({ route, course }: Application): boolean {
  return course.submittedAt === undefined && route !== 3;
}

function claimView(application: Application, inFull: boolean): NonNullable<ApplicationView['claim']> {
  const { name, printedName, gender, idType, idNumber, phone, submittingUnit, seriesCode, series } =
    application;
  const { specialty, level, qualification, reviewBody, obtainedOn } = application;
  return {
    ...{ name, printedName, gender, idType, submittingUnit, seriesCode, series, specialty, level },
    ...{ qualification, reviewBody, obtainedOn },
    idNumber: inFull ? idNumber : maskId(idNumber),
    phone: inFull ? phone : maskPhone(phone),
    levelName: levelName(application),
    employer: application.employer ?? null,
    employerCode: application.employerCode ?? null,
    filedOn: application.filedOn ?? null,
    entrustLetter: application.entrustLetter ?? null,
    externalNumber: application.externalNumber ?? null,
  };
}

function deadlinesView(application: Application, expected: Expected): ApplicationView['deadlines'] {
  return {
    uploadDeadline: application.uploadDeadline ?? null,
    confirmBefore: expected.confirmBefore ?? null,
    uploadCutoff: expected.uploadCutoff ?? null,
    bureauCheckDue: expected.bureauCheckDue ?? null,
    collectFrom: expected.collectFrom ?? null,
  };
}

function fileView(file: FileRecord): ApplicationView['files'][number] {
  const { id, purpose, name, mediaType, size, addedAt } = file;
  return { id, purpose, purposeName: PURPOSE_NAMES[purpose], name, mediaType, size, addedAt: isoAt(addedAt) };
}

/** A draft may have none yet. */
function levelName({ level }: Application): string {
  return (LEVEL_NAMES as Readonly<Record<string, string | undefined>>)[level] ?? '';
}

function instantView(at: Instant | undefined): string | null {
  return at === undefined ? null : isoAt(at);
}
