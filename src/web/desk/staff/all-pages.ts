/** A list that the service gives page by page in the order of its keys, read on at the person's word; read anew after a change. */
import { onUnmounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { ask, type Problem } from '../../shared/api.ts';
import { useSession } from '../../shared/session.ts';

export interface KeyedPages<Item> {
  /** Undefined until the first page is here. */
  readonly items: ShallowRef<readonly Item[] | undefined>;
  readonly problem: ShallowRef<Problem | undefined>;
  readonly hasMore: Ref<boolean>;
  readonly more: () => Promise<void>;
  readonly reload: () => Promise<void>;
}

/** @param wanted the path and its query without `after`; made anew at each asking */
export function useKeyedPages<Answer, Item>(
  wanted: () => { readonly path: string; readonly query: Readonly<Record<string, string | undefined>> },
  read: (answer: Answer) => { readonly items: readonly Item[]; readonly next: string | null },
): KeyedPages<Item> {
  const items = shallowRef<readonly Item[]>();
  const problem = shallowRef<Problem>();
  const hasMore = ref(false);
  const leaving = new AbortController();
  let after: string | undefined;
  let asking = 0;

  async function from(start: string | undefined): Promise<void> {
    asking += 1;
    const mine = asking;
    const { path, query } = wanted();
    const answer = await ask<Answer>({ path, query: { ...query, after: start }, signal: leaving.signal });
    if (mine !== asking || leaving.signal.aborted) return;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    const page = read(answer.value);
    items.value = start === undefined ? page.items : [...(items.value ?? []), ...page.items];
    after = page.next ?? undefined;
    hasMore.value = page.next !== null;
  }
  const reload = async (): Promise<void> => from(undefined);
  const more = async (): Promise<void> => from(after);

  const { hasEnded } = useSession();
  watch(hasEnded, isOver => {
    if (!isOver) void reload();
  });
  onUnmounted(() => leaving.abort());
  void reload();
  return { items, problem, hasMore, more, reload };
}
