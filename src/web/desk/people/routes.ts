/** Accounts of staff, kept by the administrator; what handlers and revocation officers do to holders' accounts. */
import type { Section } from '../section.ts';
import { peopleWords } from './words.ts';

export const ACCOUNTS: Section = {
  name: 'accounts',
  title: peopleWords.title,
  group: 'system',
  roles: ['administrator'],
  routes: [
    { path: '/accounts', name: 'accounts', component: async () => import('./AccountsPage.vue') },
    { path: '/accounts/new', name: 'account-new', component: async () => import('./NewAccountPage.vue') },
    {
      path: '/accounts/:id([0-9a-f]{32})',
      name: 'staff-account',
      component: async () => import('./StaffAccountPage.vue'),
    },
  ],
};

export const HOLDERS: Section = {
  name: 'holders',
  title: peopleWords.holders.title,
  group: 'register',
  roles: ['handler', 'revocation-officer'],
  routes: [{ path: '/holders', name: 'holders', component: async () => import('./HoldersPage.vue') }],
};
