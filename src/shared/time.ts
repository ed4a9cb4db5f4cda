/**
 * Time as the bureau counts it: instants in whole seconds, dates and months as Asia/Shanghai strings, never `Date`.
 * Pure; nothing here reads a clock. Working days are in working-days.ts. Serves R10, R16, R17 of the notice.
 */

/** Seconds since 1970-01-01T00:00:00Z, whole. */
export type Instant = number;
/** Calendar date in Asia/Shanghai, `YYYY-MM-DD`. */
export type PlainDate = string;
/** Calendar month in Asia/Shanghai, `YYYY-MM`. */
export type Month = string;

/** Asia/Shanghai has been UTC+8 without summer time since 1991-09-15; the service handles no earlier instants. */
const SHANGHAI_OFFSET_SECONDS = 8 * 3600;
export const DAY_SECONDS = 86_400;

/** The date on the bureau's wall calendar at that instant. */
export function dateAt(at: Instant): PlainDate {
  return new Date((at + SHANGHAI_OFFSET_SECONDS) * 1000).toISOString().slice(0, 10);
}

/** The month on the bureau's wall calendar at that instant. */
export function monthAt(at: Instant): Month {
  return dateAt(at).slice(0, 7);
}

/** Date and time of day in Asia/Shanghai, `YYYY-MM-DD HH:MM:SS`, for people. */
export function clockTimeAt(at: Instant): string {
  return new Date((at + SHANGHAI_OFFSET_SECONDS) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** The instant at which that date begins in Asia/Shanghai. @throws RangeError for anything but a real date */
export function startOf(date: PlainDate): Instant {
  if (!isDate(date)) throw new RangeError(`startOf: expected a real YYYY-MM-DD, got ${JSON.stringify(date)}`);
  return Date.parse(`${date}T00:00:00Z`) / 1000 - SHANGHAI_OFFSET_SECONDS;
}

/** RFC 3339 in UTC with whole seconds, as W3C `dateTimeStamp` wants it. */
export function isoAt(at: Instant): string {
  return new Date(at * 1000).toISOString().slice(0, 19) + 'Z';
}

/** True for a date that exists: 2022-02-30 is none. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

/** True for `YYYY-MM` with a month from 01 to 12. */
export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

export function addDays(date: PlainDate, days: number): PlainDate {
  return new Date((Date.parse(`${date}T00:00:00Z`) / 1000 + days * DAY_SECONDS) * 1000)
    .toISOString()
    .slice(0, 10);
}

export function addMonths(month: Month, months: number): Month {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = year * 12 + (number - 1) + months;
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
}

/** The last calendar day of that month: the bureau's check is due on it (R16). */
export function lastDayOf(month: Month): PlainDate {
  return addDays(`${addMonths(month, 1)}-01`, -1);
}

/** R17: the 15th of the month after the batch month; an opening, so it never moves for holidays. */
export function collectFrom(batchMonth: Month): PlainDate {
  return `${addMonths(batchMonth, 1)}-15`;
}

/** `2021年7月30日` */
export function toChineseDate(date: PlainDate): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}

/** `2021年7月` */
export function toChineseMonth(month: Month): string {
  const [year, number] = month.split('-').map(Number);
  return `${year}年${number}月`;
}
