/** Every migration, oldest first. Append only: a released migration is never changed. */
import { clientMigrations } from './clients.ts';
import { copyMigrations } from './copies.ts';
import { firstMigrations } from './first.ts';
import { lookupMigrations } from './lookups.ts';
import { monthMigrations } from './month.ts';
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
];
