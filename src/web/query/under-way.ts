/** The lookup that waits for its code: its five minutes and five tries (R33), told from this device's clock and kept for this tab. */
import { computed, onMounted, onUnmounted, ref, type ComputedRef, type Ref } from 'vue';
import { TRIES_PER_CODE } from '../../lookups/lookup.ts';
import { keepLookup, keptLookup, type KeptLookup } from './kept-lookup.ts';

export interface UnderWay {
  readonly current: Ref<KeptLookup | undefined>;
  readonly secondsLeft: ComputedRef<number>;
  /** Until the same phone may get another code. */
  readonly secondsToAgain: ComputedRef<number>;
  /** From now on that one; `askedAt` in milliseconds is when its question was sent. */
  readonly begin: (asked: { lookupId: string; expiresInSeconds: number; askedAt: number }) => void;
  /** One of its tries is gone. */
  readonly takeTry: () => void;
  /** True while its code can still be tried. */
  readonly isAlive: ComputedRef<boolean>;
  readonly end: () => void;
}

/** R33: one message a minute to one phone. A second more, for the service counts whole ones. */
const AGAIN_SECONDS = 61;

/** Begins with the one that was kept, if it is still alive. */
export function useUnderWay(): UnderWay {
  const current = ref<KeptLookup>();
  const now = useNow();
  const secondsUntil = (end: number | undefined): number =>
    end === undefined ? 0 : Math.max(0, Math.ceil((end - now.value) / 1000));
  const secondsLeft = computed(() => secondsUntil(current.value?.endsAt));
  const secondsToAgain = computed(() => secondsUntil(current.value?.againAt));
  const isAlive = computed(() => secondsLeft.value > 0 && (current.value?.triesLeft ?? 0) > 0);
  const follow = (next: KeptLookup | undefined): void => {
    current.value = next;
    keepLookup(next);
  };

  const kept = keptLookup();
  if (kept && kept.endsAt > now.value) current.value = kept;
  return {
    current,
    secondsLeft,
    secondsToAgain,
    isAlive,
    begin: ({ lookupId, expiresInSeconds, askedAt }) => {
      now.value = Date.now();
      const times = { endsAt: askedAt + expiresInSeconds * 1000, againAt: now.value + AGAIN_SECONDS * 1000 };
      follow({ lookupId, ...times, triesLeft: TRIES_PER_CODE });
    },
    takeTry: () => {
      if (current.value) follow({ ...current.value, triesLeft: current.value.triesLeft - 1 });
    },
    end: () => follow(undefined),
  };
}

/** Milliseconds of this device's clock, each second anew. */
function useNow(): Ref<number> {
  const now = ref(Date.now());
  let timer = 0;
  onMounted(() => (timer = window.setInterval(() => (now.value = Date.now()), 1000)));
  onUnmounted(() => clearInterval(timer));
  return now;
}
