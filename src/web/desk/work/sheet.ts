/** The order and the choice of a sheet for many: what failed or deserves a look comes first. Pure. */
import type { ReviewItem } from '../../../shared/shapes/shapes.ts';
import type { Result } from './bulk.ts';
import type { BulkKind } from './tabs.ts';

/** It has something to look at before it is decided. */
export function isOdd({ warnings, changed, refusal }: ReviewItem): boolean {
  return warnings.length > 0 || changed.length > 0 || refusal !== null;
}

/** The service would take that deed on it from this person. */
export function eligible({ application, may, refusal }: ReviewItem, kind: BulkKind): boolean {
  return kind === 'upload' ? application.awaitingUpload && refusal === null : may.includes(kind);
}

export function sheetOrder(
  items: readonly ReviewItem[],
  kind: BulkKind,
  results: ReadonlyMap<string, Result>,
): readonly ReviewItem[] {
  const weight = (item: ReviewItem): number => {
    if (results.get(item.application.id)?.ok === false) return 0;
    if (!eligible(item, kind)) return 1;
    return isOdd(item) ? 2 : 3;
  };
  return [...items].sort((one, other) => weight(one) - weight(other)); // stable: otherwise as in the list
}

/** How many of them an upload would bring into which month. */
export function monthsOf(items: readonly ReviewItem[]): readonly (readonly [month: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { application } of items) {
    const month = application.expectedMonth;
    if (month !== null) counts.set(month, (counts.get(month) ?? 0) + 1);
  }
  return [...counts].sort();
}
