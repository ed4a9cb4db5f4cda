import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { onTheBeat } from '../../src/lookups/beat.ts';

test('an answer waits for the beat, however early the work is done', async t => {
  const order: string[] = [];
  const early = onTheBeat(100, () => {
    order.push('work');
    return Promise.resolve('found');
  });
  await Promise.all([
    early.then(() => order.push('answer')),
    pause(1).then(() => order.push('sooner than the beat')),
  ]);

  t.deepEqual(order, ['work', 'sooner than the beat', 'answer']);
  t.is(await early, 'found');
});

test('work that is slower than a beat is waited for', async t => {
  let finish: (found: string) => void = () => undefined;
  const slow = onTheBeat(1, async () => new Promise<string>(resolve => (finish = resolve)));
  await pause(5);
  finish('found');

  t.is(await slow, 'found');
});

test('a failure waits for the beat as an answer does', async t => {
  const order: string[] = [];
  await Promise.all([
    onTheBeat(100, () => Promise.reject(new RangeError('lost'))).catch((error: unknown) =>
      order.push(String(error)),
    ),
    pause(1).then(() => order.push('sooner than the beat')),
  ]);

  t.deepEqual(order, ['sooner than the beat', 'RangeError: lost']);
});
