/** Reports to the bureau (R37): what people wrote, sealed, and what the bureau answered. */
import { DataTypes } from 'sequelize';
import { id, may, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
const { createTable, addIndex } = stepsOf('feedback');

export const feedbackMigrations: readonly Migration[] = [
  createTable(
    'feedback',
    {
      id,
      account_id: may(CHAR(32)),
      sender: must(STRING(8)),
      category: must(STRING(16)),
      text_sealed: must(TEXT),
      application_id: may(CHAR(32)),
      number_sealed: may(TEXT),
      phone_sealed: may(TEXT),
      receipt_hash: may(CHAR(64)),
      state: must(STRING(10)),
      answer_sealed: may(TEXT),
      version: must(INTEGER),
      created_at: must(BIGINT),
      answered_at: may(BIGINT),
      closed_at: may(BIGINT),
    },
    { feedback_receipt: ['receipt_hash'] },
  ),
  addIndex('feedback', 'feedback_account', ['account_id', 'created_at', 'id']),
  addIndex('feedback', 'feedback_state', ['state', 'created_at', 'id']),
  addIndex('feedback', 'feedback_age', ['closed_at']),
];
