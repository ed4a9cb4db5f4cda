/** Answers leave at fixed times, so that how long the work took tells nothing about what was found. */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What the work gives or throws, at the first whole multiple of the beat (in milliseconds, from now) at which it is done: never sooner
 * than one beat, and work that is slower than a beat says no more than that.
 */
export async function onTheBeat<T>(beatMs: number, work: () => Promise<T>): Promise<T> {
  let isDone = false;
  const outcome = Promise.allSettled([work()]).then(([settled]) => {
    isDone = true;
    return settled;
  });
  do {
    await pause(beatMs);
  } while (!isDone);
  const settled = await outcome;
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
