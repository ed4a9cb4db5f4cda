/**
 * Organisations and what they may act as: one organisation may hold several capacities (notice: R3); who stands over whom, and who
 * works where, in time (R14, R34). Pure.
 */
import type { PlainDate } from '../shared/time.ts';

export const CAPACITIES = [
  'bureau',
  'department',
  'archive',
  'exam-body',
  'organiser',
  'employer',
  'registration-body',
] as const;
export type Capacity = (typeof CAPACITIES)[number];

export interface Organisation {
  readonly id: string;
  readonly name: string;
  /** Unified social credit code, GB 32100. */
  readonly code: string;
  readonly capacities: readonly Capacity[];
}

/** From its first day to its last, both included; without a last day it still runs. */
export interface Period {
  readonly from: PlainDate;
  readonly to: PlainDate | undefined;
}

/** An employer stands under a department (业务主管部门), in time (R14). */
export interface OrganisationLink extends Period {
  readonly id: string;
  readonly employerId: string;
  readonly departmentId: string;
}

/** Somebody works there, in time; a leaver's last day is the last on which the employer sees them (R34). */
export interface Employment extends Period {
  readonly id: string;
  readonly organisationId: string;
  readonly idNumber: string;
  readonly name: string;
}

/** True on every day from the first to the last. */
export function runsOn(period: Period, on: PlainDate): boolean {
  return period.from <= on && (period.to === undefined || on <= period.to);
}
