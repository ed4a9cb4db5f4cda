/** Where somebody stands in their work list: tab, filters, row. Kept while the console stays open, so that the way back leads there. */
import { reactive, shallowRef } from 'vue';

export interface Filters {
  name: string;
  state: string;
  month: string;
  late: boolean;
}

export const NO_FILTERS: Readonly<Filters> = { name: '', state: '', month: '', late: false };

export const standing = reactive({
  /** The grant it all belongs to: another capacity begins anew. */
  grant: '',
  tab: 0,
  filters: { ...NO_FILTERS },
  activeId: '',
});

/** Ids in the order in which the list showed them: the next one to open after a decision. */
export const order = shallowRef<readonly string[]>([]);

export function standAs(grant: string): void {
  if (standing.grant === grant) return;
  Object.assign(standing, { grant, tab: 0, filters: { ...NO_FILTERS }, activeId: '' });
  order.value = [];
}

/** The neighbour of an application in the list it was opened from. */
export function neighbour(id: string, step: 1 | -1): string | undefined {
  const place = order.value.indexOf(id);
  return place < 0 ? undefined : order.value[place + step];
}
