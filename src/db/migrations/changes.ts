/** A proposal says by a digest what was proposed of which state, what it says of a person is sealed, and a correction tells why it was made. */
import { DataTypes } from 'sequelize';
import { may, stepsOf, type Migration } from './steps.ts';

const { CHAR, STRING, TEXT } = DataTypes;
const { addColumns } = stepsOf('changes');

export const changeMigrations: readonly Migration[] = [
  addColumns('change_proposals', 'change_proposals_digest', {
    digest: may(CHAR(64)),
    wanted_sealed: may(TEXT),
  }),
  addColumns('applications', 'applications_correction', { corrects_reason: may(STRING(30)) }),
];
