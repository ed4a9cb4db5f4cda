/** Has a challenge met by a worker of its own, with progress, until it is met or no longer wanted. */
import { progressAt } from './proof.ts';
import type { Task, Told } from './proof-worker.ts';

/**
 * The nonce that meets the challenge; undefined when the signal ended the work first.
 * @param progress told from 0 to below 1
 */
export async function solve(
  task: Task,
  { signal, progress }: { signal: AbortSignal; progress: (share: number) => void },
): Promise<string | undefined> {
  const worker = new Worker(new URL('./proof-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      worker.addEventListener('error', () => reject(new Error('the worker could not run')));
      worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
        if ('nonce' in data) resolve(data.nonce);
        else progress(progressAt(data.tries, task.difficultyBits));
      });
      worker.postMessage(task);
    });
  } finally {
    worker.terminate();
  }
}
