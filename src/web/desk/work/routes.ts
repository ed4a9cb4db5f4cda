/** The section everybody's working day begins in: the work list, one application, the sheet for many. */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const WORK: Section = {
  name: 'work',
  title: words.section,
  group: 'work',
  roles: ['employer', 'department', 'exam-body', 'organiser', 'handler', 'approver', 'auditor'],
  routes: [
    { path: '/work', name: 'work', component: () => import('./WorkPage.vue') },
    { path: '/work/sheet', name: 'work-sheet', component: () => import('./SheetPage.vue') },
    {
      path: '/applications/:id([0-9a-f]{32})',
      name: 'application',
      component: () => import('./ApplicationPage.vue'),
      props: true,
    },
  ],
};
