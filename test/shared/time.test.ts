import test from 'ava';
import {
  addDays,
  addMonths,
  clockTimeAt,
  collectFrom,
  dateAt,
  isDate,
  isMonth,
  isoAt,
  lastDayOf,
  monthAt,
  startOf,
  toChineseDate,
  toChineseMonth,
} from '../../src/shared/time.ts';

test('a day of the bureau begins at 16:00 UTC of the day before', t => {
  const midnight = Date.parse('2026-05-31T16:00:00Z') / 1000;

  t.deepEqual([dateAt(midnight - 1), dateAt(midnight)], ['2026-05-31', '2026-06-01']);
  t.deepEqual([monthAt(midnight - 1), monthAt(midnight)], ['2026-05', '2026-06']);
  t.is(startOf('2026-06-01'), midnight);
  t.is(clockTimeAt(midnight + 3661), '2026-06-01 01:01:01');
  t.is(isoAt(midnight), '2026-05-31T16:00:00Z');
});

for (const text of [
  '2022-02-30',
  '2023-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-06-31',
  '2026-6-1',
  '20260601',
  '',
  '2026-06-01T00:00:00Z',
  ' 2026-06-01',
]) {
  test(`"${text}" is no date, and begins at no instant`, t => {
    t.false(isDate(text));
    t.throws(() => startOf(text), { instanceOf: RangeError });
  });
}

test('dates and months step over the ends of months and years', t => {
  t.true(isDate('2024-02-29'));
  t.deepEqual(
    [addDays('2024-02-28', 1), addDays('2026-12-31', 1), addDays('2026-01-01', -1)],
    ['2024-02-29', '2027-01-01', '2025-12-31'],
  );
  t.deepEqual(
    [addMonths('2026-12', 1), addMonths('2026-01', -1), addMonths('2026-06', 30)],
    ['2027-01', '2025-12', '2028-12'],
  );
  t.deepEqual(
    [lastDayOf('2024-02'), lastDayOf('2026-02'), lastDayOf('2026-12')],
    ['2024-02-29', '2026-02-28', '2026-12-31'],
  );
});

// R17: from the 15th of the month after the batch month
test('certificates can be collected from the 15th of the next month', t => {
  t.deepEqual([collectFrom('2026-06'), collectFrom('2026-12')], ['2026-07-15', '2027-01-15']);
});

test('a month is YYYY-MM from 01 to 12', t => {
  t.deepEqual(['2026-01', '2026-12', '2026-00', '2026-13', '2026-1', '202601'].map(isMonth), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('a date and a month are written for people without leading zeros', t => {
  t.is(toChineseDate('2021-07-03'), '2021年7月3日');
  t.is(toChineseMonth('2021-07'), '2021年7月');
});
