/** A thread for verify-thread.test.ts: answers its first texts with something that only it would say, and dies of the second. */
import { parentPort } from 'node:worker_threads';
import type { Told } from '../../src/verification/verify-thread.ts';

let hasAnswered = false;
parentPort?.on('message', (told: Told) => {
  if ('believe' in told) return;
  if (hasAnswered) throw new RangeError('this thread answers once');
  hasAnswered = true;
  parentPort?.postMessage(new TextEncoder().encode('"beside"\n'.repeat(told.texts.length)));
});
