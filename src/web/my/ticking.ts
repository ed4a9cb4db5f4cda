/** A clock for countdowns: the present in milliseconds, each second anew. */
import { onUnmounted, ref, type Ref } from 'vue';

export function useTicking(): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 1000);
  onUnmounted(() => clearInterval(timer));
  return now;
}
