/** Changes of certificates: the proposals, and all of one certificate (domain §5.2). */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const CHANGES: Section = {
  name: 'changes',
  title: words.section,
  group: 'work',
  roles: ['handler', 'approver', 'revocation-officer', 'auditor'],
  routes: [
    { path: '/changes', name: 'changes', component: () => import('./ChangesPage.vue') },
    {
      path: '/certificates/:number',
      name: 'certificate',
      component: () => import('./CertificatePage.vue'),
      props: true,
    },
  ],
};
