/** What a page shows of the service: asked when the page opens and again when somebody has signed in anew. */
import { onUnmounted, shallowRef, watch, type ShallowRef } from 'vue';
import { ask, type Asked, type Problem } from './api.ts';
import { useSession } from './session.ts';

export interface Shown<T> {
  /** Undefined until the first answer; an older answer stays while a newer one cannot be had. */
  readonly value: ShallowRef<T | undefined>;
  readonly problem: ShallowRef<Problem | undefined>;
  readonly reload: () => Promise<void>;
}

/** @param asked made anew at each asking */
export function useAsked<T>(asked: () => Asked): Shown<T> {
  const value = shallowRef<T>();
  const problem = shallowRef<Problem>();
  const leaving = new AbortController();
  const reload = async (): Promise<void> => {
    const answer = await ask<T>({ ...asked(), signal: leaving.signal });
    if (leaving.signal.aborted) return;
    if (answer.ok) value.value = answer.value;
    problem.value = answer.ok ? undefined : answer.problem;
  };
  const { hasEnded } = useSession();
  watch(hasEnded, isOver => {
    if (!isOver) void reload();
  });
  onUnmounted(() => leaving.abort());
  void reload();
  return { value, problem, reload };
}
