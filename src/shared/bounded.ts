/** Work that must not all be done at once: so many run, so many wait in order, the rest is refused. Pure but for the counting. */
import { DomainError } from './errors.ts';

/** Runs the work when its turn comes. @throws DomainError TOO_MANY_ATTEMPTS when the queue is full */
export type Bounded = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A gate of its own for one kind of work in this process; first come, first served.
 * @param limits how many run at once and how many may wait for them
 */
export function bounded({ atOnce, waiting }: { atOnce: number; waiting: number }): Bounded {
  let running = 0;
  const queue: (() => void)[] = [];
  return async work => {
    if (running < atOnce) running += 1;
    else {
      if (queue.length >= waiting) {
        throw new DomainError('TOO_MANY_ATTEMPTS', '同时办理的人太多，请过一会儿再试。', {
          retryAfterSeconds: 10,
        });
      }
      await new Promise<void>(resolve => queue.push(resolve)); // the place is handed over, `running` stays
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** Runs the work when the turn of `of` comes. @throws DomainError TOO_MANY_ATTEMPTS when too much of the same waits already */
export type BoundedEach = <T>(of: string, work: () => Promise<T>) => Promise<T>;

/**
 * A gate of one place for each person, or whatever is counted: whoever holds theirs keeps nobody else waiting.
 * @param limits how many more of one person may wait
 */
export function oneAtOnceEach({ waiting }: { waiting: number }): BoundedEach {
  const gates = new Map<string, { readonly gate: Bounded; users: number }>();
  return async (of, work) => {
    const own = gates.get(of) ?? { gate: bounded({ atOnce: 1, waiting }), users: 0 };
    gates.set(of, own);
    own.users += 1;
    try {
      return await own.gate(work);
    } finally {
      own.users -= 1;
      if (own.users === 0) gates.delete(of);
    }
  };
}
