/** The reports by the five categories (R8). */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const REPORTS: Section = {
  name: 'reports',
  title: words.section,
  group: 'look',
  roles: ['handler', 'approver', 'auditor'],
  routes: [{ path: '/reports', name: 'reports', component: () => import('./ReportsPage.vue') }],
};
