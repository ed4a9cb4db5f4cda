/**
 * An application: one person's claim to one title, by whichever of the four routes it came (notice: R4–R7). What a certificate
 * will say is all here, checked; the certificate adds number, key and dates. Pure.
 */
import { maskId, type Gender, type IdType } from '../accounts/person-id.ts';
import type { TitleClaims } from '../certificate/credential.ts';
import type { Level } from '../certificate/level.ts';
import type { RarityPolicy } from '../certificate/rarity.ts';
import type { Instant, Month, PlainDate } from '../shared/time.ts';

export const ROUTES = [1, 2, 3, 4] as const;
/** 1 review committee, 2 employer's own appointment, 3 exam, 4 entrusted outside committee. */
export type Route = (typeof ROUTES)[number];

export const APPLICATION_STATES = [
  'AWAITING_APPLICATION',
  'DRAFT',
  'HOLDER_CONFIRM',
  'EMPLOYER_REVIEW',
  'DEPT_REVIEW',
  'EXAM_REVIEW',
  'UPLOADED',
  'BUREAU_CHECK',
  'GENERATED',
  'RETURNED',
  'REJECTED',
  'WITHDRAWN',
] as const;
/** Where an application stands (domain §5.1). */
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** What people read for each state. */
export const STATE_NAMES: Readonly<Record<ApplicationState, string>> = {
  AWAITING_APPLICATION: '待本人申请',
  DRAFT: '草稿',
  HOLDER_CONFIRM: '待本人确认',
  EMPLOYER_REVIEW: '用人单位审核',
  DEPT_REVIEW: '主管部门审核',
  EXAM_REVIEW: '考试机构审核',
  UPLOADED: '已上传市局',
  BUREAU_CHECK: '核对',
  GENERATED: '已制证',
  RETURNED: '退回修改',
  REJECTED: '不予通过',
  WITHDRAWN: '撤回',
};

/** States in which a claim to a title guards it against a second one (domain §5.1, duplicate guard). */
const GUARDING: ReadonlySet<ApplicationState> = new Set([
  'HOLDER_CONFIRM',
  'EMPLOYER_REVIEW',
  'DEPT_REVIEW',
  'EXAM_REVIEW',
  'UPLOADED',
  'BUREAU_CHECK',
  'GENERATED',
  'RETURNED',
]);

export function isGuarding(state: ApplicationState): boolean {
  return GUARDING.has(state);
}

/** Who began it: the holder, the employer (R11), a committee's organiser (R9), an exam body (R12), the bureau (a correction). */
export type Originator = 'holder' | 'employer' | 'organiser' | 'exam-body' | 'bureau';

/** Whose move it is: the holder's, or that of one organisation in one capacity. */
export interface Turn {
  readonly kind: 'holder' | 'employer' | 'department' | 'exam-body' | 'organiser' | 'bureau';
  /** Absent for the holder and the bureau. */
  readonly organisationId: string | undefined;
}

/** Where the application is on its way, apart from what it says. */
export interface Course {
  /** Rises by one with every change; a decision names the version that was seen. */
  readonly version: number;
  /** 1 for the first submission; a resubmission repeats all levels under the next number. */
  readonly round: number;
  readonly originator: Originator;
  readonly employerId: string | undefined;
  /** Department or archive body that reviews (R13, R14). */
  readonly departmentId: string | undefined;
  readonly examBodyId: string | undefined;
  readonly organiserId: string | undefined;
  readonly turn: Turn | undefined;
  readonly submittedAt: Instant | undefined;
  /** The last level before the bureau approved at that instant; it now waits for the upload (汇总上传). */
  readonly passedAt: Instant | undefined;
  readonly changedAt: Instant;
  /** Why it was last returned or rejected. */
  readonly reason: string | undefined;
  /** The bureau's handler proposes to reject; an approver decides. */
  readonly rejectProposed: boolean;
  /** Account of the bureau's handler who checked it; never the one who approves. */
  readonly checkedBy: string | undefined;
  /** The month it was carried over from, unchecked or unapproved (R16). */
  readonly carriedFrom: Month | undefined;
}

/** What may change for many applications at once without their content being written anew. */
export interface Step {
  readonly state: ApplicationState;
  readonly turn: Turn | undefined;
  readonly at: Instant;
  readonly batchMonth?: Month | undefined;
  readonly uploadedAt?: Instant | undefined;
  readonly passedAt?: Instant | undefined;
  readonly reason?: string | undefined;
  readonly rejectProposed?: boolean;
  readonly checkedBy?: string | undefined;
  readonly carriedFrom?: Month | undefined;
}

/** A course at its first step. */
export function courseFrom(start: Partial<Course> & Pick<Course, 'originator' | 'changedAt'>): Course {
  return {
    version: 1,
    round: 1,
    employerId: undefined,
    departmentId: undefined,
    examBodyId: undefined,
    organiserId: undefined,
    turn: undefined,
    submittedAt: undefined,
    passedAt: undefined,
    reason: undefined,
    rejectProposed: false,
    checkedBy: undefined,
    carriedFrom: undefined,
    ...start,
  };
}

/** What the applicant writes, as written; judged when it is submitted (check-content.ts). Blank means not filled in yet. */
export interface ApplicationContent {
  readonly name: string;
  /** Readings for rare characters that the software does not know, such as `𠮷=JI`. */
  readonly namePinyin: string;
  readonly gender: string;
  readonly idType: string;
  readonly idNumber: string;
  readonly phone: string;
  /** Unified social credit code of the employer; blank for people without one (route 3 only). */
  readonly employerCode: string;
  /** Code of the archive body, for those whose employer has no department (R14). */
  readonly archiveCode: string;
  readonly series: string;
  readonly specialty: string;
  readonly level: string;
  readonly qualification: string;
  /** Route 4: the entrusted committee. Routes 2 and 3 derive it (R22). */
  readonly reviewBody: string;
  readonly obtainedOn: string;
  /** Route 4: number of the entrusting letter (委托函文号, R7). */
  readonly entrustLetter: string;
  /** Route 3: management number of the national certificate, if any (R6). */
  readonly externalNumber: string;
}

export interface Application {
  readonly id: string;
  readonly route: Route;
  readonly subtype: string | undefined;
  readonly state: ApplicationState;
  readonly batchMonth: Month | undefined;
  readonly rosterId: string | undefined;
  readonly name: string;
  readonly printedName: string;
  readonly rarityPolicy: RarityPolicy;
  readonly gender: Gender;
  readonly idType: IdType;
  /** In full; sealed at rest. */
  readonly idNumber: string;
  /** Reserved mobile (预留手机号); sealed at rest. */
  readonly phone: string;
  /** Absent for people without employer (R12). */
  readonly employer: string | undefined;
  readonly employerCode: string | undefined;
  readonly submittingUnit: string;
  readonly seriesCode: string;
  readonly series: string;
  readonly specialty: string;
  readonly level: Level;
  readonly qualification: string;
  readonly reviewBody: string;
  readonly obtainedOn: PlainDate;
  readonly filedOn: PlainDate | undefined;
  readonly uploadedAt: Instant | undefined;
  readonly uploadDeadline: PlainDate | undefined;
  readonly uploadLate: boolean;
  /** The certificate version that this one corrects (更正), if it does. */
  readonly corrects:
    | {
        readonly number: string;
        readonly version: number;
        /** Reason code. */ readonly reason?: string | undefined;
      }
    | undefined;
  /** Route 4 (R7). */
  readonly entrustLetter: string | undefined;
  /** Route 3 (R6). */
  readonly externalNumber: string | undefined;
  /** What the applicant is still writing: in the states DRAFT, RETURNED and AWAITING_APPLICATION; sealed at rest. */
  readonly draft: ApplicationContent | undefined;
  /** Identity of an exam pass: taken over by the next application when this one is withdrawn or rejected (R12). */
  readonly passKey: string | undefined;
  readonly course: Course;
}

/** R27: who writes a rare character beside its pinyin and stamps it: the committee, the appointing employer, or the exam body. */
export function annotatorOf({ route }: Pick<Application, 'route'>): string {
  return { 1: '评审机构', 2: '用人单位', 3: '考试机构', 4: '评审机构' }[route];
}

/** What the credential says of this application under that number (R21). */
export function claimsOf(application: Application, certificateNumber: string): TitleClaims {
  const { name, printedName } = application;
  return {
    name,
    ...(printedName === name ? {} : { printedName }),
    gender: application.gender,
    idNumber: maskId(application.idNumber),
    submittingUnit: application.submittingUnit,
    qualification: application.qualification,
    level: application.level,
    series: application.series,
    specialty: application.specialty,
    reviewBody: application.reviewBody,
    obtainedOn: application.obtainedOn,
    certificateNumber,
  };
}

/** Everything a certificate will show or depend on, as one text: two applications with the same text are the same claim. */
export function contentText(application: Application): string {
  const { idType, idNumber, name, printedName, gender, phone, employer, employerCode, submittingUnit } =
    application;
  const {
    seriesCode,
    specialty,
    level,
    qualification,
    reviewBody,
    obtainedOn,
    filedOn,
    route,
    batchMonth,
    corrects,
  } = application;
  return JSON.stringify([
    [route, batchMonth ?? null, idType, idNumber, name, printedName, gender, phone],
    [
      employer ?? null,
      employerCode ?? null,
      submittingUnit,
      seriesCode,
      specialty,
      level,
      qualification,
      reviewBody,
    ],
    [obtainedOn, filedOn ?? null, corrects?.number ?? null, corrects?.version ?? null],
  ]);
}
