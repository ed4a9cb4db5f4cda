/** Pages of lists by key: what a query may say and how the next page is named. Pure. */
import type { QueryRule } from '../http/operation.ts';

export const PAGE_RULES: Readonly<Record<'after' | 'limit', QueryRule>> = {
  after: { description: '上一页答复中的 next', pattern: '[0-9a-f]{32}' },
  limit: { description: '每页 1 至 100 项，默认 50', pattern: '[1-9][0-9]?|100' },
};

const DEFAULT_LIMIT = 50;

export interface Page {
  readonly after: string | undefined;
  readonly limit: number;
}

export function pageIn(query: Readonly<Record<string, string | undefined>>): Page {
  return { after: query['after'], limit: Number(query['limit'] ?? DEFAULT_LIMIT) };
}

/** The page out of rows that were read for one more than its limit, and where the next one begins. */
export function paged<T extends { readonly id: string }>(
  rows: readonly T[],
  { limit }: Page,
): { items: readonly T[]; next: string | null } {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
