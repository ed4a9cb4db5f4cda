/** Applications that an employer fills in for its people, in the console's menu. */
import type { Section } from '../section.ts';
import { words } from './words.ts';

export const ORIGINATE: Section = {
  name: 'originate',
  title: words.menu,
  group: 'work',
  roles: ['employer'],
  routes: [
    { path: '/originate', name: 'originate', component: () => import('./OriginatePage.vue') },
    {
      path: '/originate/:id([0-9a-f]{32})',
      name: 'originate-edit',
      component: () => import('./EditPage.vue'),
      props: true,
    },
  ],
};
