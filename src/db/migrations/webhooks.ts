/** What clients of registration bodies are told of certificates: where, of which, what, and how far the telling has come. */
import { DataTypes } from 'sequelize';
import { id, may, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
const { createTable, addIndex, insertRows } = stepsOf('webhooks');

export const webhookMigrations: readonly Migration[] = [
  createTable('webhook_targets', {
    client_id: { type: CHAR(32), primaryKey: true },
    url: must(STRING(2000)),
    secret_sealed: must(STRING(300)),
    old_secret_sealed: may(STRING(300)),
    old_until: may(BIGINT),
    set_at: must(BIGINT),
    set_by: must(STRING(120)),
  }),
  createTable(
    'webhook_subscriptions',
    {
      id,
      client_id: must(CHAR(32)),
      number: must(CHAR(14)),
      after_seq: must(BIGINT),
      since: must(BIGINT),
      ended_at: may(BIGINT),
      due_at: may(BIGINT),
      lease_until: must(BIGINT),
      fence: must(INTEGER),
    },
    { webhook_subscriptions_once: ['client_id', 'number'] },
  ),
  addIndex('webhook_subscriptions', 'webhook_subscriptions_due', ['client_id', 'due_at']),
  addIndex('webhook_subscriptions', 'webhook_subscriptions_number', ['number']),
  addIndex('webhook_subscriptions', 'webhook_subscriptions_ended', ['ended_at']),
  createTable('webhook_streams', {
    client_id: { type: CHAR(32), primaryKey: true },
    last_sequence: must(INTEGER),
  }),
  createTable(
    'webhook_events',
    {
      id,
      client_id: must(CHAR(32)),
      sequence: must(INTEGER),
      source: must(STRING(30)),
      number: must(CHAR(14)),
      version: must(INTEGER),
      type: must(STRING(30)),
      state: must(STRING(12)),
      at: must(BIGINT),
      created_at: must(BIGINT),
      delivery: must(STRING(12)),
      since: must(BIGINT),
      tries: must(INTEGER),
      tried_at: may(BIGINT),
      ended_at: may(BIGINT),
      fault: may(STRING(40)),
    },
    { webhook_events_sequence: ['client_id', 'sequence'], webhook_events_once: ['client_id', 'source'] },
  ),
  addIndex('webhook_events', 'webhook_events_lane', ['client_id', 'number', 'delivery', 'sequence']),
  addIndex('webhook_events', 'webhook_events_course', ['client_id', 'delivery', 'ended_at']),
  addIndex('webhook_events', 'webhook_events_age', ['created_at']),
  // how far the changes on record and the ends of suspensions have been looked through
  createTable('webhook_progress', { name: { type: STRING(20), primaryKey: true }, value: must(BIGINT) }),
  insertRows('webhook_progress', [
    { name: 'changes', value: 0 },
    { name: 'endings', value: 0 },
  ]),
  addIndex('status_changes', 'status_changes_until', ['until']),
];
