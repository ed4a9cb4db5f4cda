/** An employer's own people, and what they hold, in the console's menu. */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const STAFF: Section = {
  name: 'staff',
  title: words.people.menu,
  group: 'look',
  roles: ['employer'],
  routes: [{ path: '/staff', name: 'staff', component: () => import('./StaffPage.vue') }],
};

export const STAFF_CERTIFICATES: Section = {
  name: 'staff-certificates',
  title: words.certificates.menu,
  group: 'look',
  roles: ['employer'],
  routes: [
    {
      path: '/staff-certificates',
      name: 'staff-certificates',
      component: () => import('./CertificatesPage.vue'),
    },
  ],
};
