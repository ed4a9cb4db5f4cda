/** How status lists and keys stand. */
import type { Section } from '../section.ts';
import { trustWords } from './words.ts';

export const TRUST: Section = {
  name: 'trust',
  title: trustWords.title,
  group: 'system',
  roles: ['administrator', 'auditor', 'approver', 'revocation-officer'],
  routes: [{ path: '/trust', name: 'trust', component: async () => import('./TrustPage.vue') }],
};
