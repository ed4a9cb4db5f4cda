import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { answerLookup } from '../../src/lookups/answer-lookup.ts';
import { onTheBeat } from '../../src/lookups/beat.ts';
import { newAct } from '../../src/world.ts';
import { databases } from '../support/database.ts';
import { ask, aScene, EASY, newestCode, otherThan } from './asking.ts';

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

// T23: one duration for every failure, of codes as of questions
test('no code is answered before its beat, whether it is right, wrong, used, of nothing, or one too many', async t => {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const scene = await aScene(t, sqlite);
  const { world } = scene;
  const rules = { ...EASY, beatMs: 400 };
  const lookupId = await ask(world, scene.facts[0]);
  const code = await newestCode(world);
  const mismatch = await ask(world, { ...scene.facts[0], phone: scene.facts[1].phone });
  const cases: Record<string, { lookupId: string; code: string }> = {
    wrong: { lookupId, code: otherThan(code) },
    right: { lookupId, code },
    used: { lookupId, code },
    'of a mismatch': { lookupId: mismatch, code },
    'of nothing': { lookupId: 'f'.repeat(32), code },
  };

  for (const [name, given] of Object.entries(cases)) {
    const order: string[] = [];
    const wanted = { ...given, address: '192.0.2.1' };
    await Promise.all([
      answerLookup(world, newAct(world, 'public'), { wanted, rules })
        .catch((error: unknown) => error)
        .then(() => order.push('answer')),
      pause(200).then(() => order.push('half of the beat')),
    ]);
    t.deepEqual(order, ['half of the beat', 'answer'], name);
  }
});
