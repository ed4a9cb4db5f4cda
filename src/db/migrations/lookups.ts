/** Looking up another person's certificate (R33): who asked with which consent, and the challenges that were spent on it. */
import { DataTypes } from 'sequelize';
import { id, may, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, BOOLEAN, CHAR, INTEGER, STRING } = DataTypes;
const { createTable, addIndex } = stepsOf('lookups');

export const lookupMigrations: readonly Migration[] = [
  createTable('lookups', {
    id,
    application_id: may(CHAR(32)),
    number: may(CHAR(14)),
    requester: must(STRING(60)),
    purpose: must(STRING(100)),
    code_hash: may(CHAR(64)),
    sent: must(BOOLEAN),
    tries: must(INTEGER),
    created_at: must(BIGINT),
    ends_at: must(BIGINT),
    answered_at: may(BIGINT),
  }),
  addIndex('lookups', 'lookups_application', ['application_id', 'id']),
  addIndex('lookups', 'lookups_age', ['created_at']),
  createTable('lookup_challenges', { id, ends_at: must(BIGINT) }),
  addIndex('lookup_challenges', 'lookup_challenges_age', ['ends_at']),
];
