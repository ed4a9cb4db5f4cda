/** The journal and the state of its chain, for the auditor. */
import type { Section } from '../section.ts';
import { journalWords } from './words.ts';

export const JOURNAL: Section = {
  name: 'journal',
  title: journalWords.title,
  group: 'system',
  roles: ['auditor'],
  routes: [{ path: '/journal', name: 'journal', component: async () => import('./JournalPage.vue') }],
};
