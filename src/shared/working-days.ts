/**
 * Working days as the State Council fixes them each year, and the two deadlines of the notice that count them: five working
 * days for a committee's upload (R9) and the 15th of the month (R10). Pure; dates are Asia/Shanghai strings throughout.
 */
import chineseDays from 'chinese-days';
import { DomainError } from './errors.ts';
import type { Month, PlainDate } from './time.ts';
import { addDays, isDate, isMonth } from './time.ts';

/** Days the bureau has entered itself, true for a working day; they win over the built-in calendar. */
export type CalendarOverrides = ReadonlyMap<PlainDate, boolean>;

/** Years whose holidays chinese-days 1.5.7 holds; outside them it would silently answer by the weekday. */
export const CALENDAR_YEARS = { first: 2004, last: 2026 } as const;
/** R10: route 2 uploads join the month's batch up to and including this day. */
export const CUTOFF_DAY = 15;

const NO_OVERRIDES: CalendarOverrides = new Map();

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
 * @throws CalendarMissing for a year without data, unless that very day is overridden
 */
export function isWorkday(date: PlainDate, overrides: CalendarOverrides = NO_OVERRIDES): boolean {
  if (!isDate(date))
    throw new RangeError(`isWorkday: expected a real YYYY-MM-DD, got ${JSON.stringify(date)}`);
  const decided = overrides.get(date);
  if (decided !== undefined) return decided;
  const year = Number(date.slice(0, 4));
  if (year < CALENDAR_YEARS.first || year > CALENDAR_YEARS.last) throw new CalendarMissing(date);
  return arrangedWorkday(date) ?? !isWeekend(date);
}

/**
 * What the State Council's arrangement says of that very day: true for a make-up day, false for a holiday, undefined for none.
 *
 * Asked through `getDayDetail`, which names an unarranged day by its English weekday: chinese-days 1.5.7 counts weekdays on
 * the machine's local calendar and is wrong west of Greenwich, while its arranged days are found right everywhere.
 */
function arrangedWorkday(date: PlainDate): boolean | undefined {
  const { name, work } = chineseDays.getDayDetail(date);
  return /^[A-Z][a-z]+day$/.test(name) ? undefined : work;
}

function isWeekend(date: PlainDate): boolean {
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
export function workdayDeadline(
  from: PlainDate,
  days: number,
  overrides: CalendarOverrides = NO_OVERRIDES,
): PlainDate {
  if (!Number.isInteger(days) || days < 1)
    throw new RangeError(`workdayDeadline: expected days from 1, got ${days}`);
  let date = from;
  for (let left = days; left > 0;) {
    date = addDays(date, 1);
    if (isWorkday(date, overrides)) left -= 1;
  }
  return date;
}

/**
 * The last day on which a route 2 upload joins that month's batch: the 15th, or the next working day after it (R10).
 *
 * @throws CalendarMissing for a year without data
 */
export function uploadCutoff(month: Month, overrides: CalendarOverrides = NO_OVERRIDES): PlainDate {
  if (!isMonth(month)) throw new RangeError(`uploadCutoff: expected YYYY-MM, got ${JSON.stringify(month)}`);
  let date = `${month}-${CUTOFF_DAY}`;
  while (!isWorkday(date, overrides)) date = addDays(date, 1);
  return date;
}
