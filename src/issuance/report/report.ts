/**
 * The report by the five categories of the notice's questions and answers (R8): what each month issued, by which way, and how much of it
 * was uploaded late (R9). Corrections are no new titles and are not counted.
 */
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import { issuedByWay } from '../../applications/batch/store.ts';
import { DomainError } from '../../shared/errors.ts';
import { isMonth, type Month } from '../../shared/time.ts';
import type { World } from '../../world.ts';

export const CATEGORIES = ['社会化评审', '自主评审', '自主聘任', '以考代评', '委托评审'] as const;
/** The five ways to a title that the bureau reports (R8); route 1 counts twice, by the kind of its committee. */
export type Category = (typeof CATEGORIES)[number];

export interface ReportRow {
  readonly month: Month;
  readonly category: Category;
  readonly issued: number;
  /** Of these, uploaded after the fifth working day (R9). */
  readonly late: number;
}

/**
 * A row for each month and category with anything issued, in order.
 * @param period both months included
 * @throws Forbidden; DomainError MONTH_INVALID
 */
export async function reportOn(
  world: World,
  act: PersonalAct,
  period: { readonly from: Month; readonly to: Month },
): Promise<readonly ReportRow[]> {
  demandMay(act.by, 'report.view');
  const { from, to } = period;
  if (!isMonth(from) || !isMonth(to) || from > to)
    throw new DomainError('MONTH_INVALID', '请填写起止月份，写成 2021-01 这样的年月，起始不晚于终止。');
  const rows = new Map<string, ReportRow>();
  for (const { month, route, subtype, issued, late } of await issuedByWay(world.db, period)) {
    const category = categoryOf(route, subtype);
    const key = `${month} ${CATEGORIES.indexOf(category)}`;
    const before = rows.get(key);
    rows.set(key, {
      month,
      category,
      issued: issued + (before?.issued ?? 0),
      late: late + (before?.late ?? 0),
    });
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** A committee of unknown kind is one of the bureau's own: only an employer's register entry makes it 自主评审. */
function categoryOf(route: number, subtype: string | undefined): Category {
  if (route === 1) return subtype === '自主评审' ? '自主评审' : '社会化评审';
  if (route === 2) return '自主聘任';
  return route === 3 ? '以考代评' : '委托评审';
}
