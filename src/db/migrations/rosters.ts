/** Rosters are listed to those who sent them: whose each is, and what became of its rows. Older ones are whose they were: nobody's. */
import { DataTypes } from 'sequelize';
import { may, stepsOf, type Migration } from './steps.ts';

const { CHAR, INTEGER } = DataTypes;
const { addColumns, addIndex } = stepsOf('rosters');

export const rosterMigrations: readonly Migration[] = [
  addColumns('rosters', 'rosters_senders', {
    organisation_id: may(CHAR(32)),
    rows_known: may(INTEGER),
    rows_late: may(INTEGER),
  }),
  addIndex('rosters', 'rosters_organisation', ['organisation_id', 'taken_at']),
];
