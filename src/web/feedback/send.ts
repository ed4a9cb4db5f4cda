/**
 * Sends a report of somebody who is not signed in, with the work that lets it in. The work stands until the outcome is known: a report
 * whose answer was lost is sent again with the same work and gets the same receipt.
 */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { FeedbackNew, FeedbackReceipt, LookupChallenge } from '../../shared/shapes/shapes.ts';
import { solve } from '../query/solve.ts';
import { ask, UNREACHABLE, type Answer, type Problem } from '../shared/api.ts';

export type Report = Omit<FeedbackNew, 'challenge' | 'nonce'>;
type Proof = Pick<FeedbackNew, 'challenge' | 'nonce'>;

export interface Sending {
  /** From 0 to 1 while the work is done; undefined otherwise. */
  readonly progress: Ref<number | undefined>;
  readonly problem: ShallowRef<Problem | undefined>;
  /** @returns undefined when it failed, was cancelled, or another one is under way */
  readonly send: (report: Report) => Promise<FeedbackReceipt | undefined>;
  readonly cancel: () => void;
}

export function useSending(): Sending {
  const progress = ref<number>();
  const problem = shallowRef<Problem>();
  let working = new AbortController();
  let standing: { readonly what: string; readonly proof: Proof } | undefined;

  async function prove(): Promise<Answer<Proof | undefined>> {
    const task = await ask<LookupChallenge>({ path: '/api/lookups/challenge' });
    if (!task.ok) return task;
    const told = (share: number): void => void (progress.value = share);
    const nonce = await solve(task.value, { signal: working.signal, progress: told });
    return { ok: true, value: nonce === undefined ? undefined : { challenge: task.value.challenge, nonce } };
  }

  async function attempt(report: Report): Promise<Answer<FeedbackReceipt | undefined>> {
    const what = JSON.stringify(report);
    const proved = standing?.what === what ? ({ ok: true, value: standing.proof } as const) : await prove();
    if (!proved.ok || proved.value === undefined) return proved as Answer<undefined>;
    standing = { what, proof: proved.value };
    progress.value = 1;
    const body = { ...report, ...proved.value };
    const answer = await ask<FeedbackReceipt>({ method: 'POST', path: '/api/feedback', body });
    if (answer.ok || answer.problem.code !== UNREACHABLE) standing = undefined;
    return answer;
  }

  async function send(report: Report): Promise<FeedbackReceipt | undefined> {
    if (progress.value !== undefined) return undefined;
    working = new AbortController();
    progress.value = 0;
    problem.value = undefined;
    let answer = await attempt(report);
    // phones fall asleep over the work: once more when its time was over
    if (!answer.ok && answer.problem.code === 'CHALLENGE_INVALID') answer = await attempt(report);
    progress.value = undefined;
    if (answer.ok) return answer.value;
    problem.value = answer.problem;
    return undefined;
  }

  return { progress, problem, send, cancel: () => working.abort() };
}
