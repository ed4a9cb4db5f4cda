/** Changes of many certificates by one sheet (domain §5.2). */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const CHANGE_SHEETS: Section = {
  name: 'change-sheets',
  title: words.section,
  group: 'work',
  roles: ['handler', 'approver', 'revocation-officer', 'auditor'],
  routes: [
    { path: '/change-sheets', name: 'change-sheets', component: () => import('./SheetsPage.vue') },
    {
      path: '/change-sheets/:id',
      name: 'change-sheet',
      component: () => import('./SheetPage.vue'),
      props: true,
    },
  ],
};
