/** A list that the service gives page by page, newest first, longer by one page each time the person asks. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { ask, type Problem } from './api.ts';

export interface Pages<Item> {
  readonly items: ShallowRef<readonly Item[]>;
  readonly problem: ShallowRef<Problem | undefined>;
  /** True once the first page is here. */
  readonly isRead: Ref<boolean>;
  readonly hasMore: Ref<boolean>;
  readonly more: () => Promise<void>;
}

export interface PageQuery {
  /** Further words of the question, the same for each page. */
  readonly query?: Readonly<Record<string, string>>;
  /** Name under which the service takes where the next page begins; `before` unless told. */
  readonly cursor?: string;
}

/** @param read the items and what to ask next with, out of one answer */
export function usePages<Answer, Item>(
  path: string,
  read: (answer: Answer) => { readonly items: readonly Item[]; readonly next: string | number | null },
  { query = {}, cursor = 'before' }: PageQuery = {},
): Pages<Item> {
  const items = shallowRef<readonly Item[]>([]);
  const problem = shallowRef<Problem>();
  const isRead = ref(false);
  const hasMore = ref(false);
  const busy = ref(false);
  let place: string | undefined;

  async function more(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    const answer = await ask<Answer>({ path, query: { ...query, limit: '20', [cursor]: place } });
    busy.value = false;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    const page = read(answer.value);
    items.value = [...items.value, ...page.items];
    place = page.next === null ? undefined : String(page.next);
    hasMore.value = place !== undefined;
    isRead.value = true;
  }

  void more();
  return { items, problem, isRead, hasMore, more };
}
