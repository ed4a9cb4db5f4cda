/** Tables `batches`, `batch_items`, `legal_bases`. A month has one batch, an application one item. */
import { DataTypes, literal, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { Instant, Month, PlainDate } from '../shared/time.ts';
import type { Batch, BatchItem, Intent, ItemState } from './batch.ts';

interface BatchRow {
  id: string;
  month: string;
  state: string;
  digest: string | null;
  key_id: string | null;
  fence: number;
  lease_owner: string | null;
  lease_until: number;
  released_at: number | null;
}
interface ItemRow {
  id: string;
  batch_id: string;
  application_id: string;
  state: string;
  stopped_code: string | null;
  stopped_detail: string | null;
  number: string | null;
  version: number | null;
  list: number | null;
  list_index: number | null;
  key_id: string | null;
  issued_at: number | null;
  legal_basis: string | null;
  payload_hash: string | null;
}
interface BasisRow {
  code: string;
  document: string;
  from_date: string;
  to_date: string | null;
  assumed: boolean;
}

/** The month's batch, made when it is not there yet. */
export async function openBatch(tx: Tx, db: Db, wanted: { id: string; month: Month }): Promise<Batch> {
  const fresh = {
    id: wanted.id,
    month: wanted.month,
    state: 'open',
    digest: null,
    key_id: null,
    fence: 0,
    lease_owner: null,
  };
  await batches(db).bulkCreate([{ ...fresh, lease_until: 0, released_at: null }], {
    ignoreDuplicates: true,
    transaction: tx,
  });
  const row = await batches(db).findOne({
    where: { month: wanted.month },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  return toBatch(row as unknown as BatchRow);
}

/** The batch's lease is this owner's until that instant, with a higher fence; undefined while another holds it. */
export async function takeLease(
  tx: Tx,
  db: Db,
  lease: { batchId: string; owner: string; now: Instant; until: Instant },
): Promise<number | undefined> {
  const { batchId, owner, now, until } = lease;
  const free = { [Op.or]: [{ lease_until: { [Op.lt]: now } }, { lease_owner: owner }] };
  const [count] = await batches(db).update(
    { lease_owner: owner, lease_until: until, fence: literal('fence + 1') as unknown as number },
    { where: { id: batchId, ...free }, transaction: tx },
  );
  if (count === 0) return undefined;
  const row = await batches(db).findOne({ where: { id: batchId }, transaction: tx, raw: true });
  return (row as unknown as BatchRow).fence;
}

/** True while nobody else has taken the lease since; extends it. Part of every transaction that writes items. */
export async function holdLease(
  tx: Tx,
  db: Db,
  lease: { batchId: string; fence: number; until: Instant },
): Promise<boolean> {
  const { batchId, fence, until } = lease;
  const row = await batches(db).findOne({
    where: { id: batchId, fence },
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  if (row === null) return false;
  await batches(db).update({ lease_until: until }, { where: { id: batchId }, transaction: tx });
  return true;
}

/** The lease is free; the batch is released when nothing of it is left to do. */
export async function endLease(
  tx: Tx,
  db: Db,
  end: { batchId: string; fence: number; releasedAt: Instant | undefined },
): Promise<void> {
  const released = end.releasedAt === undefined ? {} : { state: 'released', released_at: end.releasedAt };
  await batches(db).update(
    { lease_owner: null, lease_until: 0, ...released },
    { where: { id: end.batchId, fence: end.fence }, transaction: tx },
  );
}

/** The digest that was approved, and the key that will sign. */
export async function freezeBatch(
  tx: Tx,
  db: Db,
  frozen: { batchId: string; digest: string; keyId: string },
): Promise<void> {
  await batches(db).update(
    { digest: frozen.digest, key_id: frozen.keyId, state: 'open' },
    { where: { id: frozen.batchId }, transaction: tx },
  );
}

/** These applications are items of the batch, planned; one that was stopped before is planned anew. */
export async function planItems(
  tx: Tx,
  db: Db,
  planned: { batchId: string; items: readonly { id: string; applicationId: string }[] },
): Promise<void> {
  const none = {
    stopped_code: null,
    stopped_detail: null,
    number: null,
    version: null,
    list: null,
    list_index: null,
  };
  const nothing = { ...none, key_id: null, issued_at: null, legal_basis: null, payload_hash: null };
  const ids = planned.items.map(item => item.applicationId);
  await items(db).update(
    { batch_id: planned.batchId, state: 'planned', stopped_code: null, stopped_detail: null },
    { where: { application_id: { [Op.in]: ids }, state: 'stopped', number: null }, transaction: tx },
  );
  await items(db).bulkCreate(
    planned.items.map(({ id, applicationId }) => ({
      id,
      batch_id: planned.batchId,
      application_id: applicationId,
      state: 'planned',
      ...nothing,
    })),
    { ignoreDuplicates: true, transaction: tx },
  );
}

/** Up to `limit` items of the batch in that state, oldest first. */
export async function itemsInState(
  db: Db,
  wanted: { batchId: string; state: ItemState; limit: number },
  tx?: Tx,
): Promise<readonly BatchItem[]> {
  const rows = await items(db).findAll({
    where: { batch_id: wanted.batchId, state: wanted.state },
    order: [['id', 'ASC']],
    limit: wanted.limit,
    transaction: tx ?? null,
    raw: true,
  });
  return (rows as unknown as ItemRow[]).map(toItem);
}

export async function countItems(db: Db, batchId: string): Promise<Readonly<Record<ItemState, number>>> {
  const counts = { planned: 0, reserved: 0, issued: 0, stopped: 0 };
  for (const state of ['planned', 'reserved', 'issued', 'stopped'] as const) {
    counts[state] = await items(db).count({ where: { batch_id: batchId, state } });
  }
  return counts;
}

/** Items that were stopped, with the reason. */
export async function stoppedItems(
  db: Db,
  batchId: string,
): Promise<readonly { applicationId: string; code: string; detail: string }[]> {
  const rows = (await items(db).findAll({
    where: { batch_id: batchId, state: 'stopped' },
    raw: true,
  })) as unknown as ItemRow[];
  return rows.map(row => ({
    applicationId: row.application_id,
    code: row.stopped_code ?? '',
    detail: row.stopped_detail ?? '',
  }));
}

/** The item is promised: planned → reserved with its intent. @throws SequelizeUniqueConstraintError for a number given before */
export async function reserveItems(
  tx: Tx,
  db: Db,
  reserved: readonly { item: BatchItem; intent: Intent }[],
): Promise<void> {
  for (const { item, intent } of reserved) {
    const { index, keyId, issuedAt, legalBasis, payloadHash, ...rest } = intent;
    const columns = {
      ...rest,
      list_index: index,
      key_id: keyId,
      issued_at: issuedAt,
      legal_basis: legalBasis,
      payload_hash: payloadHash,
    };
    await items(db).update(
      { ...columns, state: 'reserved' },
      { where: { id: item.id, state: 'planned' }, transaction: tx },
    );
  }
}

/** The promises of those still reserved are another key's. */
export async function rekeyItems(
  tx: Tx,
  db: Db,
  { ids, keyId }: { ids: readonly string[]; keyId: string },
): Promise<void> {
  await items(db).update(
    { key_id: keyId },
    { where: { id: { [Op.in]: [...ids] }, state: 'reserved' }, transaction: tx },
  );
}

/** reserved → issued for those still reserved. @returns how many moved */
export async function finishItems(tx: Tx, db: Db, ids: readonly string[]): Promise<number> {
  const [count] = await items(db).update(
    { state: 'issued' },
    { where: { id: { [Op.in]: [...ids] }, state: 'reserved' }, transaction: tx },
  );
  return count;
}

/** The item goes no further, with a reason people can act on. */
export async function stopItem(
  tx: Tx,
  db: Db,
  stopped: { id: string; code: string; detail: string },
): Promise<void> {
  await items(db).update(
    { state: 'stopped', stopped_code: stopped.code, stopped_detail: stopped.detail.slice(0, 500) },
    { where: { id: stopped.id }, transaction: tx },
  );
}

/** Up to `limit` items after that id that carry an intent, for fsck. */
export async function intentsAfter(db: Db, id: string, limit: number): Promise<readonly BatchItem[]> {
  const rows = await items(db).findAll({
    where: { id: { [Op.gt]: id }, number: { [Op.ne]: null } },
    order: [['id', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as ItemRow[]).map(toItem);
}

/** R2: the legal basis in force on that day, if there is one. */
export async function legalBasisOn(db: Db, on: PlainDate): Promise<string | undefined> {
  const rows = (await bases(db).findAll({
    where: { from_date: { [Op.lte]: on } },
    order: [['from_date', 'DESC']],
    raw: true,
  })) as unknown as BasisRow[];
  return rows.find(row => row.to_date === null || row.to_date >= on)?.code;
}

export async function allBatches(db: Db): Promise<readonly Batch[]> {
  const rows = await batches(db).findAll({ order: [['month', 'ASC']], raw: true });
  return (rows as unknown as BatchRow[]).map(toBatch);
}

function toBatch(row: BatchRow): Batch {
  return {
    id: row.id,
    month: row.month,
    state: row.state === 'released' ? 'released' : 'open',
    fence: row.fence,
    releasedAt: row.released_at === null ? undefined : Number(row.released_at),
  };
}

function toItem(row: ItemRow): BatchItem {
  return {
    id: row.id,
    applicationId: row.application_id,
    state: row.state as ItemState,
    intent: toIntent(row),
  };
}

function toIntent(row: ItemRow): Intent | undefined {
  const {
    number,
    version,
    list,
    list_index: index,
    key_id: keyId,
    legal_basis: legalBasis,
    payload_hash: payloadHash,
  } = row;
  if (number === null || version === null || list === null || index === null) return undefined;
  if (keyId === null || legalBasis === null || payloadHash === null || row.issued_at === null)
    return undefined;
  return { number, version, list, index, keyId, issuedAt: Number(row.issued_at), legalBasis, payloadHash };
}

function batches(db: Db): Table<BatchRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<BatchRow>(db, 'batches', {
    id: { type: CHAR(32), primaryKey: true },
    month: STRING,
    state: STRING,
    digest: STRING,
    key_id: STRING,
    fence: INTEGER,
    lease_owner: STRING,
    lease_until: BIGINT,
    released_at: BIGINT,
  });
}

function items(db: Db): Table<ItemRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<ItemRow>(db, 'batch_items', {
    id: { type: CHAR(32), primaryKey: true },
    batch_id: STRING,
    application_id: STRING,
    state: STRING,
    stopped_code: STRING,
    stopped_detail: STRING,
    number: STRING,
    version: INTEGER,
    list: INTEGER,
    list_index: INTEGER,
    key_id: STRING,
    issued_at: BIGINT,
    legal_basis: STRING,
    payload_hash: STRING,
  });
}

function bases(db: Db): Table<BasisRow> {
  return table<BasisRow>(db, 'legal_bases', {
    code: { type: DataTypes.STRING, primaryKey: true },
    document: DataTypes.STRING,
    from_date: DataTypes.STRING,
    to_date: DataTypes.STRING,
    assumed: DataTypes.BOOLEAN,
  });
}
