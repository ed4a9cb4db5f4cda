/** When a notification that failed is tried again, and when it is given up. Pure: chance comes in. */
import type { Instant } from '../../shared/time.ts';

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 6 * 3600;
/** So long an event is worth telling; after that it can be read and replayed. */
export const GIVE_UP_SECONDS = 3 * 86_400;
/** However late it comes to its turn behind others of its certificate, it is tried so often. */
export const FEWEST_TRIES = 5;

/**
 * Seconds after the so-manieth failure: 5 s, 15 s, 45 s, … at most 6 h, each up to a fifth shorter or longer, so that what failed
 * together does not come back together.
 * @param chance uniform from 0 to below 1
 */
export function pauseAfter(tries: number, chance: number): number {
  const pause = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 3 ** (tries - 1));
  return Math.round(pause * (0.8 + 0.4 * chance));
}

/** True when a further try is not worth it. */
export function isGivenUp({ since, tries }: { since: Instant; tries: number }, at: Instant): boolean {
  return tries >= FEWEST_TRIES && at >= since + GIVE_UP_SECONDS;
}
