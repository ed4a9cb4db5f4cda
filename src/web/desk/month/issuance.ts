/** How the switch stands, held once for the banner on every page and for the pages that throw it. */
import { shallowRef, type ShallowRef } from 'vue';
import type { IssuanceState } from '../../../shared/shapes/shapes.ts';
import { ask, type Problem } from '../../shared/api.ts';

const state = shallowRef<IssuanceState>();
const problem = shallowRef<Problem>();

export interface Issuance {
  /** Undefined until it is known; what was known last stays while the service cannot be reached. */
  readonly state: ShallowRef<IssuanceState | undefined>;
  readonly problem: ShallowRef<Problem | undefined>;
  readonly load: () => Promise<void>;
  /** Takes over what the service answered. */
  readonly take: (answered: IssuanceState) => void;
}

export function useIssuance(): Issuance {
  return { state, problem, load, take: answered => (state.value = answered) };
}

async function load(): Promise<void> {
  const answer = await ask<IssuanceState>({ path: '/api/issuance' });
  if (answer.ok) state.value = answer.value;
  problem.value = answer.ok ? undefined : answer.problem;
}
