/** Share codes (R33): what a holder showed to whom it may concern, for how long, and when it was looked at. */
import { DataTypes } from 'sequelize';
import { id, may, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, CHAR, TEXT } = DataTypes;
const { createTable, addIndex } = stepsOf('sharing');

export const sharingMigrations: readonly Migration[] = [
  createTable(
    'share_codes',
    {
      id,
      account_id: must(CHAR(32)),
      application_id: must(CHAR(32)),
      number: must(CHAR(14)),
      purpose_sealed: must(TEXT),
      code_hash: must(CHAR(64)),
      made_at: must(BIGINT),
      valid_through: must(CHAR(10)),
      ends_at: must(BIGINT),
      ended_at: may(BIGINT),
    },
    { share_codes_hash: ['code_hash'] },
  ),
  addIndex('share_codes', 'share_codes_account', ['account_id', 'id']),
  addIndex('share_codes', 'share_codes_age', ['ends_at']),
  createTable('share_code_openings', { id, share_code_id: must(CHAR(32)), at: must(BIGINT) }),
  addIndex('share_code_openings', 'share_code_openings_code', ['share_code_id', 'at']),
];
