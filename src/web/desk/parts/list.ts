/** A list that is searched and grows page by page: what is asked anew replaces it, an answer that comes too late is dropped. */
import { onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { ask, type Problem } from '../../shared/api.ts';
import { useSession } from '../../shared/session.ts';

export interface List<Item> {
  readonly items: ShallowRef<readonly Item[]>;
  readonly problem: ShallowRef<Problem | undefined>;
  /** True once there is an answer to what was last asked. */
  readonly isRead: Ref<boolean>;
  readonly hasMore: Ref<boolean>;
  readonly more: () => Promise<void>;
  readonly restart: () => Promise<void>;
}

export interface ListAsked {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Name of the cursor; `after` unless told. */
  readonly cursor?: 'after' | 'before';
}

/** @param read the items and the next page's cursor, out of one answer */
export function useList<Answer, Item>(
  asked: () => ListAsked,
  read: (answer: Answer) => { readonly items: readonly Item[]; readonly next: string | number | null },
): List<Item> {
  const items = shallowRef<readonly Item[]>([]);
  const problem = shallowRef<Problem>();
  const isRead = ref(false);
  const hasMore = ref(false);
  let place: string | undefined;
  let turn = new AbortController();

  async function page(isFirst: boolean): Promise<void> {
    turn.abort();
    turn = new AbortController();
    const { signal } = turn;
    const { path, query = {}, cursor = 'after' } = asked();
    const answer = await ask<Answer>({
      path,
      query: { ...query, ...(isFirst ? {} : { [cursor]: place }) },
      signal,
    });
    if (signal.aborted) return;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    const { items: found, next } = read(answer.value);
    items.value = isFirst ? found : [...items.value, ...found];
    place = next === null ? undefined : String(next);
    hasMore.value = next !== null;
    isRead.value = true;
  }
  const restart = async (): Promise<void> => page(true);
  const { hasEnded } = useSession();
  watch(hasEnded, isOver => {
    if (!isOver) void restart();
  });
  onUnmounted(() => turn.abort());
  void restart();
  return { items, problem, isRead, hasMore, restart, more: async () => page(items.value.length === 0) };
}
