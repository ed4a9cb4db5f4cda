import test from 'ava';
import { bounded, oneAtOnceEach } from '../../src/shared/bounded.ts';

/** Work that lasts until it is told to end. */
function work(): { readonly run: () => Promise<void>; readonly end: () => void } {
  let end: () => void = () => undefined;
  const promise = new Promise<void>(resolve => (end = resolve));
  return { run: async () => promise, end: () => end() };
}

test('whoever holds their place keeps nobody else waiting', async t => {
  const all = bounded({ atOnce: 2, waiting: 10 });
  const each = oneAtOnceEach({ waiting: 10 });
  const slow = work();
  const greedy = Array.from({ length: 5 }, async () => each('greedy', async () => all(slow.run)));

  const other = await each('other', async () => all(() => Promise.resolve('done')));

  t.is(other, 'done');
  slow.end();
  t.is((await Promise.all(greedy)).length, 5);
});

test('one person’s work is done in its order, and a failure frees the place', async t => {
  const each = oneAtOnceEach({ waiting: 10 });
  const done: number[] = [];

  const failed = each('one', () => Promise.reject(new RangeError('no')));
  const rest = [1, 2, 3].map(async n => each('one', async () => Promise.resolve(done.push(n))));

  await t.throwsAsync(failed, { instanceOf: RangeError });
  await Promise.all(rest);
  t.deepEqual(done, [1, 2, 3]);
});

test('more than may wait of one person is refused, and nobody else is', async t => {
  const each = oneAtOnceEach({ waiting: 1 });
  const slow = work();
  const held = [each('one', slow.run), each('one', slow.run)];

  await t.throwsAsync(each('one', slow.run), { code: 'TOO_MANY_ATTEMPTS' });
  t.is(await each('two', () => Promise.resolve(2)), 2);
  slow.end();
  await Promise.all(held);
});
