/** Every migration, oldest first. Append only: a released migration is never changed. */
import { firstMigrations, type Migration } from './first.ts';

export const MIGRATIONS: readonly Migration[] = [...firstMigrations];
