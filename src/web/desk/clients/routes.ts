/** Systems of registration bodies: entered by the administrator, seen by the auditor too (R35). */
import type { Section } from '../section.ts';
import { clientWords } from './words.ts';

export const CLIENTS: Section = {
  name: 'clients',
  title: clientWords.title,
  group: 'system',
  roles: ['administrator', 'auditor'],
  routes: [
    { path: '/clients', name: 'clients', component: async () => import('./ClientsPage.vue') },
    { path: '/clients/new', name: 'client-new', component: async () => import('./NewClientPage.vue') },
    {
      path: '/clients/:id([0-9a-f]{32})',
      name: 'client',
      component: async () => import('./ClientPage.vue'),
    },
  ],
};
