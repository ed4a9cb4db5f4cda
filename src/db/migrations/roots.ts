/** The root under which each manifest stood: a change of roots is noticed and recorded. */
import { DataTypes } from 'sequelize';
import { may, stepsOf, type Migration } from './steps.ts';

const { addColumns } = stepsOf('roots');

export const rootMigrations: readonly Migration[] = [
  addColumns('seen_manifests', 'seen_manifests_root', { root: may(DataTypes.STRING(80)) }),
];
