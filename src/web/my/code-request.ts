/** A code sent to a phone: asked for, counted down, asked for again after a minute. The service alone limits; this only says when. */
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ask, type Problem } from '../shared/api.ts';
import type { HolderCodeSent } from '../../shared/shapes/shapes.ts';
import { useTicking } from './ticking.ts';

/** R33 with the decision there: one message a minute. */
const AGAIN_MS = 60_000;

export interface CodeRequest {
  readonly busy: Ref<boolean>;
  readonly problem: ShallowRef<Problem | undefined>;
  /** The request whose code is awaited; undefined before the first and after `forget`. */
  readonly sent: ShallowRef<HolderCodeSent | undefined>;
  /** Until another one may be asked for; 0 when it may. */
  readonly secondsToAgain: ComputedRef<number>;
  readonly isOver: ComputedRef<boolean>;
  readonly send: (body: object) => Promise<boolean>;
  readonly forget: () => void;
}

export function useCodeRequest(path: string): CodeRequest {
  const busy = ref(false);
  const problem = shallowRef<Problem>();
  const sent = shallowRef<HolderCodeSent>();
  const sentAt = ref(0);
  const waitUntil = ref(0);
  const now = useTicking();
  const secondsToAgain = computed(() => Math.max(0, Math.ceil((waitUntil.value - now.value) / 1000)));
  const isOver = computed(() => {
    return sent.value !== undefined && now.value >= sentAt.value + sent.value.expiresInSeconds * 1000;
  });

  async function send(body: object): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = undefined;
    const answer = await ask<HolderCodeSent>({ method: 'POST', path, body });
    busy.value = false;
    now.value = Date.now();
    if (answer.ok) {
      sent.value = answer.value;
      sentAt.value = now.value;
      waitUntil.value = now.value + AGAIN_MS;
      return true;
    }
    problem.value = answer.problem;
    const { retryAfterSeconds } = answer.problem;
    if (retryAfterSeconds !== undefined) waitUntil.value = now.value + retryAfterSeconds * 1000;
    return false;
  }

  const forget = (): void => {
    sent.value = undefined;
    problem.value = undefined;
  };
  return { busy, problem, sent, secondsToAgain, isOver, send, forget };
}
