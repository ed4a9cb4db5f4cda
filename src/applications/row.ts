/**
 * An application as the row of its table and back: ID number, phone and draft sealed for their place, the rest as it is. Nothing but
 * store.ts uses it.
 */
import type { Gender, IdType } from '../accounts/person-id.ts';
import type { Level } from '../certificate/level.ts';
import type { RarityPolicy } from '../certificate/rarity.ts';
import type { FieldCipher } from '../db/field-cipher.ts';
import type { Instant } from '../shared/time.ts';
import {
  contentText,
  isGuarding,
  type Application,
  type ApplicationContent,
  type ApplicationState,
  type Course,
  type Originator,
  type Route,
  type Turn,
} from './application.ts';

export interface ApplicationRow {
  id: string;
  route: number;
  subtype: string | null;
  state: string;
  version: number;
  batch_month: string | null;
  roster_id: string | null;
  digest: string;
  name: string;
  printed_name: string;
  rarity_policy: string;
  gender: string;
  id_type: string;
  id_number_sealed: string;
  id_number_index: string;
  phone_sealed: string;
  phone_index: string;
  employer: string | null;
  employer_code: string | null;
  submitting_unit: string;
  series_code: string;
  series: string;
  specialty: string;
  level: string;
  qualification: string;
  review_body: string;
  obtained_on: string;
  filed_on: string | null;
  uploaded_at: number | null;
  upload_deadline: string | null;
  upload_late: boolean;
  corrects_number: string | null;
  corrects_version: number | null;
  corrects_reason: string | null;
  live_key: string | null;
  round: number;
  originator: string;
  employer_id: string | null;
  department_id: string | null;
  exam_body_id: string | null;
  organiser_id: string | null;
  turn_kind: string | null;
  turn_id: string | null;
  submitted_at: number | null;
  passed_at: number | null;
  changed_at: number;
  reason: string | null;
  reject_proposed: boolean;
  checked_by: string | null;
  carried_from: string | null;
  entrust_letter: string | null;
  external_number: string | null;
  draft_sealed: string | null;
  pass_key: string | null;
}
/** Identity of a claim that may be live only once: person, series and title (domain §5.1, duplicate guard). */
export function liveKeyOf(
  cipher: FieldCipher,
  claim: Pick<Application, 'idNumber' | 'seriesCode' | 'qualification'>,
): string {
  return cipher.indexOf(
    `${claim.idNumber}\n${claim.seriesCode}\n${claim.qualification}`,
    'applications.live_key',
  );
}

/** Keyed digest of everything the application says: equal only for the same claim. */
export function digestOf(cipher: FieldCipher, application: Application): string {
  return cipher.indexOf(contentText(application), 'applications.digest');
}

export const TABLE = 'applications';

/** Where the sealed fields are, for the change of field keys. */
export const SEALED = {
  table: TABLE,
  key: ['id'],
  texts: { id_number_sealed: 'id_number', phone_sealed: 'phone', draft_sealed: 'draft' },
} as const;

export function toRow(application: Application, cipher: FieldCipher): ApplicationRow {
  const { id, idNumber, phone } = application;
  const sealed = (plain: string, column: string): string =>
    cipher.seal(plain, { table: TABLE, column, row: id });
  return {
    id,
    route: application.route,
    subtype: application.subtype ?? null,
    state: application.state,
    ...courseColumns(application.course),
    batch_month: application.batchMonth ?? null,
    roster_id: application.rosterId ?? null,
    digest: digestOf(cipher, application),
    name: application.name,
    printed_name: application.printedName,
    rarity_policy: application.rarityPolicy,
    gender: application.gender,
    id_type: application.idType,
    id_number_sealed: sealed(idNumber, 'id_number'),
    id_number_index: cipher.indexOf(idNumber, 'applications.id_number'),
    phone_sealed: sealed(phone, 'phone'),
    phone_index: cipher.indexOf(phone, 'applications.phone'),
    employer: application.employer ?? null,
    employer_code: application.employerCode ?? null,
    submitting_unit: application.submittingUnit,
    series_code: application.seriesCode,
    series: application.series,
    specialty: application.specialty,
    level: application.level,
    qualification: application.qualification,
    review_body: application.reviewBody,
    obtained_on: application.obtainedOn,
    filed_on: application.filedOn ?? null,
    uploaded_at: application.uploadedAt ?? null,
    upload_deadline: application.uploadDeadline ?? null,
    upload_late: application.uploadLate,
    ...correctsColumns(application.corrects),
    // a correction stands beside the application it corrects, which keeps the guard; a draft claims nothing yet
    live_key: application.corrects || !isGuarding(application.state) ? null : liveKeyOf(cipher, application),
    entrust_letter: application.entrustLetter ?? null,
    external_number: application.externalNumber ?? null,
    draft_sealed: application.draft ? sealed(JSON.stringify(application.draft), 'draft') : null,
    pass_key: application.passKey ?? null,
  };
}

function correctsColumns(
  corrects: Application['corrects'],
): Pick<ApplicationRow, 'corrects_number' | 'corrects_version' | 'corrects_reason'> {
  return {
    corrects_number: corrects?.number ?? null,
    corrects_version: corrects?.version ?? null,
    corrects_reason: corrects?.reason ?? null,
  };
}

function courseColumns(
  course: Course,
): Pick<
  ApplicationRow,
  | 'version'
  | 'round'
  | 'originator'
  | 'employer_id'
  | 'department_id'
  | 'exam_body_id'
  | 'organiser_id'
  | 'turn_kind'
  | 'turn_id'
  | 'submitted_at'
  | 'passed_at'
  | 'changed_at'
  | 'reason'
  | 'reject_proposed'
  | 'checked_by'
  | 'carried_from'
> {
  return {
    version: course.version,
    round: course.round,
    originator: course.originator,
    employer_id: course.employerId ?? null,
    department_id: course.departmentId ?? null,
    exam_body_id: course.examBodyId ?? null,
    organiser_id: course.organiserId ?? null,
    turn_kind: course.turn?.kind ?? null,
    turn_id: course.turn?.organisationId ?? null,
    submitted_at: course.submittedAt ?? null,
    passed_at: course.passedAt ?? null,
    changed_at: course.changedAt,
    reason: course.reason ?? null,
    reject_proposed: course.rejectProposed,
    checked_by: course.checkedBy ?? null,
    carried_from: course.carriedFrom ?? null,
  };
}

function courseOf(row: ApplicationRow): Course {
  const instant = (value: number | null): Instant | undefined => (value === null ? undefined : Number(value));
  return {
    version: row.version,
    round: row.round,
    originator: row.originator as Originator, // written by courseColumns only
    employerId: row.employer_id ?? undefined,
    departmentId: row.department_id ?? undefined,
    examBodyId: row.exam_body_id ?? undefined,
    organiserId: row.organiser_id ?? undefined,
    turn:
      row.turn_kind === null
        ? undefined
        : { kind: row.turn_kind as Turn['kind'], organisationId: row.turn_id ?? undefined },
    submittedAt: instant(row.submitted_at),
    passedAt: instant(row.passed_at),
    changedAt: Number(row.changed_at),
    reason: row.reason ?? undefined,
    rejectProposed: Boolean(row.reject_proposed),
    checkedBy: row.checked_by ?? undefined,
    carriedFrom: row.carried_from ?? undefined,
  };
}

export function toApplication(row: ApplicationRow, cipher: FieldCipher): Application {
  const opened = (sealed: string, column: string): string =>
    cipher.open(sealed, { table: TABLE, column, row: row.id });
  return Object.freeze({
    id: row.id,
    route: row.route as Route, // written by toRow only
    subtype: row.subtype ?? undefined,
    state: row.state as ApplicationState,
    batchMonth: row.batch_month ?? undefined,
    rosterId: row.roster_id ?? undefined,
    name: row.name,
    printedName: row.printed_name,
    rarityPolicy: row.rarity_policy as RarityPolicy,
    gender: row.gender as Gender,
    idType: row.id_type as IdType,
    idNumber: opened(row.id_number_sealed, 'id_number'),
    phone: opened(row.phone_sealed, 'phone'),
    employer: row.employer ?? undefined,
    employerCode: row.employer_code ?? undefined,
    submittingUnit: row.submitting_unit,
    seriesCode: row.series_code,
    series: row.series,
    specialty: row.specialty,
    level: row.level as Level,
    qualification: row.qualification,
    reviewBody: row.review_body,
    obtainedOn: row.obtained_on,
    filedOn: row.filed_on ?? undefined,
    uploadedAt: row.uploaded_at === null ? undefined : Number(row.uploaded_at),
    uploadDeadline: row.upload_deadline ?? undefined,
    uploadLate: Boolean(row.upload_late),
    corrects:
      row.corrects_number === null
        ? undefined
        : {
            number: row.corrects_number,
            version: row.corrects_version ?? 1,
            reason: row.corrects_reason ?? undefined,
          },
    entrustLetter: row.entrust_letter ?? undefined,
    externalNumber: row.external_number ?? undefined,
    draft:
      row.draft_sealed === null
        ? undefined
        : (JSON.parse(opened(row.draft_sealed, 'draft')) as ApplicationContent), // sealed by toRow only
    passKey: row.pass_key ?? undefined,
    course: courseOf(row),
  });
}
