/** The thread of verify-thread.ts: reads trust documents and verifies texts in the order in which it is told. */
import { parentPort } from 'node:worker_threads';
import type { Instant } from '../shared/time.ts';
import { nativeCheck } from './native-check.ts';
import { readTrust, type Trust } from './trust.ts';
import { verify } from './verify.ts';
import type { Said, Told } from './verify-thread.ts';

let trust: Trust | undefined;
/** One thing after the other: answers go back in the order of the questions. */
let last = Promise.resolve();
parentPort?.on('message', (told: Told) => {
  last = last.then(async () => follow(told));
});

/** What fails here ends the thread, and whoever began it answers instead. */
async function follow(told: Told): Promise<void> {
  if ('believe' in told) trust = await readTrust(told.believe, { check: nativeCheck });
  else if (trust) say(new TextEncoder().encode(await reports(told.texts, trust, told.at)));
  else throw new TypeError('verify-thread: expected a trust document before the first text, got none');
}

async function reports(texts: readonly string[], by: Trust, at: Instant): Promise<string> {
  let all = '';
  for (const text of texts) all += `${JSON.stringify(await verify(text, by, at))}\n`;
  return all;
}

function say(said: Said): void {
  parentPort?.postMessage(said, [said.buffer]);
}
