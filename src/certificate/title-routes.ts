/** The official titles, for whoever fills in a form: what may be issued on a day, by series and level. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { DomainError } from '../shared/errors.ts';
import type { TitleList } from '../shared/shapes/shapes.ts';
import { dateAt, isDate, type PlainDate } from '../shared/time.ts';
import { LEVEL_NAMES } from './level.ts';
import { seriesInForce, titlesOf } from './titles.ts';

/** `GET /api/titles`. */
export function titleRoutes(api: ServiceApi): void {
  api.open(
    {
      method: 'get',
      path: '/api/titles',
      tag: '职称名称',
      summary: '可核发的职称系列、层级和资格名称',
      description: '任何人。以取得资格之日在用的名称为准；不写日期为今天。',
      query: { on: { description: '取得资格之日，如 2021-07-09', pattern: '\\d{4}-\\d{2}-\\d{2}' } },
      answer: { status: 200, shape: 'title-list', description: '按系列排列，层级自高到低' },
    },
    // the table is part of the program: nothing is awaited
    async ({ act, query: { on = dateAt(act.at) } }) => Promise.resolve(titlesOn(on)),
  );
}

function titlesOn(on: PlainDate): TitleList {
  if (!isDate(on)) throw new DomainError('QUERY_INVALID', '没有这一天，请写真实的日期，如 2021-07-09。');
  return {
    on,
    series: seriesInForce(on).map(({ code, name }) => ({
      code,
      name,
      titles: titlesOf(code, on).map(({ level, line, title }) => ({
        level,
        levelName: LEVEL_NAMES[level],
        line,
        title,
      })),
    })),
  };
}
