/**
 * The lists somebody works through, read page by page until they are whole and kept while the console stays open: coming back from an
 * application finds the list where it was. In memory only.
 */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { ApplicationList, ApplicationSummary } from '../../../shared/shapes/shapes.ts';
import { ask, type Problem } from '../../shared/api.ts';

/** What one person works through; of longer lists the beginning, and the rest by filters that the service applies. */
const MOST_ROWS = 10_000;
const PAGE = '200';
/** A list older than this is read again when it is looked at. */
const FRESH_MS = 60_000;

export interface WorkList {
  readonly rows: ShallowRef<readonly ApplicationSummary[]>;
  readonly problem: ShallowRef<Problem | undefined>;
  readonly isReading: Ref<boolean>;
  /** True once every row is here, or as many as are kept. */
  readonly isRead: Ref<boolean>;
  /** True when there are more rows than are kept. */
  readonly isCapped: Ref<boolean>;
  readonly reload: () => Promise<void>;
  /** Reads it when it was never read, is old, or something was decided since. */
  readonly freshen: () => void;
  readonly settle: (id: string) => void;
}

const lists = new Map<string, WorkList>();

/** The one list of that query. @param query of GET /api/applications, with the grant */
export function workList(query: Readonly<Record<string, string | undefined>>): WorkList {
  const key = JSON.stringify(query);
  const list = lists.get(key) ?? newList(query);
  lists.set(key, list);
  return list;
}

/** The application was decided on: no list offers it any more, and each is read anew when it is looked at. */
export function settle(id: string): void {
  for (const list of lists.values()) list.settle(id);
}

function newList(query: Readonly<Record<string, string | undefined>>): WorkList {
  const rows = shallowRef<readonly ApplicationSummary[]>([]);
  const problem = shallowRef<Problem>();
  const [isReading, isRead, isCapped] = [ref(false), ref(false), ref(false)];
  const settled = new Set<string>();
  let readAt = 0;
  let reading = 0;

  async function reload(): Promise<void> {
    const mine = ++reading;
    isReading.value = true;
    problem.value = undefined;
    settled.clear();
    const isFirst = !isRead.value;
    let found: readonly ApplicationSummary[] = [];
    let after: string | undefined;
    do {
      const asked = { path: '/api/applications', query: { ...query, limit: PAGE, after } };
      const answer = await ask<ApplicationList>(asked);
      if (mine !== reading) return; // read anew meanwhile
      if (!answer.ok) {
        problem.value = answer.problem;
        isReading.value = false;
        return;
      }
      found = [...found, ...answer.value.items].filter(({ id }) => !settled.has(id));
      // rows appear as they come, but those on the screen are not taken away for a second reading
      if (isFirst) rows.value = found;
      after = answer.value.next ?? undefined;
    } while (after !== undefined && found.length < MOST_ROWS);
    rows.value = found;
    isCapped.value = after !== undefined;
    isRead.value = true;
    isReading.value = false;
    readAt = Date.now();
  }

  return {
    ...{ rows, problem, isReading, isRead, isCapped, reload },
    freshen: () => {
      if (!isReading.value && Date.now() - readAt > FRESH_MS) void reload();
    },
    settle: id => {
      settled.add(id);
      if (query['mine'] === 'true') rows.value = rows.value.filter(row => row.id !== id);
      readAt = 0;
    },
  };
}
