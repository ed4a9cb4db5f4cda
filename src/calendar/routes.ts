/** The working calendar and the deadlines computed with it. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { DomainError } from '../shared/errors.ts';
import { isCalendarYearEntry, type CalendarYearView, type Deadlines } from '../shared/shapes/shapes.ts';
import { isDate, isMonth } from '../shared/time.ts';
import { builtInDays } from '../shared/working-days.ts';
import type { World } from '../world.ts';
import { filingDeadlines, monthDeadlines } from './deadlines.ts';
import { setYear } from './set-year.ts';
import { calendarOf, findYear } from './store.ts';

const TAG = '工作日历';
const YEAR = {
  status: 200,
  shape: 'calendar-year-view',
  description: '该年每个放假日和调休上班日及其来源',
} as const;

export function calendarRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/calendar/:year',
      tag: TAG,
      summary: '查看一年的工作日历',
      description: '登录后可用。未录入且系统没有内置数据的年份答 CALENDAR_MISSING。',
      answer: YEAR,
    },
    async ({ params }) => yearView(world, demandYearName(params['year'])),
  );
  api.add(
    {
      method: 'put',
      path: '/api/calendar/:year',
      tag: TAG,
      summary: '录入一年的放假安排',
      description: '市局管理员。录入后该年只按录入的安排推算，未列出的日期按星期；此前已存下的期限不变。',
      body: { name: 'calendar-year-entry', is: isCalendarYearEntry, limit: '64kb' },
      answer: YEAR,
    },
    async ({ act, params, body }) => {
      const year = demandYearName(params['year']);
      await setYear(world, act, { year, ...body });
      return yearView(world, year);
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/deadlines',
      tag: TAG,
      summary: '推算期限',
      description:
        '登录后可用。filedOn 与 month 只写一个：前者答名册上传期限，后者答该月批次的截止、核对与领取日期。',
      query: {
        filedOn: { description: '核准备案日期，如 2021-07-26', pattern: '\\d{4}-\\d{2}-\\d{2}' },
        month: { description: '批次月份，如 2021-07', pattern: '\\d{4}-\\d{2}' },
      },
      answer: { status: 200, shape: 'deadlines', description: '推算出的日期' },
    },
    async ({ query }) => deadlinesView(world, query['filedOn'], query['month']),
  );
}

/** @throws DomainError NOT_FOUND for what is no year of this century */
function demandYearName(text = ''): string {
  if (!/^20\d\d$/.test(text))
    throw new DomainError('NOT_FOUND', '没有这一年的工作日历，请写四位年份，如 2027。');
  return text;
}

/** @throws CalendarMissing */
async function yearView(world: World, year: string): Promise<CalendarYearView> {
  const entered = await findYear(world.db, year);
  const source: CalendarYearView['source'] = entered ? 'bureau' : 'built-in';
  const days = (entered?.days ?? builtInDays(year)).map(({ date, workday, note }) => ({
    date,
    workday,
    note,
    source,
  }));
  return { year, source, ...(entered ? { document: entered.document } : {}), days };
}

async function deadlinesView(world: World, filedOn?: string, month?: string): Promise<Deadlines> {
  const rules = { ...world.config, calendar: await calendarOf(world.db) };
  if (filedOn !== undefined && month === undefined && isDate(filedOn)) return filingDeadlines(filedOn, rules);
  if (month !== undefined && filedOn === undefined && isMonth(month)) return monthDeadlines(month, rules);
  throw new DomainError('QUERY_INVALID', '请只写 filedOn（真实日期）或 month（真实月份）之一。');
}
