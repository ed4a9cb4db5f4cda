/** The registers: who may act as what, who may judge what, and by which calendar. Everybody looks; the administrator changes. */
import type { GrantView } from '../../../shared/shapes/shapes.ts';
import type { Section } from '../section.ts';
import { registerWords } from './words.ts';

const EVERYBODY: readonly GrantView['role'][] = [
  'employer',
  'department',
  'organiser',
  'exam-body',
  'registration-body',
  'handler',
  'approver',
  'revocation-officer',
  'administrator',
  'auditor',
];

export const ORGANISATIONS: Section = {
  name: 'organisations',
  title: registerWords.organisations.title,
  group: 'register',
  roles: EVERYBODY,
  routes: [
    {
      path: '/organisations',
      name: 'organisations',
      component: async () => import('./OrganisationsPage.vue'),
    },
    {
      path: '/organisations/new',
      name: 'organisation-new',
      component: async () => import('./NewOrganisationPage.vue'),
    },
    {
      path: '/organisations/:id([0-9a-f]{32})',
      name: 'organisation',
      component: async () => import('./OrganisationPage.vue'),
    },
  ],
};

export const COMMITTEES: Section = {
  name: 'committees',
  title: registerWords.committees.title,
  group: 'register',
  roles: EVERYBODY,
  routes: [
    { path: '/committees', name: 'committees', component: async () => import('./CommitteesPage.vue') },
    {
      path: '/committees/new',
      name: 'committee-new',
      component: async () => import('./NewCommitteePage.vue'),
    },
  ],
};

export const ENTITLEMENTS: Section = {
  name: 'entitlements',
  title: registerWords.entitlements.title,
  group: 'register',
  roles: EVERYBODY,
  routes: [
    { path: '/entitlements', name: 'entitlements', component: async () => import('./EntitlementsPage.vue') },
    {
      path: '/entitlements/new',
      name: 'entitlement-new',
      component: async () => import('./NewEntitlementPage.vue'),
    },
  ],
};

export const CALENDAR: Section = {
  name: 'calendar',
  title: registerWords.calendar.title,
  group: 'register',
  roles: EVERYBODY,
  routes: [
    {
      path: '/calendar/:year(20\\d\\d)?',
      name: 'calendar',
      component: async () => import('./CalendarPage.vue'),
    },
  ],
};
