/** Organisations and what they may act as: one organisation may hold several capacities (notice: R3). Pure. */

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
