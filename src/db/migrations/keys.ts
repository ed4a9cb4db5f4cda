/** The life of keys: every manifest that was ever in force, and what became of a key beyond its manifest. Both insert-only. */
import { DataTypes } from 'sequelize';
import { may, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
const { addIndex, createTable, insertRows } = stepsOf('keys');

export const keyMigrations: readonly Migration[] = [
  createTable('seen_manifests', {
    version: { type: INTEGER, primaryKey: true, autoIncrement: false },
    sha256: must(CHAR(64)),
    seen_at: must(BIGINT),
  }),
  createTable(
    'key_events',
    {
      seq: { type: BIGINT, primaryKey: true, autoIncrement: false },
      key_id: must(STRING(40)),
      kind: must(STRING(12)),
      at: must(BIGINT),
      reason: may(STRING(500)),
      document: may(STRING(200)),
      actor: must(STRING(120)),
    },
    { key_events_key: ['key_id', 'kind'] },
  ),
  addIndex('certificates', 'certificates_key', ['key_id', 'id']),
  insertRows('webhook_progress', [{ name: 'key-events', value: 0 }]),
];
