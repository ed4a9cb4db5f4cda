/**
 * One year's calendar as the bureau enters it from the State Council's notice (国务院办公厅部分节假日安排), and what must be true of it.
 * A year wrongly typed moves every deadline of that year, so what cannot be right is refused. Pure.
 */
import { DomainError, type PlacedFault } from '../shared/errors.ts';
import { isDate, type PlainDate } from '../shared/time.ts';
import { isWeekend, type ArrangedDay } from '../shared/working-days.ts';

export interface CalendarYear {
  /** `YYYY`. */
  readonly year: string;
  /** Document number or title of the arrangement. */
  readonly document: string;
  readonly days: readonly ArrangedDay[];
}

/** 全国年节及纪念日放假办法: 11 days of public holidays a year, 13 since 2025; weekends around them are named besides. */
const LEAST_DAYS_OFF = 11;
/** Public holidays on a fixed day of the solar calendar, whatever the year. */
const ALWAYS_OFF = ['01-01', '05-01', '10-01', '10-02', '10-03'];

/** @throws DomainError CALENDAR_INVALID naming every day that cannot be right */
export function demandYear({ year, days }: CalendarYear): void {
  const seen = new Set<PlainDate>();
  const faults = days.flatMap(({ date, workday }, place) => {
    const detail = faultOfDay({ date, workday }, year, seen);
    seen.add(date);
    return detail === undefined ? [] : [fault(`/days/${place}`, detail)];
  });
  const off = new Set(days.filter(day => !day.workday).map(day => day.date));
  const missing = ALWAYS_OFF.map(day => `${year}-${day}`).filter(date => !off.has(date));
  if (missing.length > 0) faults.push(fault('/days', `缺少法定节假日 ${missing.join('、')}，请补上。`));
  if (off.size < LEAST_DAYS_OFF)
    faults.push(
      fault('/days', `放假日只有 ${off.size} 天，全年法定节假日不少于 ${LEAST_DAYS_OFF} 天，请补全。`),
    );
  if (faults.length > 0)
    throw new DomainError('CALENDAR_INVALID', '工作日历有误，请按国务院办公厅的放假安排核对后再提交。', {
      faults,
    });
}

function faultOfDay(
  { date, workday }: Pick<ArrangedDay, 'date' | 'workday'>,
  year: string,
  seen: ReadonlySet<PlainDate>,
): string | undefined {
  if (!isDate(date)) return `没有 ${date} 这一天，请更正。`;
  if (!date.startsWith(`${year}-`)) return `${date} 不在 ${year} 年内，请更正。`;
  if (seen.has(date)) return `${date} 写了两次，请删去一次。`;
  if (workday && !isWeekend(date)) return `${date} 本来就是工作日，不能再列为调休上班日，请删去。`;
  return undefined;
}

function fault(pointer: string, detail: string): PlacedFault {
  return { pointer, code: 'CALENDAR_INVALID', detail };
}
