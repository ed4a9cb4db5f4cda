/** Rosters in the console's menu. */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const ROSTERS: Section = {
  name: 'rosters',
  title: words.menu,
  group: 'work',
  roles: ['organiser', 'exam-body'],
  routes: [{ path: '/rosters', name: 'rosters', component: () => import('./RosterPage.vue') }],
};
