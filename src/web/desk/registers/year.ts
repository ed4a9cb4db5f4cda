/** A year as a sheet of twelve months, and the arrangement as people paste it, line by line. Pure. */
import type { CalendarYearEntry, CalendarYearView } from '../../../shared/shapes/shapes.ts';
import { addDays, isDate, lastDayOf } from '../../../shared/time.ts';

type ArrangedDay = CalendarYearView['days'][number];

export interface SheetDay {
  readonly date: string;
  readonly day: number;
  /** Not a working day, be it a weekend or a holiday. */
  readonly isOff: boolean;
  readonly mark: 'off' | 'work' | undefined;
  readonly note: string;
}

/** The weeks of that month, Monday first; undefined before its first and after its last day. */
export function weeksOf(
  month: string,
  days: readonly ArrangedDay[],
): readonly (readonly (SheetDay | undefined)[])[] {
  const arranged = new Map(days.map(day => [day.date, day]));
  const cells: (SheetDay | undefined)[] = Array.from({ length: weekday(`${month}-01`) });
  for (let date = `${month}-01`; date <= lastDayOf(month); date = addDays(date, 1)) {
    const named = arranged.get(date);
    const isOff = named === undefined ? weekday(date) > 4 : !named.workday;
    const mark = named === undefined ? undefined : named.workday ? 'work' : 'off';
    cells.push({ date, day: Number(date.slice(8)), isOff, mark, note: named?.note ?? '' });
  }
  while (cells.length % 7 !== 0) cells.push(undefined);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** Monday 0 to Sunday 6. */
function weekday(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}

const LINE = /^(\d{4}-\d\d-\d\d)(?:\s*[至~～]\s*(\d{4}-\d\d-\d\d))?\s+(放假|上班)(?:\s+(.{1,60}))?$/;

export type ReadDays =
  | { readonly ok: true; readonly days: CalendarYearEntry['days'] }
  | { readonly ok: false; readonly line: number };

/** The days that the lines name; or the first line that is none. */
export function readDays(text: string): ReadDays {
  const days: CalendarYearEntry['days'] = [];
  for (const [place, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const [, from, to = from, kind, note = ''] = LINE.exec(line) ?? [];
    if (
      from === undefined ||
      to === undefined ||
      !isDate(from) ||
      !isDate(to) ||
      to < from ||
      to > addDays(from, 30)
    )
      return { ok: false, line: place + 1 };
    for (let date = from; date <= to; date = addDays(date, 1))
      days.push({ date, workday: kind === '上班', note });
  }
  return { ok: true, days };
}

/** The lines that say what these days say, runs of one kind and note in one. */
export function toLines(days: readonly ArrangedDay[]): string {
  const runs: { from: string; to: string; workday: boolean; note: string }[] = [];
  for (const { date, workday, note } of days) {
    const last = runs.at(-1);
    if (last && addDays(last.to, 1) === date && last.workday === workday && last.note === note)
      last.to = date;
    else runs.push({ from: date, to: date, workday, note });
  }
  return runs
    .map(({ from, to, workday, note }) =>
      `${from === to ? from : `${from} 至 ${to}`} ${workday ? '上班' : '放假'} ${note}`.trim(),
    )
    .join('\n');
}
