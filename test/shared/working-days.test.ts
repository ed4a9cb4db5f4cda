import { execFileSync } from 'node:child_process';
import test from 'ava';
import { DomainError } from '../../src/shared/errors.ts';
import { collectFrom } from '../../src/shared/time.ts';
import { CALENDAR_YEARS, isWorkday, uploadCutoff, workdayDeadline } from '../../src/shared/working-days.ts';
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
  const overrides = new Map([
    ['2021-09-15', false],
    ['2027-01-04', true],
  ]);

  t.is(uploadCutoff('2021-09', overrides), '2021-09-16');
  t.true(isWorkday('2027-01-04', overrides));
  t.throws(() => isWorkday('2027-01-05', overrides), { instanceOf: DomainError });
});

test('every year said to be covered has National Day in it', t => {
  for (let year = CALENDAR_YEARS.first; year <= CALENDAR_YEARS.last; year += 1) {
    t.false(isWorkday(`${year}-10-01`), String(year));
    t.false(isWorkday(`${year}-05-01`), String(year));
  }
});

test('answers do not depend on the time zone of the machine', t => {
  const module = new URL('../../src/shared/working-days.js', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(({ isWorkday }) => {
    const days = Array.from({ length: 8000 }, (_, n) => new Date(Date.UTC(2004, 0, 1 + n)).toISOString().slice(0, 10));
    process.stdout.write(days.map(day => Number(isWorkday(day))).join(''));
  })`;
  const answers = ['Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati'].map(zone =>
    execFileSync(process.execPath, ['-e', script], { env: { ...process.env, TZ: zone }, encoding: 'utf8' }),
  );

  t.is(answers[0]?.length, 8000);
  t.true(answers[1] === answers[0]);
  t.true(answers[2] === answers[0]);
});

test('what is not a date, a month or a count is a programming mistake', t => {
  t.throws(() => isWorkday('2022-02-30'), { instanceOf: RangeError });
  t.throws(() => uploadCutoff('2022-13'), { instanceOf: RangeError });
  t.throws(() => workdayDeadline('2022-02-28', 0), { instanceOf: RangeError });
});
