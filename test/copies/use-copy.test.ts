import test from 'ava';
import { DomainError } from '../../src/shared/errors.ts';
import { startOf } from '../../src/shared/time.ts';
import { demandEnd, nextCopy } from '../../src/copies/use-copy.ts';

const NOON = startOf('2021-08-15') + 12 * 3600;
const until = (copy: number, day: string): { copy: number; endsAt: number } => ({
  copy,
  endsAt: startOf(day),
});

function refusal(work: () => unknown): DomainError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

test('the first copy is number 1, and numbers are never given again', t => {
  t.is(nextCopy([], NOON), 1);
  t.is(nextCopy([until(1, '2021-08-01'), until(7, '2021-08-02')], NOON), 8);
});

test('three copies are alive at most, and the refusal names the first day on which there is room', t => {
  const alive = [
    until(1, '2021-09-03'),
    until(2, '2021-08-20'),
    until(3, '2021-10-01'),
    until(4, '2021-08-10'),
  ];

  const refused = refusal(() => nextCopy(alive, NOON));

  t.is(refused?.code, 'TOO_MANY_USE_COPIES');
  t.regex(refused?.detail ?? '', /2021年8月20日/);
  t.is(refused?.retryAfterSeconds, startOf('2021-08-20') - NOON);
  t.is(nextCopy(alive, startOf('2021-08-20')), 5);
});

test('a copy is alive to the last second of its last day', t => {
  const alive = [until(1, '2021-08-16'), until(2, '2021-08-16'), until(3, '2021-08-16')];

  t.is(refusal(() => nextCopy(alive, startOf('2021-08-16') - 1))?.code, 'TOO_MANY_USE_COPIES');
  t.is(nextCopy(alive, startOf('2021-08-16')), 4);
});

test('numbers end where code and schema end', t => {
  t.is(nextCopy([until(99_998, '2021-01-01')], NOON), 99_999);
  t.is(refusal(() => nextCopy([until(99_999, '2021-01-01')], NOON))?.code, 'TOO_MANY_USE_COPIES');
});

test('a copy ends today at the earliest, and ninety days later at the latest', t => {
  t.is(demandEnd('2021-08-15', NOON), '2021-08-15');
  t.is(demandEnd('2021-11-13', NOON), '2021-11-13');
  for (const day of ['2021-08-14', '2021-11-14', '2021-09-31', '0000-00-00', '9999-12-31', ''])
    t.is(refusal(() => demandEnd(day, NOON))?.placed[0]?.pointer, '/validThrough', day);
});
