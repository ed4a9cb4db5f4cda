/** Use copies (加注): what was signed for which use of a certificate, numbered within its version. Insert-only. */
import { DataTypes } from 'sequelize';
import { id, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
const { createTable, addIndex } = stepsOf('copies');

export const copyMigrations: readonly Migration[] = [
  createTable(
    'use_copies',
    {
      id,
      once_id: must(CHAR(32)),
      certificate_id: must(CHAR(32)),
      copy: must(INTEGER),
      account_id: must(CHAR(32)),
      application_id: must(CHAR(32)),
      number: must(CHAR(14)),
      version: must(INTEGER),
      use_sealed: must(TEXT),
      made_at: must(BIGINT),
      valid_through: must(CHAR(10)),
      ends_at: must(BIGINT),
      key_id: must(STRING(20)),
      jwt_sealed: must(TEXT),
      qr_text_sealed: must(TEXT),
    },
    { use_copies_once: ['once_id'], use_copies_place: ['certificate_id', 'copy'] },
  ),
  addIndex('use_copies', 'use_copies_account', ['account_id', 'id']),
];
