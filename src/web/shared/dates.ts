/** Days and deadlines as people read them, by the bureau's calendar; the present is the browser's. */
import { dateAt, clockTimeAt, type Month, type PlainDate } from '../../shared/time.ts';

const DAY_MS = 86_400_000;

/** Today in Asia/Shanghai. */
export function today(): PlainDate {
  return dateAt(Math.floor(Date.now() / 1000));
}

/** Whole days from one date to another; negative when it is over. */
export function daysBetween(from: PlainDate, to: PlainDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** `2021 年 7 月 15 日`, without the year when it is this one. */
export function dayWords(date: PlainDate, now = today()): string {
  const [year, month, day] = date.split('-').map(Number);
  const head = date.slice(0, 4) === now.slice(0, 4) ? '' : `${year} 年 `;
  return `${head}${month} 月 ${day} 日`;
}

/** `2021 年 7 月` */
export function monthWords(month: Month): string {
  const [year, number] = month.split('-').map(Number);
  return `${year} 年 ${number} 月`;
}

/** A date that may still be anything people typed. */
export function fullDayWords(date: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return date;
  const [year, month, day] = date.split('-').map(Number);
  return `${year} 年 ${month} 月 ${day} 日`;
}

/** `7 月 15 日 09:30` of an RFC 3339 instant, in Shanghai. */
export function timeWords(instant: string): string {
  const text = clockTimeAt(Math.floor(Date.parse(instant) / 1000));
  return `${dayWords(text.slice(0, 10))} ${text.slice(11, 16)}`;
}

/** `2021 年 9 月 28 日 24:00` of the RFC 3339 instant at which that day is over; people are told a last day, never the first second after it. */
export function endWords(instant: string): string {
  const end = Math.floor(Date.parse(instant) / 1000);
  const text = clockTimeAt(end);
  if (text.slice(11) !== '00:00:00') return `${fullDayWords(text.slice(0, 10))} ${text.slice(11, 16)}`;
  return `${fullDayWords(dateAt(end - 1))} 24:00`;
}

/** `还有 3 天，7 月 15 日 24:00 前`: the day itself still counts. */
export function deadlineWords(date: PlainDate, now = today()): string {
  const left = daysBetween(now, date);
  if (left < 0) return `已过期，原定 ${dayWords(date, now)} 24:00 前`;
  const head = left === 0 ? '今天截止' : `还有 ${left} 天`;
  return `${head}，${dayWords(date, now)} 24:00 前`;
}
