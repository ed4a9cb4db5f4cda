/** A list is closed when a restored copy was reconciled: nobody knows which of its places were given after the backup. */
import { DataTypes } from 'sequelize';
import { may, stepsOf, type Migration } from './steps.ts';

const { addColumns } = stepsOf('restores');

export const restoreMigrations: readonly Migration[] = [
  addColumns('status_lists', 'status_lists_closed', { closed_at: may(DataTypes.BIGINT) }),
];
