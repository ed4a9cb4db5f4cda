/** What is told on the next page about the decision just taken, with the way to undo it where the service has one. In memory only. */
import { shallowRef } from 'vue';
import type { ApplicationList } from '../../../shared/shapes/shapes.ts';
import { ask } from '../../shared/api.ts';
import { neighbour } from './standing.ts';
import type { Tab } from './tabs.ts';

export interface Told {
  readonly text: string;
  /** The application and its version, when the decision can be undone. */
  readonly undo?: { readonly id: string; readonly version: number; readonly name: string };
}

export const told = shallowRef<Told>();

/** The application to go on with: the next of the list it was opened from, or the first that waits. */
export async function nextAfter(
  id: string,
  { grant, tab }: { grant: string; tab: Tab | undefined },
): Promise<string | undefined> {
  const next = neighbour(id, 1);
  if (next !== undefined) return next;
  if (tab?.query['mine'] !== 'true') return undefined;
  const query = { grant, ...tab.query, limit: '2' };
  const answer = await ask<ApplicationList>({ path: '/api/applications', query });
  return answer.ok ? answer.value.items.find(each => each.id !== id)?.id : undefined;
}
