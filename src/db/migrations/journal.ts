/** What the auditor searches the audit by, beside subject and actor. */
import { stepsOf, type Migration } from './steps.ts';

const { addIndex } = stepsOf('journal');

export const journalMigrations: readonly Migration[] = [
  addIndex('audit_entries', 'audit_entries_action', ['action', 'seq']),
];
