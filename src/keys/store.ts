/** Tables `seen_manifests` and `key_events`: what this database remembers of manifests and keys; insert-only. */
import { DataTypes, Op } from 'sequelize';
import { record } from '../audit/record.ts';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import { takeSerials } from '../db/counters.ts';
import { inSideTransaction } from '../db/tx.ts';
import type { Instant } from '../shared/time.ts';
import { rootFingerprint } from './fingerprint.ts';
import type { ManifestMemory } from './key-service.ts';
import { manifestHash } from './keyring.ts';

interface ManifestRow {
  version: number;
  sha256: string;
  seen_at: number;
  /** Fingerprint; null in rows of the time before it was kept. */
  root: string | null;
}
interface EventRow {
  seq: number;
  key_id: string;
  kind: string;
  at: number;
  reason: string | null;
  document: string | null;
  actor: string;
}

/** The memory of every process on this database: an older manifest put back is refused also after a restart. */
export function manifestMemory(db: Db, clock: () => Instant): ManifestMemory {
  return {
    newest: async () => newest(db),
    remember: async ({ manifest: { version }, jws, root }) => {
      const fingerprint = await rootFingerprint(root);
      await inSideTransaction(db, async tx => {
        const before = await newest(db, tx);
        if (before && before.version >= version) return; // another process was quicker
        const at = clock();
        const row = { version, sha256: manifestHash(jws), seen_at: at, root: fingerprint };
        await manifests(db).bulkCreate([row], { ignoreDuplicates: true, transaction: tx });
        if (!before || before.root === fingerprint) return;
        const act = { actor: 'system:keys', at, requestId: UNASKED };
        const detail = { version, before: before.root };
        await record({ tx, db }, act, [{ action: 'root.changed', subject: fingerprint, detail }]);
      });
    },
  };
}

/** No request brings a manifest: it lies there. */
const UNASKED = '0'.repeat(32);

/** @param tx when given, the row is held, so that one process after the other remembers */
async function newest(db: Db, tx?: Tx): Promise<ManifestRow | undefined> {
  const held = tx ? { transaction: tx, lock: tx.LOCK.UPDATE } : {};
  const row = await manifests(db).findOne({ order: [['version', 'DESC']], raw: true, ...held });
  return row === null ? undefined : (row as unknown as ManifestRow);
}

/** What became of a key: its private half was destroyed, or it came into wrong hands. */
export interface KeyEvent {
  readonly seq: number;
  readonly keyId: string;
  readonly kind: 'destroyed' | 'compromised';
  readonly at: Instant;
  readonly reason: string | undefined;
  /** 文号 of the decision, when there was one. */
  readonly document: string | undefined;
  readonly actor: string;
}

/** The event stands, once for each key and kind. @returns false when it stood before */
export async function addKeyEvent(tx: Tx, db: Db, event: Omit<KeyEvent, 'seq'>): Promise<boolean> {
  const { keyId, kind, reason, document, ...rest } = event;
  const known = { where: { key_id: keyId, kind }, transaction: tx, lock: tx.LOCK.UPDATE, raw: true };
  if ((await events(db).findOne(known)) !== null) return false;
  const seq = await takeSerials(tx, db, { scope: 'key-event', count: 1 });
  const row = { ...rest, seq, key_id: keyId, kind, reason: reason ?? null, document: document ?? null };
  await events(db).create(row, { transaction: tx });
  return true;
}

/** Every event after that one, oldest first. */
export async function keyEvents(db: Db, after = 0): Promise<readonly KeyEvent[]> {
  const rows = await events(db).findAll({
    where: { seq: { [Op.gt]: after } },
    order: [['seq', 'ASC']],
    raw: true,
  });
  return (rows as unknown as EventRow[]).map(row => ({
    seq: Number(row.seq),
    keyId: row.key_id,
    kind: row.kind === 'destroyed' ? 'destroyed' : 'compromised', // written above only
    at: Number(row.at),
    reason: row.reason ?? undefined,
    document: row.document ?? undefined,
    actor: row.actor,
  }));
}

function manifests(db: Db): Table<ManifestRow> {
  return table<ManifestRow>(db, 'seen_manifests', {
    version: { type: DataTypes.INTEGER, primaryKey: true },
    sha256: DataTypes.STRING,
    seen_at: DataTypes.BIGINT,
    root: DataTypes.STRING,
  });
}

function events(db: Db): Table<EventRow> {
  const { BIGINT, STRING } = DataTypes;
  return table<EventRow>(db, 'key_events', {
    seq: { type: BIGINT, primaryKey: true },
    key_id: STRING,
    kind: STRING,
    at: BIGINT,
    reason: STRING,
    document: STRING,
    actor: STRING,
  });
}
