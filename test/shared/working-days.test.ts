import { execFileSync } from 'node:child_process';
import test from 'ava';
import { DomainError } from '../../src/shared/errors.ts';
import { collectFrom } from '../../src/shared/time.ts';
import {
  builtInDays,
  CALENDAR_YEARS,
  isWorkday,
  uploadCutoff,
  workdayDeadline,
} from '../../src/shared/working-days.ts';
import { readVectors } from '../vectors/rules/vectors.ts';

interface Deadlines {
  readonly workdayDeadline: readonly { from: string; workdays: number; deadline: string }[];
  readonly uploadCutoff: readonly { month: string; cutoff: string }[];
  readonly collectFrom: readonly { batchMonth: string; collectFrom: string }[];
}
const vectors = readVectors<Deadlines>('working-days.json');

for (const { from, workdays, deadline } of vectors.workdayDeadline) {
  test(`${workdays} working days from ${from} end on ${deadline}`, t => {
    t.is(workdayDeadline(from, workdays), deadline);
  });
}

for (const { month, cutoff } of vectors.uploadCutoff) {
  test(`the cut-off of ${month} is ${cutoff}`, t => {
    t.is(uploadCutoff(month), cutoff);
  });
}

for (const { batchMonth, collectFrom: opening } of vectors.collectFrom) {
  test(`certificates of ${batchMonth} can be collected from ${opening}`, t => {
    t.is(collectFrom(batchMonth), opening);
  });
}

test('make-up Saturdays are working days and the epidemic extension of 2020 is not', t => {
  t.true(isWorkday('2020-10-10'));
  t.false(isWorkday('2020-01-31'));
  t.true(isWorkday('2026-10-10'));
});

for (const [title, ask] of [
  ['a day of 2027', () => isWorkday('2027-10-01')],
  ['a day of 2003', () => isWorkday('2003-10-08')],
  ['a deadline that runs into 2027', () => workdayDeadline('2026-12-30', 5)],
  ['a cut-off of 2027', () => uploadCutoff('2027-08')],
] as const) {
  test(`${title} is refused rather than guessed by the weekday`, t => {
    const error = t.throws(ask, { instanceOf: DomainError });

    t.is(error?.code, 'CALENDAR_MISSING');
  });
}

test("the bureau's own entries win over the calendar and open years without data", t => {
  const days = new Map([
    ['2021-09-15', false],
    ['2027-01-04', true],
  ]);
  const calendar = { days, years: new Set<string>() };

  t.is(uploadCutoff('2021-09', { calendar }), '2021-09-16');
  t.true(isWorkday('2027-01-04', calendar));
  t.throws(() => isWorkday('2027-01-05', calendar), { instanceOf: DomainError });
});

test('a year entered whole goes by what was entered and the weekday, not by what is built in', t => {
  const calendar = { days: new Map([['2021-05-15', true]]), years: new Set(['2021', '2027']) };

  t.true(isWorkday('2021-02-15', calendar));
  t.false(isWorkday('2021-02-20', calendar));
  t.true(isWorkday('2021-05-15', calendar));
  t.false(isWorkday('2022-02-01', calendar));
  t.is(workdayDeadline('2027-01-01', 5, calendar), '2027-01-08');
});

// 15 February 2015 was a Sunday on which offices worked, for Spring Festival.
test('a 15th on a weekend that is a working day is the cut-off itself', t => {
  const calendar = { days: new Map([['2021-05-15', true]]), years: new Set<string>() };

  t.is(uploadCutoff('2015-02'), '2015-02-15');
  t.is(uploadCutoff('2021-05'), '2021-05-17');
  t.is(uploadCutoff('2021-05', { calendar }), '2021-05-15');
});

// R10: roll-over is switchable; then no calendar is needed.
test('without roll-over the cut-off is the 15th, whatever day it is; at the month’s end for trials', t => {
  t.is(uploadCutoff('2021-02', { rollover: 'next-workday' }), '2021-02-18');
  t.is(uploadCutoff('2021-02', { rollover: 'none' }), '2021-02-15');
  t.is(uploadCutoff('2035-02', { rollover: 'none' }), '2035-02-15');
  t.is(uploadCutoff('2024-02', { rollover: 'month-end' }), '2024-02-29');
});

test('the days built in are those that are not what their weekday says, or belong to a holiday', t => {
  const days = builtInDays('2021');

  t.is(days.filter(({ date, workday }) => workday !== isWorkday(date)).length, 0);
  t.deepEqual(
    days.filter(({ date }) => date.startsWith('2021-02')),
    [
      { date: '2021-02-07', workday: true, note: '春节' },
      ...['11', '12', '13', '14', '15', '16', '17'].map(day => ({
        date: `2021-02-${day}`,
        workday: false,
        note: '春节',
      })),
      { date: '2021-02-20', workday: true, note: '春节' },
    ],
  );
  t.throws(() => builtInDays('2027'), { instanceOf: DomainError });
});

test('every year said to be covered has National Day in it', t => {
  for (let year = CALENDAR_YEARS.first; year <= CALENDAR_YEARS.last; year += 1) {
    t.false(isWorkday(`${year}-10-01`), String(year));
    t.false(isWorkday(`${year}-05-01`), String(year));
  }
});

test('answers do not depend on the time zone of the machine', t => {
  const module = new URL('../../src/shared/working-days.js', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(({ isWorkday, uploadCutoff, builtInDays }) => {
    const declared = { days: new Map([['2027-02-15', false]]), years: new Set(['2027']) };
    const months = Array.from({ length: 12 }, (_, n) => '2027-' + String(n + 1).padStart(2, '0'));
    const days = Array.from({ length: 8000 }, (_, n) => new Date(Date.UTC(2004, 0, 1 + n)).toISOString().slice(0, 10));
    process.stdout.write(days.map(day => Number(isWorkday(day))).join(''));
    process.stdout.write(JSON.stringify([months.map(month => uploadCutoff(month, { calendar: declared })), builtInDays('2021')]));
  })`;
  const answers = ['Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati'].map(zone =>
    execFileSync(process.execPath, ['-e', script], { env: { ...process.env, TZ: zone }, encoding: 'utf8' }),
  );

  t.regex(answers[0] ?? '', /^[01]{8000}\[.*"2027-02-16","2027-03-15"/);
  t.true(answers[1] === answers[0]);
  t.true(answers[2] === answers[0]);
});

test('what is not a date, a month or a count is a programming mistake', t => {
  t.throws(() => isWorkday('2022-02-30'), { instanceOf: RangeError });
  t.throws(() => uploadCutoff('2022-13'), { instanceOf: RangeError });
  t.throws(() => workdayDeadline('2022-02-28', 0), { instanceOf: RangeError });
});
