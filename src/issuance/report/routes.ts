/** The report by the five categories. */
import type { ServiceApi } from '../../accounts/service-api.ts';
import type { CategoryReport } from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import { reportOn } from './report.ts';

const MONTH = '\\d{4}-(0[1-9]|1[0-2])';

export function reportRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/reports/categories',
      tag: '批次与制证',
      summary: '按五类统计制证数量',
      description:
        '市局经办人、复核人、审计员；社会化评审、自主评审、自主聘任、以考代评、委托评审，并列出逾期上传数。更正换发不计。',
      query: {
        from: { description: '起始批次月份，如 2021-01', pattern: MONTH, required: true },
        to: { description: '终止批次月份，如 2021-12', pattern: MONTH, required: true },
      },
      answer: { status: 200, shape: 'category-report', description: '每月每类一行' },
    },
    async ({ act, query }): Promise<CategoryReport> => ({
      rows: [...(await reportOn(world, act, { from: query['from'] ?? '', to: query['to'] ?? '' }))],
    }),
  );
}
