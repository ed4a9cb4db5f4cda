/** Tables `certificates` and `certificate_files`: insert-only, no status column; status is derived from the changes. */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../db/connect.ts';
import type { Instant, Month, PlainDate } from '../shared/time.ts';

export interface Certificate {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly applicationId: string;
  readonly batchMonth: Month;
  readonly issuedAt: Instant;
  /** R17: the holder may collect it from this day. */
  readonly collectFrom: PlainDate;
  readonly legalBasis: string;
  readonly keyId: string;
  readonly list: number;
  readonly index: number;
  readonly payloadHash: string;
  readonly jwt: string;
  readonly qrText: string;
}

interface CertificateRow {
  id: string;
  number: string;
  version: number;
  application_id: string;
  batch_month: string;
  issued_at: number;
  collect_from: string;
  legal_basis: string;
  key_id: string;
  list: number;
  list_index: number;
  payload_hash: string;
  jwt: string;
  qr_text: string;
}
interface FileRow {
  id: string;
  certificate_id: string;
  kind: string;
  sha256: string;
  size: number;
  made_at: number;
}

/** The certificates stand for ever. @throws SequelizeUniqueConstraintError when a number and version, or a list place, is taken */
export async function addCertificates(tx: Tx, db: Db, added: readonly Certificate[]): Promise<void> {
  await certificates(db).bulkCreate(added.map(toRow), { transaction: tx });
}

/** All versions of that number, oldest first. */
export async function versionsOf(db: Db, number: string): Promise<readonly Certificate[]> {
  const rows = await certificates(db).findAll({ where: { number }, order: [['version', 'ASC']], raw: true });
  return (rows as unknown as CertificateRow[]).map(fromRow);
}

/** All versions of these numbers, oldest first; absent numbers are absent. */
export async function versionsByNumber(
  db: Db,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, readonly Certificate[]>> {
  const rows = (await certificates(db).findAll({
    where: { number: { [Op.in]: [...new Set(numbers)] } },
    order: [['version', 'ASC']],
    raw: true,
  })) as unknown as CertificateRow[];
  const found = new Map<string, Certificate[]>();
  for (const row of rows) found.set(row.number, [...(found.get(row.number) ?? []), fromRow(row)]);
  return found;
}

/** The newest version, locked until the transaction ends, so that two changes of state cannot cross. */
export async function lockNewest(tx: Tx, db: Db, number: string): Promise<Certificate | undefined> {
  const row = await certificates(db).findOne({
    where: { number },
    order: [['version', 'DESC']],
    transaction: tx,
    lock: tx.LOCK.UPDATE,
    raw: true,
  });
  return row === null ? undefined : fromRow(row as unknown as CertificateRow);
}

/**
 * The newest version of each of these numbers; absent numbers are absent.
 * @param tx locks them until it ends, as `lockNewest` does, in the order of their numbers
 */
export async function newestOf(
  db: Db,
  numbers: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, Certificate>> {
  const rows = (await certificates(db).findAll({
    where: { number: { [Op.in]: [...new Set(numbers)].sort() } },
    order: [
      ['number', 'ASC'],
      ['version', 'ASC'],
    ],
    raw: true,
    ...(tx ? { transaction: tx, lock: tx.LOCK.UPDATE } : {}),
  })) as unknown as CertificateRow[];
  return new Map(rows.map(row => [row.number, fromRow(row)]));
}

/** Every version of these numbers is locked until the transaction ends, in the order of their numbers. */
export async function lockNumbers(tx: Tx, db: Db, numbers: readonly string[]): Promise<void> {
  const ordered = [...new Set(numbers)].sort();
  for (let at = 0; at < ordered.length; at += 500)
    await certificates(db).findAll({
      attributes: ['id'],
      where: { number: { [Op.in]: ordered.slice(at, at + 500) } },
      order: [['number', 'ASC']],
      transaction: tx,
      lock: tx.LOCK.UPDATE,
      raw: true,
    });
}

/** Certificates of these applications. */
export async function certificatesFor(
  db: Db,
  applicationIds: readonly string[],
): Promise<readonly Certificate[]> {
  const found: Certificate[] = [];
  for (let at = 0; at < applicationIds.length; at += 500) {
    const page = applicationIds.slice(at, at + 500);
    const rows = await certificates(db).findAll({
      where: { application_id: { [Op.in]: page } },
      order: [['number', 'ASC']],
      raw: true,
    });
    found.push(...(rows as unknown as CertificateRow[]).map(fromRow));
  }
  return found;
}

/** Up to `limit` certificates after that id, in order of id. */
export async function certificatesAfter(db: Db, id: string, limit: number): Promise<readonly Certificate[]> {
  const rows = await certificates(db).findAll({
    where: { id: { [Op.gt]: id } },
    order: [['id', 'ASC']],
    limit,
    raw: true,
  });
  return (rows as unknown as CertificateRow[]).map(fromRow);
}

/** Up to `limit` certificates that the key signed, after that id, in order of id. */
export async function certificatesOfKey(
  db: Db,
  wanted: { keyId: string; after: string; limit: number },
): Promise<readonly Certificate[]> {
  const rows = await certificates(db).findAll({
    where: { key_id: wanted.keyId, id: { [Op.gt]: wanted.after } },
    order: [['id', 'ASC']],
    limit: wanted.limit,
    raw: true,
  });
  return (rows as unknown as CertificateRow[]).map(fromRow);
}

/** How many certificates each key signed, by `key-7`. */
export async function countByKey(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await certificates(db).count({ group: ['key_id'], attributes: ['key_id'] });
  return new Map(rows.map(row => [String(row['key_id']), Number(row.count)]));
}

export async function countCertificates(db: Db): Promise<number> {
  return certificates(db).count();
}

/** Formats in which a certificate is handed out. */
export const FILE_FORMATS = ['png', 'pdf'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];
export const FILE_MEDIA_TYPES: Readonly<Record<FileFormat, string>> = {
  png: 'image/png',
  pdf: 'application/pdf',
};

export interface CertificateFile {
  readonly id: string;
  readonly certificateId: string;
  readonly kind: FileFormat;
  readonly sha256: string;
  readonly size: number;
  readonly madeAt: Instant;
}

/** The file's digest is on record, once: a later comparison can tell the original from a re-conversion (R28). */
export async function addFiles(tx: Tx, db: Db, added: readonly CertificateFile[]): Promise<void> {
  await files(db).bulkCreate(
    added.map(({ id, certificateId, kind, sha256, size, madeAt }) => ({
      id,
      certificate_id: certificateId,
      kind,
      sha256,
      size,
      made_at: madeAt,
    })),
    { ignoreDuplicates: true, transaction: tx },
  );
}

function toRow(certificate: Certificate): CertificateRow {
  const {
    applicationId,
    batchMonth,
    issuedAt,
    collectFrom,
    legalBasis,
    keyId,
    index,
    payloadHash,
    qrText,
    ...rest
  } = certificate;
  return {
    ...rest,
    application_id: applicationId,
    batch_month: batchMonth,
    issued_at: issuedAt,
    collect_from: collectFrom,
    legal_basis: legalBasis,
    key_id: keyId,
    list_index: index,
    payload_hash: payloadHash,
    qr_text: qrText,
  };
}

function fromRow(row: CertificateRow): Certificate {
  return Object.freeze({
    id: row.id,
    number: row.number,
    version: row.version,
    applicationId: row.application_id,
    batchMonth: row.batch_month,
    issuedAt: Number(row.issued_at),
    collectFrom: row.collect_from,
    legalBasis: row.legal_basis,
    keyId: row.key_id,
    list: row.list,
    index: row.list_index,
    payloadHash: row.payload_hash,
    jwt: row.jwt,
    qrText: row.qr_text,
  });
}

function certificates(db: Db): Table<CertificateRow> {
  const { BIGINT, CHAR, INTEGER, STRING, TEXT } = DataTypes;
  return table<CertificateRow>(db, 'certificates', {
    id: { type: CHAR(32), primaryKey: true },
    number: STRING,
    version: INTEGER,
    application_id: STRING,
    batch_month: STRING,
    issued_at: BIGINT,
    collect_from: STRING,
    legal_basis: STRING,
    key_id: STRING,
    list: INTEGER,
    list_index: INTEGER,
    payload_hash: STRING,
    jwt: TEXT,
    qr_text: TEXT,
  });
}

function files(db: Db): Table<FileRow> {
  return table<FileRow>(db, 'certificate_files', {
    id: { type: DataTypes.CHAR(32), primaryKey: true },
    certificate_id: DataTypes.STRING,
    kind: DataTypes.STRING,
    sha256: DataTypes.STRING,
    size: DataTypes.INTEGER,
    made_at: DataTypes.BIGINT,
  });
}
