/** What a part of the console is: an entry of the menu with its pages, for the roles that work there. */
import type { RouteRecordRaw } from 'vue-router';
import type { GrantView } from '../../shared/shapes/shapes.ts';

export interface Section {
  /** Name of the route that the menu's entry opens. */
  readonly name: string;
  /** The entry's words; undefined for pages that are reached from others only. */
  readonly title?: string;
  /** Heading in the menu under which the entry stands. */
  readonly group: 'work' | 'look' | 'register' | 'system';
  readonly roles: readonly GrantView['role'][];
  /** Scripts are loaded when the page is opened: `component: () => import('./work/WorkPage.vue')`. */
  readonly routes: readonly RouteRecordRaw[];
}
