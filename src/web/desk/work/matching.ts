/** The rows of a list that fit what somebody narrows it by. Pure. */
import type { ApplicationSummary } from '../../../shared/shapes/shapes.ts';
import type { Filters } from './standing.ts';

export function matching(
  rows: readonly ApplicationSummary[],
  { name, state, month, late }: Filters,
): readonly ApplicationSummary[] {
  const wanted = name.trim();
  if (wanted === '' && state === '' && month === '' && !late) return rows;
  return rows.filter(
    row =>
      row.name.includes(wanted) &&
      (state === '' || row.state === state) &&
      (month === '' || (row.batchMonth ?? row.expectedMonth) === month) &&
      (!late || row.uploadLate || row.carriedFrom !== null),
  );
}

/** What there is to narrow by: states and months of the rows themselves. */
export function choicesIn(rows: readonly ApplicationSummary[]): {
  readonly states: readonly (readonly [state: string, name: string])[];
  readonly months: readonly string[];
} {
  const states = new Map(rows.map(({ state, stateName }) => [state as string, stateName]));
  const months = new Set(rows.flatMap(({ batchMonth, expectedMonth }) => batchMonth ?? expectedMonth ?? []));
  return { states: [...states], months: [...months].sort().reverse() };
}
