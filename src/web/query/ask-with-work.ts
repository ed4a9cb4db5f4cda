/** A question to the service with the work that opens it, done anew once when its challenge ended meanwhile: phones fall asleep. */
import type { LookupAsked } from '../../shared/shapes/shapes.ts';
import { askLookup, fetchChallenge, Refused, type Facts } from './service.ts';
import { solve } from './solve.ts';

export interface AskedInTime extends LookupAsked {
  /** Milliseconds of this device's clock: when the question was sent. */
  readonly askedAt: number;
}

/**
 * The lookup, on record; undefined when the signal ended the work first.
 * @param progress told from 0 to 1 as the work goes on
 * @throws Refused
 */
export async function askWithWork(
  facts: Facts,
  { signal, progress }: { signal: AbortSignal; progress: (share: number) => void },
): Promise<AskedInTime | undefined> {
  for (let round = 1; ; round += 1) {
    progress(0);
    const task = await fetchChallenge();
    const nonce = await solve(task, { signal, progress });
    if (nonce === undefined) return undefined;
    progress(1);
    try {
      const askedAt = Date.now();
      const asked = await askLookup({ ...facts, challenge: task.challenge, nonce });
      return { ...asked, askedAt };
    } catch (error) {
      const isOver = error instanceof Refused && error.trouble.code === 'CHALLENGE_INVALID';
      if (!isOver || round > 1) throw error;
    }
  }
}
