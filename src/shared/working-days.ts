/**
 * Working days as the State Council fixes them each year, and the two deadlines of the notice that count them: five working
 * days for a committee's upload (R9) and the 15th of the month (R10). Pure; dates are Asia/Shanghai strings throughout.
 */
import chineseDays from 'chinese-days';
import { DomainError } from './errors.ts';
import type { Month, PlainDate } from './time.ts';
import { addDays, isDate, isMonth, lastDayOf } from './time.ts';

/** What the bureau has entered itself; it wins over the built-in calendar. */
export interface Calendar {
  /** True for a working day. */
  readonly days: ReadonlyMap<PlainDate, boolean>;
  /** Years, `YYYY`, that were entered whole: days not named go by the weekday and the built-in calendar says nothing. */
  readonly years: ReadonlySet<string>;
}

/** Years whose holidays chinese-days 1.5.7 holds; outside them it would silently answer by the weekday. */
export const CALENDAR_YEARS = { first: 2004, last: 2026 } as const;
/** R9: a committee's result is uploaded within this many working days of its filing. */
export const UPLOAD_WORKDAYS = 5;
/** R10: route 2 uploads join the month's batch up to and including this day. */
export const CUTOFF_DAY = 15;

/** The built-in calendar alone. */
export const BUILT_IN: Calendar = { days: new Map(), years: new Set() };

/** Thrown instead of guessing when a year's holidays are not known. */
export class CalendarMissing extends DomainError {
  constructor(date: PlainDate) {
    const detail = `系统尚无 ${date.slice(0, 4)} 年的放假安排，不能推算工作日，请先由市局录入该年工作日历。`;
    super('CALENDAR_MISSING', detail);
  }
}

/**
 * True for a day on which offices work, make-up Saturdays and Sundays included.
 *
 * @throws CalendarMissing for a year without data, unless that very day or the whole year was entered
 */
export function isWorkday(date: PlainDate, calendar: Calendar = BUILT_IN): boolean {
  if (!isDate(date))
    throw new RangeError(`isWorkday: expected a real YYYY-MM-DD, got ${JSON.stringify(date)}`);
  const decided = calendar.days.get(date);
  if (decided !== undefined) return decided;
  const year = date.slice(0, 4);
  if (calendar.years.has(year)) return !isWeekend(date);
  if (!isBuiltIn(year)) throw new CalendarMissing(date);
  return arrangedDay(date)?.workday ?? !isWeekend(date);
}

/** True when the built-in calendar holds that year, `YYYY`. */
export function isBuiltIn(year: string): boolean {
  return Number(year) >= CALENDAR_YEARS.first && Number(year) <= CALENDAR_YEARS.last;
}

/** A day that is not what its weekday says, or belongs to a holiday. */
export interface ArrangedDay {
  readonly date: PlainDate;
  readonly workday: boolean;
  /** The holiday it belongs to. */
  readonly note: string;
}

/** The days of that year which the State Council's arrangement names, in order. @throws CalendarMissing for a year without data */
export function builtInDays(year: string): readonly ArrangedDay[] {
  const first = `${year}-01-01`;
  if (!isBuiltIn(year)) throw new CalendarMissing(first);
  const days: ArrangedDay[] = [];
  for (let date = first; date.startsWith(year); date = addDays(date, 1)) {
    const day = arrangedDay(date);
    if (day) days.push(day);
  }
  return days;
}

/**
 * What the State Council's arrangement says of that very day: a make-up day or a holiday; undefined for neither.
 *
 * Asked through `getDayDetail`, which names an unarranged day by its English weekday: chinese-days 1.5.7 counts weekdays on
 * the machine's local calendar and is wrong west of Greenwich, while its arranged days are found right everywhere.
 */
function arrangedDay(date: PlainDate): ArrangedDay | undefined {
  const { name, work } = chineseDays.getDayDetail(date);
  if (/^[A-Z][a-z]+day$/.test(name)) return undefined;
  return { date, workday: work, note: name.split(',')[1] ?? name };
}

/** True for Saturday and Sunday. */
export function isWeekend(date: PlainDate): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/**
 * The last day of "within N working days": the start day does not count (Civil Code art. 201), holidays do not, make-up
 * days do (R9).
 *
 * @param days whole number from 1
 * @throws CalendarMissing when the counting reaches a year without data
 */
export function workdayDeadline(from: PlainDate, days: number, calendar: Calendar = BUILT_IN): PlainDate {
  if (!Number.isInteger(days) || days < 1)
    throw new RangeError(`workdayDeadline: expected days from 1, got ${days}`);
  let date = from;
  for (let left = days; left > 0;) {
    date = addDays(date, 1);
    if (isWorkday(date, calendar)) left -= 1;
  }
  return date;
}

/**
 * The last day on which a route 2 upload joins that month's batch: the 15th, or the next working day after it (R10).
 *
 * @param rules.rollover see `ROLLOVERS`
 * @throws CalendarMissing for a year without data
 */
export function uploadCutoff(
  month: Month,
  { calendar = BUILT_IN, rollover = 'next-workday' }: CutoffRules = {},
): PlainDate {
  if (!isMonth(month)) throw new RangeError(`uploadCutoff: expected YYYY-MM, got ${JSON.stringify(month)}`);
  let date = `${month}-${CUTOFF_DAY}`;
  if (rollover === 'month-end') return lastDayOf(month);
  if (rollover === 'none') return date;
  while (!isWorkday(date, calendar)) date = addDays(date, 1);
  return date;
}

/**
 * Where the 15th goes when nobody works on it: to the next working day, or nowhere. `month-end`: to the month's last day always, for
 * trials in the second half of a month. In each list of choices the first is what holds when nothing is set.
 */
export const ROLLOVERS = ['next-workday', 'none', 'month-end'] as const;
export type Rollover = (typeof ROLLOVERS)[number];

export interface CutoffRules {
  readonly calendar?: Calendar;
  readonly rollover?: Rollover;
}
