/** The bureau's month, its batch, and the switch that stops issuance (R16). */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const MONTH: Section = {
  name: 'month',
  title: words.section,
  group: 'work',
  roles: ['handler', 'approver', 'auditor'],
  routes: [
    {
      path: '/month/:month(\\d{4}-\\d\\d)?',
      name: 'month',
      component: () => import('./MonthPage.vue'),
      props: true,
    },
    {
      path: '/month/:month(\\d{4}-\\d\\d)/batch',
      name: 'batch',
      component: () => import('./BatchPage.vue'),
      props: true,
    },
  ],
};

export const ISSUANCE: Section = {
  name: 'issuance',
  title: words.issuance.section,
  group: 'work',
  roles: ['handler', 'approver', 'revocation-officer', 'administrator', 'auditor'],
  routes: [{ path: '/issuance', name: 'issuance', component: () => import('./IssuancePage.vue') }],
};
