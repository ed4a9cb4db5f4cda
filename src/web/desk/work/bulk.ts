/**
 * One deed on many applications, in chunks, each under a key of its own: asked again after a reload or a broken connection, every chunk
 * gives its first answer. What is under way is kept for the browser's tab, as ids and versions; nobody's data.
 */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { DecisionResults } from '../../../shared/shapes/shapes.ts';
import { ask, newKey, type Problem } from '../../shared/api.ts';
import { useSession } from '../../shared/session.ts';
import type { BulkKind } from './tabs.ts';
import { settle } from './work-list.ts';

const KEPT = 'zhicheng-desk-bulk';
/** Few enough that progress is seen. */
const CHUNK = 40;

export interface Item {
  readonly id: string;
  readonly version: number;
}
export type Result = DecisionResults['results'][number];

/** What was chosen, and once it was begun what is being done. */
interface Kept {
  readonly grant: string;
  readonly kind: BulkKind;
  readonly ids: readonly string[];
  readonly opinion: string;
  readonly chunks: readonly { readonly key: string; readonly items: readonly Item[] }[];
}

export interface Bulk {
  readonly kept: ShallowRef<Kept | undefined>;
  readonly results: ShallowRef<ReadonlyMap<string, Result>>;
  readonly isRunning: Ref<boolean>;
  readonly problem: ShallowRef<Problem | undefined>;
  readonly count: ComputedRef<number>;
  /** True once something was begun. */
  readonly isBegun: ComputedRef<boolean>;
  readonly choose: (kind: BulkKind, ids: readonly string[], grant: string) => void;
  readonly begin: (items: readonly Item[], opinion: string) => Promise<void>;
  /** Goes on where it stopped. */
  readonly resume: () => Promise<void>;
  readonly finish: () => void;
}

const kept = shallowRef<Kept | undefined>(remembered());
const results = shallowRef<ReadonlyMap<string, Result>>(new Map());
const isRunning = ref(false);
const problem = shallowRef<Problem>();
const count = computed(() => (kept.value?.chunks ?? []).reduce((sum, { items }) => sum + items.length, 0));
const isBegun = computed(() => count.value > 0);

const { hasEnded } = useSession();
watch(hasEnded, isOver => {
  if (!isOver && problem.value?.code === 'SIGN_IN_REQUIRED') void resume();
});

export function useBulk(): Bulk {
  return { kept, results, isRunning, problem, count, isBegun, choose, begin, resume, finish };
}

function remembered(): Kept | undefined {
  const text = sessionStorage.getItem(KEPT);
  return text === null ? undefined : (JSON.parse(text) as Kept); // written by keep only
}

function keep(wanted: Kept | undefined): void {
  kept.value = wanted;
  if (wanted === undefined) sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, JSON.stringify(wanted));
}

function choose(kind: BulkKind, ids: readonly string[], grant: string): void {
  if (isRunning.value) return;
  results.value = new Map();
  problem.value = undefined;
  keep({ kind, ids, grant, opinion: '', chunks: [] });
}

async function begin(items: readonly Item[], opinion: string): Promise<void> {
  if (isRunning.value || !kept.value || items.length === 0) return;
  const chunks = Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, at) => ({
    key: newKey(),
    items: items.slice(at * CHUNK, (at + 1) * CHUNK),
  }));
  results.value = new Map();
  keep({ ...kept.value, opinion, chunks });
  await resume();
}

async function resume(): Promise<void> {
  const standing = kept.value;
  if (isRunning.value || !standing) return;
  isRunning.value = true;
  problem.value = undefined;
  for (const { key, items } of standing.chunks) {
    if (items.every(({ id }) => results.value.has(id))) continue;
    const { kind, opinion } = standing;
    const asked =
      kind === 'upload'
        ? { path: '/api/uploads', body: { items } }
        : { path: '/api/decisions', body: { decision: kind, items, ...(opinion === '' ? {} : { opinion }) } };
    const answer = await ask<DecisionResults>({ ...asked, method: 'POST', key });
    if (!answer.ok) {
      problem.value = answer.problem;
      break;
    }
    results.value = new Map([
      ...results.value,
      ...answer.value.results.map(each => [each.id, each] as const),
    ]);
    for (const { id, ok } of answer.value.results) if (ok) settle(id);
  }
  isRunning.value = false;
}

function finish(): void {
  if (isRunning.value) return;
  results.value = new Map();
  problem.value = undefined;
  keep(undefined);
}
