/**
 * One intention of the person: pressed twice, or repeated after a broken connection, it has one effect. The key stays until the outcome is
 * known, and changes with what is asked.
 */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { ask, newKey, UNREACHABLE, type Asked, type Problem } from './api.ts';

export interface Deed {
  readonly busy: Ref<boolean>;
  /** Why the last attempt did not succeed. */
  readonly problem: ShallowRef<Problem | undefined>;
  /** @returns the answer in a box, or undefined when it failed or another attempt is under way */
  readonly run: <T>(asked: Asked) => Promise<{ readonly value: T } | undefined>;
}

/** Outcomes after which nobody knows, or nothing happened: the same intention may be repeated under its key. */
const OPEN: readonly string[] = [UNREACHABLE, 'SIGN_IN_REQUIRED', 'IDEMPOTENCY_IN_PROGRESS', 'DATABASE_BUSY'];

export function useDeed(): Deed {
  const busy = ref(false);
  const problem = shallowRef<Problem>();
  let standing = { what: '', key: '' };

  async function run<T>(asked: Asked): Promise<{ value: T } | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    problem.value = undefined;
    const what = JSON.stringify([asked.method, asked.path, asked.body]);
    if (standing.what !== what) standing = { what, key: newKey() };
    const keyed = asked.method === 'POST' ? { ...asked, key: standing.key } : asked;
    const answer = await ask<T>(keyed);
    busy.value = false;
    if (answer.ok || !OPEN.includes(answer.problem.code)) standing = { what: '', key: '' };
    if (answer.ok) return { value: answer.value };
    problem.value = answer.problem;
    return undefined;
  }

  return { busy, problem, run };
}
