/** Whether the person may change the registers; the service judges anew what is sent. */
import { computed, type ComputedRef } from 'vue';
import { useGrant } from '../grant.ts';

export function useMayChange(): ComputedRef<boolean> {
  const { grant } = useGrant();
  return computed(() => grant.value?.role === 'administrator');
}
