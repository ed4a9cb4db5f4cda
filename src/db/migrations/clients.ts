/** API clients of registration bodies (R35): their public keys and quotas, the requests that were seen, and what they asked. */
import { DataTypes } from 'sequelize';
import { id, may, must, stepsOf, type Migration } from './steps.ts';

const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
const { createTable, addIndex } = stepsOf('clients');
const key = <T>(type: T) => ({ type, allowNull: false, primaryKey: true }) as const;

export const clientMigrations: readonly Migration[] = [
  createTable(
    'api_clients',
    {
      id,
      organisation_id: must(CHAR(32)),
      name: must(STRING(60)),
      jwk: must(STRING(255)),
      thumbprint: must(CHAR(43)),
      key_since: must(BIGINT),
      per_minute: must(INTEGER),
      per_day: must(INTEGER),
      created_at: must(BIGINT),
      created_by: must(STRING(64)),
      ended_at: may(BIGINT),
    },
    { api_clients_key: ['thumbprint'] },
  ),
  createTable('api_nonces', { client_id: key(CHAR(32)), nonce: key(STRING(64)), ends_at: must(BIGINT) }),
  addIndex('api_nonces', 'api_nonces_age', ['ends_at']),
  createTable('api_queries', {
    id,
    client_id: must(CHAR(32)),
    request_id: must(CHAR(32)),
    asked_by: must(STRING(10)),
    purpose: must(STRING(30)),
    note: may(STRING(100)),
    number: may(CHAR(14)),
    version: may(INTEGER),
    application_id: may(CHAR(32)),
    outcome: must(STRING(10)),
    at: must(BIGINT),
  }),
  addIndex('api_queries', 'api_queries_client', ['client_id', 'id']),
  addIndex('api_queries', 'api_queries_application', ['application_id', 'id']),
  addIndex('api_queries', 'api_queries_verified', ['client_id', 'number', 'outcome']),
  addIndex('api_queries', 'api_queries_age', ['at']),
];
