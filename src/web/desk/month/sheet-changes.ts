/** What became of a batch between two sheets, in words. Pure. */
import { LEVEL_NAMES } from '../../../certificate/level.ts';
import type { BatchSummary } from '../../../shared/shapes/shapes.ts';
import { LEVEL_ORDER, ROUTE_NAMES, words } from './words.ts';

type Sheet = BatchSummary['sheet'];

/** At least one sentence: sheets under different digests differ in something. */
export function changesBetween(before: Sheet, after: Sheet): readonly string[] {
  const said = words.approve.changed;
  const total = before.count === after.count ? said.same : said.count(before.count, after.count);
  const levels = LEVEL_ORDER.map(
    level => [LEVEL_NAMES[level], before.levels[level], after.levels[level]] as const,
  );
  const routes = after.routes.map(({ route, count }, place) => {
    return [ROUTE_NAMES[route] ?? '', before.routes[place]?.count ?? 0, count] as const;
  });
  const moved = [...levels, ...routes].filter(([, was, is]) => was !== is);
  return [total, ...moved.map(([name, was, is]) => said.level(name, was, is))];
}
