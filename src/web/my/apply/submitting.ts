/** Who submits the papers of that employer's people, asked anew whenever the employer is chosen anew (R14). */
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { SubmittingUnit } from '../../../shared/shapes/shapes.ts';
import { ask } from '../../shared/api.ts';

export interface Submitting {
  /** Undefined until it is known; submitting says it again. */
  readonly unit: ShallowRef<SubmittingUnit | undefined>;
  readonly asking: Ref<boolean>;
}

/** @param employer the code as it stands; what is no code counts as none */
export function useSubmitting(employer: () => string): Submitting {
  const unit = shallowRef<SubmittingUnit>();
  const asking = ref(false);
  watch(
    employer,
    async code => {
      asking.value = true;
      const query = /^[0-9A-Za-z]{18}$/.test(code) ? { employer: code } : {};
      const answer = await ask<SubmittingUnit>({ path: '/api/submitting-unit', query });
      if (code !== employer()) return; // chosen anew meanwhile
      asking.value = false;
      unit.value = answer.ok ? answer.value : undefined;
    },
    { immediate: true },
  );
  return { unit, asking };
}
