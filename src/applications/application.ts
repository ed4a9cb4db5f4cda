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

export type ApplicationState =
  | 'AWAITING_APPLICATION'
  | 'DRAFT'
  | 'UPLOADED'
  | 'BUREAU_CHECK'
  | 'GENERATED'
  | 'RETURNED'
  | 'REJECTED'
  | 'WITHDRAWN';

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
  readonly corrects: { readonly number: string; readonly version: number } | undefined;
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
