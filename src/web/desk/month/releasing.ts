/** While a month is being signed its view is asked again and again, and the pace is told; a reload of the page begins where it stands. */
import { onUnmounted, shallowRef, watch, type ShallowRef } from 'vue';
import type { BatchView } from '../../../shared/shapes/shapes.ts';
import type { Shown } from '../../shared/asked.ts';

const ASK_AGAIN_MS = 1500;

export interface Pace {
  readonly perSecond: number;
  readonly secondsLeft: number;
}

/** @returns the pace since this page opened; undefined until two answers differ */
export function useReleasing({ value, problem, reload }: Shown<BatchView>): {
  readonly pace: ShallowRef<Pace | undefined>;
} {
  const pace = shallowRef<Pace>();
  let first: { readonly done: number; readonly at: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // a failed question is a reason to ask again, too: signing goes on without this page
  watch([value, problem], ([view]) => {
    clearTimeout(timer);
    if (view?.release.state !== 'releasing') {
      first = undefined;
      pace.value = undefined;
      return;
    }
    const { done, all } = view.release;
    const at = performance.now();
    first ??= { done, at };
    const seconds = (at - first.at) / 1000;
    const perSecond = seconds > 0 ? (done - first.done) / seconds : 0;
    if (perSecond > 0) pace.value = { perSecond, secondsLeft: Math.ceil((all - done) / perSecond) };
    timer = setTimeout(() => void reload(), ASK_AGAIN_MS);
  });
  onUnmounted(() => clearTimeout(timer));
  return { pace };
}
