/** Changes in bulk: one sheet proposed and confirmed whole, and what became of each of its rows. A certificate waits in one sheet at most. */
import { DataTypes } from 'sequelize';
import { id, may, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
const { createTable, addIndex } = stepsOf('change-sheets');

export const changeSheetMigrations: readonly Migration[] = [
  createTable('change_sheets', {
    id,
    file_name: must(STRING(200)),
    state: must(STRING(10)),
    digest: must(CHAR(64)),
    rows_all: must(INTEGER),
    rows_done: must(INTEGER),
    rows_failed: must(INTEGER),
    parts: must('MEDIUMTEXT'),
    proposed_by: must(STRING(120)),
    proposed_at: must(BIGINT),
    decided_by: may(STRING(120)),
    decided_at: may(BIGINT),
    note: may(TEXT),
    finished_at: may(BIGINT),
  }),
  addIndex('change_sheets', 'change_sheets_state', ['state', 'id']),
  addIndex('change_sheets', 'change_sheets_digest', ['digest']),
  createTable(
    'change_sheet_rows',
    {
      id,
      sheet_id: must(CHAR(32)),
      line: must(INTEGER),
      number: must(CHAR(14)),
      change: must(STRING(10)),
      reason: must(STRING(40)),
      document: may(STRING(200)),
      until_date: may(CHAR(10)),
      state: must(STRING(10)),
      state_before: may(STRING(12)),
      state_after: may(STRING(12)),
      fault_code: may(STRING(60)),
      fault_detail: may(TEXT),
      open_key: may(CHAR(14)),
    },
    { change_sheet_rows_line: ['sheet_id', 'line'], change_sheet_rows_open: ['open_key'] },
  ),
  addIndex('change_sheet_rows', 'change_sheet_rows_state', ['sheet_id', 'state', 'line']),
];
