/** Tables `change_sheets` and `change_sheet_rows`. */
import { DataTypes, literal, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { CertificateState } from '../../revocation/state.ts';
import type { Instant } from '../../shared/time.ts';
import type { SheetChange } from './columns.ts';
import type { ChangeSheet, RowState, SheetPart, SheetRow, SheetState } from './sheet.ts';

interface StoredSheet {
  id: string;
  file_name: string;
  state: string;
  digest: string;
  rows_all: number;
  rows_done: number;
  rows_failed: number;
  parts: string;
  proposed_by: string;
  proposed_at: number;
  decided_by: string | null;
  decided_at: number | null;
  note: string | null;
  finished_at: number | null;
}
interface StoredRow {
  id: string;
  sheet_id: string;
  line: number;
  number: string;
  change: string;
  reason: string;
  document: string | null;
  until_date: string | null;
  state: string;
  state_before: string | null;
  state_after: string | null;
  fault_code: string | null;
  fault_detail: string | null;
  open_key: string | null;
}
const INSERTED_AT_ONCE = 1000;

/** The sheet stands with its rows, all waiting. @throws SequelizeUniqueConstraintError while another sheet has one of the certificates */
export async function addSheet(
  tx: Tx,
  scope: { readonly db: Db; readonly ids: () => string },
  { sheet, rows }: { sheet: ChangeSheet; rows: readonly Pick<SheetRow, 'line' | 'order'>[] },
): Promise<void> {
  await sheets(scope.db).create(toStored(sheet), { transaction: tx });
  for (let at = 0; at < rows.length; at += INSERTED_AT_ONCE) {
    const stored = rows.slice(at, at + INSERTED_AT_ONCE).map(({ line, order }) => ({
      ...{ id: scope.ids(), sheet_id: sheet.id, line, number: order.number, change: order.change },
      ...{ reason: order.reason, document: order.document ?? null, until_date: order.untilDate ?? null },
      ...{ state: 'waiting', state_before: null, state_after: null, fault_code: null, fault_detail: null },
      open_key: order.number,
    }));
    await sheetRows(scope.db).bulkCreate(stored, { transaction: tx });
  }
}

export async function findSheet(db: Db, id: string): Promise<ChangeSheet | undefined> {
  const row = await sheets(db).findOne({ where: { id }, raw: true });
  return row === null ? undefined : toSheet(row as unknown as StoredSheet);
}

/** The sheet, locked until the transaction ends. */
export async function lockSheet(tx: Tx, db: Db, id: string): Promise<ChangeSheet | undefined> {
  const row = await sheets(db).findOne({ where: { id }, transaction: tx, lock: tx.LOCK.UPDATE, raw: true });
  return row === null ? undefined : toSheet(row as unknown as StoredSheet);
}

/** The newest sheets; those in that state, of that digest, before that one, where told. */
export async function newestSheets(
  db: Db,
  wanted: { state?: SheetState; digest?: string; before?: string | undefined; limit: number },
): Promise<readonly ChangeSheet[]> {
  const { state, digest, before, limit } = wanted;
  const rows = await sheets(db).findAll({
    where: {
      ...(state === undefined ? {} : { state }),
      ...(digest === undefined ? {} : { digest }),
      ...(before === undefined ? {} : { id: { [Op.lt]: before } }),
    },
    order: [['id', 'DESC']],
    limit,
    raw: true,
  });
  return (rows as unknown as StoredSheet[]).map(toSheet);
}

/** Ids of the sheets that are confirmed and not yet carried out, oldest first. */
export async function confirmedSheets(db: Db): Promise<readonly string[]> {
  const rows = await sheets(db).findAll({
    attributes: ['id'],
    where: { state: 'confirmed' },
    order: [['id', 'ASC']],
    raw: true,
  });
  return (rows as unknown as StoredSheet[]).map(({ id }) => id);
}

/** The sheet is decided. Refused or withdrawn, its certificates are free for other proposals. The caller holds its lock. */
export async function decideSheetIn(
  tx: Tx,
  db: Db,
  decided: { id: string; state: SheetState; by: string; at: Instant; note: string | undefined },
): Promise<void> {
  const { id, state, by, at, note } = decided;
  await sheets(db).update(
    { state, decided_by: by, decided_at: at, note: note ?? null },
    { where: { id }, transaction: tx },
  );
  if (state === 'confirmed') return;
  await sheetRows(db).update(
    { state: 'dropped', open_key: null },
    { where: { sheet_id: id }, transaction: tx },
  );
}

/** Up to `limit` rows after that line, in the order of the file. @param tx locks them: what is read after them is no older than they are */
export async function rowsOfSheet(
  db: Db,
  wanted: { id: string; state?: RowState | undefined; after?: number; limit: number },
  tx?: Tx,
): Promise<readonly SheetRow[]> {
  const { id, state, after = -1, limit } = wanted;
  const rows = await sheetRows(db).findAll({
    where: { sheet_id: id, ...(state === undefined ? {} : { state }), line: { [Op.gt]: after } },
    order: [['line', 'ASC']],
    limit,
    raw: true,
    ...(tx ? { transaction: tx, lock: tx.LOCK.UPDATE } : {}),
  });
  return (rows as unknown as StoredRow[]).map(toSheetRow);
}

/** What became of rows, as many of them as had the same result in one statement. The caller holds the sheet's lock. */
export async function settleRows(
  tx: Tx,
  db: Db,
  { id, settled }: { id: string; settled: readonly SheetRow[] },
): Promise<void> {
  const groups = new Map<string, SheetRow[]>();
  for (const row of settled) {
    const key = JSON.stringify([row.state, row.before, row.after, row.fault]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    const { state, before, after, fault } = first;
    const result = { state_before: before ?? null, state_after: after ?? null, open_key: null };
    await sheetRows(db).update(
      { state, ...result, fault_code: fault?.code ?? null, fault_detail: fault?.detail ?? null },
      { where: { sheet_id: id, line: [first, ...others].map(({ line }) => line) }, transaction: tx },
    );
  }
  const failed = settled.filter(({ state }) => state === 'failed').length;
  await sheets(db).update(
    {
      rows_done: literal(`rows_done + ${settled.length - failed}`) as unknown as number, // Sequelize's row type knows no expressions
      rows_failed: literal(`rows_failed + ${failed}`) as unknown as number,
    },
    { where: { id }, transaction: tx },
  );
}

/** The sheet is carried out and public. @returns false when another process said so first */
export async function finishSheet(tx: Tx, db: Db, { id, at }: { id: string; at: Instant }): Promise<boolean> {
  const [count] = await sheets(db).update(
    { state: 'done', finished_at: at },
    { where: { id, state: 'confirmed' }, transaction: tx },
  );
  return count === 1;
}

/** Which of these numbers wait in a sheet. */
export async function sheetNumbers(
  db: Db,
  numbers: readonly string[],
  tx?: Tx,
): Promise<ReadonlySet<string>> {
  const rows = (await sheetRows(db).findAll({
    attributes: ['number'],
    where: { open_key: [...new Set(numbers)] },
    raw: true,
    transaction: tx ?? null,
  })) as unknown as StoredRow[];
  return new Set(rows.map(({ number }) => number));
}

function toStored(sheet: ChangeSheet): StoredSheet {
  const { id, fileName, state, digest, rows, done, failed, parts, proposedBy, proposedAt } = sheet;
  return {
    ...{ id, state, digest, file_name: fileName, parts: JSON.stringify(parts) },
    ...{ rows_all: rows, rows_done: done, rows_failed: failed },
    ...{ proposed_by: proposedBy, proposed_at: proposedAt },
    decided_by: sheet.decidedBy ?? null,
    decided_at: sheet.decidedAt ?? null,
    note: sheet.note ?? null,
    finished_at: sheet.finishedAt ?? null,
  };
}

function toSheet(row: StoredSheet): ChangeSheet {
  return {
    id: row.id,
    fileName: row.file_name,
    state: row.state as SheetState, // written by this file only
    digest: row.digest,
    rows: row.rows_all,
    done: row.rows_done,
    failed: row.rows_failed,
    parts: JSON.parse(row.parts) as readonly SheetPart[], // written by toStored only
    proposedBy: row.proposed_by,
    proposedAt: Number(row.proposed_at),
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at === null ? undefined : Number(row.decided_at),
    note: row.note ?? undefined,
    finishedAt: row.finished_at === null ? undefined : Number(row.finished_at),
  };
}

function toSheetRow(row: StoredRow): SheetRow {
  const { fault_code: code, fault_detail: detail } = row;
  return {
    line: row.line,
    order: {
      number: row.number,
      change: row.change as SheetChange, // written by addSheet only, as the states below by settleRows
      reason: row.reason,
      document: row.document ?? undefined,
      untilDate: row.until_date ?? undefined,
    },
    state: row.state as RowState,
    before: (row.state_before ?? undefined) as CertificateState | undefined,
    after: (row.state_after ?? undefined) as CertificateState | undefined,
    fault: code === null ? undefined : { code, detail: detail ?? '' },
  };
}

function sheets(db: Db): Table<StoredSheet> {
  const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
  return table<StoredSheet>(db, 'change_sheets', {
    id: { type: CHAR(32), primaryKey: true },
    file_name: STRING,
    state: STRING,
    digest: STRING,
    rows_all: INTEGER,
    rows_done: INTEGER,
    rows_failed: INTEGER,
    parts: TEXT,
    proposed_by: STRING,
    proposed_at: BIGINT,
    decided_by: STRING,
    decided_at: BIGINT,
    note: TEXT,
    finished_at: BIGINT,
  });
}

function sheetRows(db: Db): Table<StoredRow> {
  const { CHAR, INTEGER, STRING, TEXT } = DataTypes;
  return table<StoredRow>(db, 'change_sheet_rows', {
    id: { type: CHAR(32), primaryKey: true },
    sheet_id: STRING,
    line: INTEGER,
    number: STRING,
    change: STRING,
    reason: STRING,
    document: STRING,
    until_date: STRING,
    state: STRING,
    state_before: STRING,
    state_after: STRING,
    fault_code: STRING,
    fault_detail: TEXT,
    open_key: STRING,
  });
}
