/** What people report to the bureau (R37): a list for handlers, who answer, and for auditors, who read. */
import type { Section } from '../section.ts';
import { feedbackWords } from './words.ts';

export const FEEDBACK: Section = {
  name: 'feedback',
  title: feedbackWords.title,
  group: 'work',
  roles: ['handler', 'auditor'],
  routes: [
    {
      path: '/feedback/:state(open|answered|closed)?',
      name: 'feedback',
      component: () => import('./FeedbackListPage.vue'),
      props: true,
    },
    {
      path: '/feedback/:id([0-9a-f]{32})',
      name: 'feedback-item',
      component: () => import('./FeedbackItemPage.vue'),
      props: true,
    },
  ],
};
