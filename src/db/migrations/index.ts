/** Every migration, oldest first. Append only: a released migration is never changed. */
import { changeMigrations } from './changes.ts';
import { changeSheetMigrations } from './change-sheets.ts';
import { clientMigrations } from './clients.ts';
import { copyMigrations } from './copies.ts';
import { feedbackMigrations } from './feedback.ts';
import { firstMigrations } from './first.ts';
import { journalMigrations } from './journal.ts';
import { keyMigrations } from './keys.ts';
import { lookupMigrations } from './lookups.ts';
import { monthMigrations } from './month.ts';
import { restoreMigrations } from './restores.ts';
import { rootMigrations } from './roots.ts';
import { rosterMigrations } from './rosters.ts';
import { sharingMigrations } from './sharing.ts';
import type { Migration } from './steps.ts';
import { webhookMigrations } from './webhooks.ts';

export const MIGRATIONS: readonly Migration[] = [
  ...firstMigrations,
  ...monthMigrations,
  ...lookupMigrations,
  ...clientMigrations,
  ...sharingMigrations,
  ...copyMigrations,
  ...webhookMigrations,
  ...feedbackMigrations,
  ...journalMigrations,
  ...rosterMigrations,
  ...keyMigrations,
  ...changeMigrations,
  ...changeSheetMigrations,
  ...restoreMigrations,
  ...rootMigrations,
];
