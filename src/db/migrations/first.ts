/**
 * The first tables, one DDL statement each, in order, forward only. Times are whole seconds since 1970 in BIGINT; dates and
 * months are Asia/Shanghai text. Unique keys carry the invariants: no number, list place or batch item twice.
 */
import {
  DataTypes,
  type ModelAttributes,
  type QueryInterface,
  type QueryInterfaceCreateTableOptions,
} from 'sequelize';

export interface Migration {
  readonly name: string;
  readonly up: (schema: QueryInterface) => Promise<void>;
}

const { BIGINT, BOOLEAN, CHAR, INTEGER, STRING, TEXT } = DataTypes;
const id = { type: CHAR(32), primaryKey: true, allowNull: false } as const;
const must = <T>(type: T) => ({ type, allowNull: false }) as const;
const may = <T>(type: T) => ({ type, allowNull: true }) as const;

type Uniques = NonNullable<QueryInterfaceCreateTableOptions['uniqueKeys']>;

function createTable(
  name: string,
  columns: ModelAttributes,
  uniques: Readonly<Record<string, readonly string[]>> = {},
): Migration {
  const uniqueKeys: Uniques = Object.fromEntries(
    Object.entries(uniques).map(([key, fields]) => [key, { fields: [...fields] }]),
  );
  return {
    name: `first/${name}`,
    up: async schema => {
      await schema.createTable(name, columns, { charset: 'utf8mb4', collate: 'utf8mb4_bin', uniqueKeys });
    },
  };
}

function insertRows(table: string, rows: Record<string, string | number | boolean | null>[]): Migration {
  return {
    name: `first/${table}_rows`,
    up: async schema => {
      await schema.bulkInsert(table, rows, { ignoreDuplicates: true } as object);
    },
  };
}

function addIndex(table: string, name: string, fields: readonly string[]): Migration {
  return { name: `first/${name}`, up: async schema => schema.addIndex(table, [...fields], { name }) };
}

export const firstMigrations: readonly Migration[] = [
  createTable('settings', { name: { type: STRING(60), primaryKey: true }, value: must(TEXT) }),
  createTable('audit_entries', {
    seq: { type: BIGINT, primaryKey: true, autoIncrement: false },
    at: must(BIGINT),
    actor: must(STRING(120)),
    request_id: must(STRING(60)),
    action: must(STRING(60)),
    subject: must(STRING(120)),
    detail: must(TEXT),
    previous_hash: must(CHAR(64)),
    hash: must(CHAR(64)),
  }),
  createTable('audit_head', {
    id: { type: INTEGER, primaryKey: true, autoIncrement: false },
    seq: must(BIGINT),
    hash: must(CHAR(64)),
  }),
  insertRows('audit_head', [{ id: 1, seq: 0, hash: '0'.repeat(64) }]),
  createTable(
    'organisations',
    { id, code: must(CHAR(18)), name: must(STRING(100)) },
    { organisations_code: ['code'], organisations_name: ['name'] },
  ),
  createTable('capacities', {
    organisation_id: { type: CHAR(32), primaryKey: true },
    capacity: { type: STRING(30), primaryKey: true },
  }),
  createTable('legal_bases', {
    code: { type: STRING(30), primaryKey: true },
    document: must(STRING(200)),
    from_date: must(CHAR(10)),
    to_date: may(CHAR(10)),
    assumed: must(BOOLEAN),
  }),
  // R1, R2: the notice, and the assumption that stands in for its successor until the document number is known
  insertRows('legal_bases', [
    {
      code: 'LB1',
      document: '人社厅函〔2018〕168号；津人社规字〔2019〕4号',
      from_date: '2020-05-01',
      to_date: '2022-04-30',
      assumed: false,
    },
    {
      code: 'LB2-assumed',
      document: '假定继续执行，文号待填',
      from_date: '2022-05-01',
      to_date: null,
      assumed: true,
    },
  ]),
  createTable(
    'rosters',
    {
      id,
      digest: must(CHAR(64)),
      month: must(CHAR(7)),
      rows_taken: must(INTEGER),
      taken_at: must(BIGINT),
      actor: must(STRING(120)),
    },
    { rosters_once: ['digest', 'month'] },
  ),
  createTable(
    'applications',
    {
      id,
      route: must(INTEGER),
      subtype: may(STRING(20)),
      state: must(STRING(24)),
      version: must(INTEGER),
      batch_month: may(CHAR(7)),
      roster_id: may(CHAR(32)),
      digest: must(CHAR(64)),
      name: must(STRING(60)),
      printed_name: must(STRING(200)),
      rarity_policy: must(STRING(10)),
      gender: must(CHAR(1)),
      id_type: must(STRING(20)),
      id_number_sealed: must(STRING(200)),
      id_number_index: must(CHAR(64)),
      phone_sealed: must(STRING(200)),
      phone_index: must(CHAR(64)),
      employer: may(STRING(100)),
      employer_code: may(CHAR(18)),
      submitting_unit: must(STRING(100)),
      series_code: must(CHAR(2)),
      series: must(STRING(60)),
      specialty: must(STRING(60)),
      level: must(CHAR(1)),
      qualification: must(STRING(40)),
      review_body: must(STRING(100)),
      obtained_on: must(CHAR(10)),
      filed_on: may(CHAR(10)),
      uploaded_at: may(BIGINT),
      upload_deadline: may(CHAR(10)),
      upload_late: must(BOOLEAN),
      corrects_number: may(CHAR(14)),
      corrects_version: may(INTEGER),
      live_key: may(CHAR(64)),
    },
    { applications_live: ['live_key'], applications_correction: ['corrects_number', 'corrects_version'] },
  ),
  addIndex('applications', 'applications_month', ['batch_month', 'state']),
  addIndex('applications', 'applications_person', ['id_number_index']),
  createTable(
    'batches',
    {
      id,
      month: must(CHAR(7)),
      state: must(STRING(12)),
      digest: may(CHAR(64)),
      key_id: may(STRING(40)),
      fence: must(INTEGER),
      lease_owner: may(STRING(60)),
      lease_until: must(BIGINT),
      released_at: may(BIGINT),
    },
    { batches_month: ['month'] },
  ),
  createTable(
    'batch_items',
    {
      id,
      batch_id: must(CHAR(32)),
      application_id: must(CHAR(32)),
      state: must(STRING(12)),
      stopped_code: may(STRING(40)),
      stopped_detail: may(STRING(500)),
      number: may(CHAR(14)),
      version: may(INTEGER),
      list: may(INTEGER),
      list_index: may(INTEGER),
      key_id: may(STRING(40)),
      issued_at: may(BIGINT),
      legal_basis: may(STRING(30)),
      payload_hash: may(CHAR(64)),
    },
    { batch_items_application: ['application_id'], batch_items_number: ['number', 'version'] },
  ),
  addIndex('batch_items', 'batch_items_state', ['batch_id', 'state']),
  createTable('counters', { scope: { type: STRING(20), primaryKey: true }, next_serial: must(INTEGER) }),
  createTable(
    'certificates',
    {
      id,
      number: must(CHAR(14)),
      version: must(INTEGER),
      application_id: must(CHAR(32)),
      batch_month: must(CHAR(7)),
      issued_at: must(BIGINT),
      collect_from: must(CHAR(10)),
      legal_basis: must(STRING(30)),
      key_id: must(STRING(40)),
      list: must(INTEGER),
      list_index: must(INTEGER),
      payload_hash: must(CHAR(64)),
      jwt: must(TEXT),
      qr_text: must(TEXT),
    },
    {
      certificates_number: ['number', 'version'],
      certificates_application: ['application_id'],
      certificates_place: ['list', 'list_index'],
    },
  ),
  createTable(
    'certificate_files',
    {
      id,
      certificate_id: must(CHAR(32)),
      kind: must(STRING(10)),
      sha256: must(CHAR(64)),
      size: must(INTEGER),
      made_at: must(BIGINT),
    },
    { certificate_files_once: ['certificate_id', 'kind', 'sha256'] },
  ),
  createTable('status_lists', {
    list: { type: INTEGER, primaryKey: true, autoIncrement: false },
    taken: must(INTEGER),
    opened_at: must(BIGINT),
  }),
  createTable(
    'status_entries',
    { id, list: must(INTEGER), list_index: must(INTEGER), number: must(CHAR(14)), version: must(INTEGER) },
    { status_entries_place: ['list', 'list_index'], status_entries_certificate: ['number', 'version'] },
  ),
  createTable('status_changes', {
    seq: { type: BIGINT, primaryKey: true, autoIncrement: false },
    number: must(CHAR(14)),
    version: must(INTEGER),
    list: must(INTEGER),
    list_index: must(INTEGER),
    change: must(STRING(12)),
    reason: may(STRING(30)),
    document: may(STRING(120)),
    note: may(STRING(300)),
    at: must(BIGINT),
    until: may(BIGINT),
    invalid_from: may(CHAR(10)),
    actor: must(STRING(120)),
  }),
  addIndex('status_changes', 'status_changes_certificate', ['number', 'version']),
  addIndex('status_changes', 'status_changes_list', ['list']),
  createTable(
    'status_list_versions',
    {
      id,
      list: must(INTEGER),
      purpose: must(STRING(12)),
      version: must(INTEGER),
      content_hash: must(CHAR(64)),
      published_at: must(BIGINT),
      jwt: must(TEXT),
    },
    { status_list_versions_once: ['list', 'purpose', 'version'] },
  ),
];
