import test from 'ava';
import { calendarRoutes } from '../../src/calendar/routes.ts';
import { setYear } from '../../src/calendar/set-year.ts';
import { calendarOf } from '../../src/calendar/store.ts';
import type { CalendarYear } from '../../src/calendar/year.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { isCalendarYearView, isDeadlines } from '../../src/shared/shapes/shapes.ts';
import { addDays } from '../../src/shared/time.ts';
import { isWorkday, uploadCutoff, workdayDeadline } from '../../src/shared/working-days.ts';
import { actOf, anActor } from '../support/actor.ts';
import { served } from '../support/api.ts';
import { aBureau, anAct } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const ADMINISTRATOR = actOf(anActor('bureau', 'administrator'), anAct());

function off(first: string, count: number, note: string): CalendarYear['days'] {
  return Array.from({ length: count }, (_, n) => ({ date: addDays(first, n), workday: false, note }));
}

/** An invented 2027: the 15th of May is a Saturday on which offices work, the 15th of February lies in Spring Festival. */
const DAYS_2027: CalendarYear['days'] = [
  ...off('2027-01-01', 3, '元旦'),
  ...off('2027-02-11', 7, '春节'),
  ...off('2027-05-01', 5, '劳动节'),
  { date: '2027-05-15', workday: true, note: '劳动节' },
  ...off('2027-10-01', 7, '国庆节'),
];
const YEAR_2027: CalendarYear = { year: '2027', document: '国办发明电〔2026〕00号（测试）', days: DAYS_2027 };

for (const database of databases()) {
  test(`a year without calendar is counted once the bureau has entered it: ${database.name}`, async t => {
    const { db } = await aBureau(t, database);
    const before = await calendarOf(db);
    t.throws(() => workdayDeadline('2027-02-08', 5, before), { code: 'CALENDAR_MISSING' });

    await setYear({ db }, ADMINISTRATOR, YEAR_2027);

    const calendar = await calendarOf(db);
    t.is(workdayDeadline('2027-02-08', 5, calendar), '2027-02-22');
    t.is(uploadCutoff('2027-02', { calendar }), '2027-02-18');
    t.is(uploadCutoff('2027-05', { calendar }), '2027-05-15');
    t.is(uploadCutoff('2021-02', { calendar }), '2021-02-18');
  });

  test(`entering a year again replaces it whole, and both stand in the audit: ${database.name}`, async t => {
    const { db } = await aBureau(t, database);
    await setYear({ db }, ADMINISTRATOR, YEAR_2027);
    const days = DAYS_2027.filter(day => !day.workday);

    await setYear({ db }, ADMINISTRATOR, { ...YEAR_2027, document: '更正', days });

    const calendar = await calendarOf(db);
    t.false(isWorkday('2027-05-15', calendar));
    t.is(calendar.days.size, days.length);
    const entries = await entriesAfter(db, 0, 10);
    t.deepEqual(
      entries.map(({ action, subject }) => [action, subject]),
      [
        ['calendar.year-set', '2027'],
        ['calendar.year-set', '2027'],
      ],
    );
    t.not(entries[0]?.detail, entries[1]?.detail);
  });

  test(`what the bureau enters for a year replaces what is built in for it: ${database.name}`, async t => {
    const { db } = await aBureau(t, database);
    const days = DAYS_2027.map(day => ({ ...day, date: day.date.replace('2027', '2026') })).filter(
      ({ date }) => date !== '2026-05-15',
    );

    await setYear({ db }, ADMINISTRATOR, { ...YEAR_2027, year: '2026', days });

    t.true(isWorkday('2026-10-10'));
    t.false(isWorkday('2026-10-10', await calendarOf(db)));
  });
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

const WRONG: readonly [name: string, days: CalendarYear['days'], pointer: string][] = [
  ['a day outside the year', [...DAYS_2027, ...off('2028-01-01', 1, '元旦')], '/days/23'],
  ['a day that does not exist', [...DAYS_2027, { date: '2027-02-30', workday: false, note: '' }], '/days/23'],
  ['a day named twice', [...DAYS_2027, ...off('2027-10-07', 1, '国庆节')], '/days/23'],
  [
    'a make-up day that is a working day anyway',
    [...DAYS_2027, { date: '2027-05-17', workday: true, note: '' }],
    '/days/23',
  ],
  ['a year without National Day', DAYS_2027.filter(day => day.note !== '国庆节'), '/days'],
  [
    'a year with fewer days off than the law gives',
    [...['2027-01-01', '2027-05-01'].flatMap(day => off(day, 1, '')), ...off('2027-10-01', 7, '国庆节')],
    '/days',
  ],
  ['an empty year', [], '/days'],
];
for (const [name, days, pointer] of WRONG) {
  test(`${name} is refused and nothing is changed`, async t => {
    const { db } = await aBureau(t, sqlite);

    const error = await t.throwsAsync(setYear({ db }, ADMINISTRATOR, { ...YEAR_2027, days }), {
      instanceOf: DomainError,
      code: 'CALENDAR_INVALID',
    });

    t.is((error as DomainError).placed[0]?.pointer, pointer);
    t.is((await calendarOf(db)).years.size, 0);
    t.is((await entriesAfter(db, 0, 10)).length, 0);
  });
}

test('only the administrator enters a year', async t => {
  const { db } = await aBureau(t, sqlite);
  for (const by of [
    anActor(),
    anActor('bureau', 'handler', 'approver', 'auditor'),
    anActor('employer', 'clerk'),
  ]) {
    await t.throwsAsync(setYear({ db }, actOf(by, anAct()), YEAR_2027), { code: 'FORBIDDEN' });
  }
  t.is((await calendarOf(db)).years.size, 0);
});

test('the API shows where each special day comes from, takes a year, and computes deadlines with it', async t => {
  const world = await aBureau(t, sqlite);
  const service = await served(t, world, calendarRoutes);
  const builtIn = await service.get('/api/calendar/2021');
  const missing = [
    await service.get('/api/calendar/2027'),
    await service.get('/api/deadlines?month=2027-02'),
  ];
  const { document, days } = YEAR_2027;
  const refused = await service.put('/api/calendar/2027', { document, days });
  service.by = ADMINISTRATOR.by;

  const entered = await service.put('/api/calendar/2027', { document, days });

  t.true(isCalendarYearView(builtIn.body) && builtIn.body.source === 'built-in');
  t.deepEqual(
    missing.map(({ status, code }) => [status, code]),
    [
      [409, 'CALENDAR_MISSING'],
      [409, 'CALENDAR_MISSING'],
    ],
  );
  t.is(refused.code, 'FORBIDDEN');
  t.is(entered.status, 200);
  t.true(isCalendarYearView(entered.body) && entered.body.days.every(day => day.source === 'bureau'));
  t.deepEqual((await service.get('/api/calendar/2027')).body, entered.body);
  const month = await service.get('/api/deadlines?month=2027-02');
  t.true(isDeadlines(month.body));
  t.deepEqual(month.body, {
    uploadCutoff: '2027-02-18',
    bureauCheckDue: '2027-02-28',
    collectFrom: '2027-03-15',
  });
});

const DEADLINES: readonly [query: string, answer: unknown][] = [
  // R9, P01: filed before National Day, the make-up Saturday counts
  ['filedOn=2020-09-30', { uploadDeadline: '2020-10-14' }],
  ['month=2021-02', { uploadCutoff: '2021-02-18', bureauCheckDue: '2021-02-28', collectFrom: '2021-03-15' }],
  ['month=2021-12', { uploadCutoff: '2021-12-15', bureauCheckDue: '2021-12-31', collectFrom: '2022-01-15' }],
];
for (const [query, answer] of DEADLINES) {
  test(`the deadlines of ${query} are told`, async t => {
    const service = await served(t, await aBureau(t, sqlite), calendarRoutes);

    const { status, body } = await service.get(`/api/deadlines?${query}`);

    t.is(status, 200);
    t.deepEqual(body, answer);
    t.true(isDeadlines(body));
  });
}

for (const query of [
  '',
  'month=2021-13',
  'filedOn=2021-02-30',
  'month=2021-02&filedOn=2021-02-01',
  'day=1',
]) {
  test(`deadlines of "${query}" are refused`, async t => {
    const service = await served(t, await aBureau(t, sqlite), calendarRoutes);

    const { status, code } = await service.get(`/api/deadlines?${query}`);

    t.deepEqual([status, code], [400, 'QUERY_INVALID']);
  });
}
