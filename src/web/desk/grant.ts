/**
 * For which organisation and in which capacity somebody works just now: an account may have several (R3). The choice stays for the
 * browser's tab; it is an id, nobody's data.
 */
import { computed, ref, type ComputedRef } from 'vue';
import type { GrantView } from '../../shared/shapes/shapes.ts';
import { useSession } from '../shared/session.ts';

const KEPT = 'zhicheng-desk-grant';
const chosen = ref(sessionStorage.getItem(KEPT) ?? '');
const { view } = useSession();
const grants = computed(() => view.value?.grants ?? []);
const grant = computed(() => grants.value.find(({ id }) => id === chosen.value) ?? grants.value[0]);

export interface CurrentGrant {
  readonly grants: ComputedRef<readonly GrantView[]>;
  /** Undefined while nobody is signed in, and for an account without any. */
  readonly grant: ComputedRef<GrantView | undefined>;
  readonly choose: (id: string) => void;
}

export function useGrant(): CurrentGrant {
  return { grants, grant, choose };
}

function choose(id: string): void {
  chosen.value = id;
  sessionStorage.setItem(KEPT, id);
}
