/**
 * Tables `application_files` and `file_chunks`: names and bytes sealed, insert-only but for removal. Instances of the service are
 * stateless, so files live with everything else, in pieces that a database likes.
 */
import { DataTypes, Op } from 'sequelize';
import { table, type Db, type Table, type Tx } from '../../db/connect.ts';
import type { ApplicationScope } from '../store.ts';
import type { FileRecord, MediaType, Purpose } from './attachment.ts';

interface FileRow {
  id: string;
  application_id: string;
  purpose: string;
  name_sealed: string;
  media_type: string;
  size: number;
  sha256: string;
  added_at: number;
  actor: string;
}
interface ChunkRow {
  file_id: string;
  place: number;
  sealed: Uint8Array;
}

const FILES = 'application_files';
const CHUNKS = 'file_chunks';

/** Where the sealed fields are, for the change of field keys. */
export const SEALED = [
  { table: FILES, key: ['id'], texts: { name_sealed: 'name' } },
  { table: CHUNKS, key: ['file_id', 'place'], bytes: { sealed: 'sealed' } },
] as const;
export const CHUNK_BYTES = 256 * 1024;

/** The application's files, oldest first. */
export async function filesOf(
  scope: ApplicationScope,
  applicationId: string,
  tx?: Tx,
): Promise<readonly FileRecord[]> {
  const rows = await files(scope.db).findAll({
    where: { application_id: applicationId },
    order: [
      ['added_at', 'ASC'],
      ['id', 'ASC'],
    ],
    transaction: tx ?? null,
    raw: true,
  });
  return (rows as unknown as FileRow[]).map(row => fromRow(row, scope));
}

/** The file of that application with that id. */
export async function findFile(
  scope: ApplicationScope,
  { applicationId, fileId }: { applicationId: string; fileId: string },
): Promise<FileRecord | undefined> {
  const row = await files(scope.db).findOne({
    where: { id: fileId, application_id: applicationId },
    raw: true,
  });
  return row === null ? undefined : fromRow(row as unknown as FileRow, scope);
}

/** The file's bytes. @throws RangeError when a piece is missing, altered or moved */
export async function bytesOf(scope: ApplicationScope, file: FileRecord): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size);
  let at = 0;
  for (let place = 0; at < file.size; place += 1) {
    const row = await chunks(scope.db).findOne({ where: { file_id: file.id, place }, raw: true });
    if (row === null) throw new RangeError(`${CHUNKS} ${file.id}: piece ${place} is missing`);
    const piece = scope.cipher.openBytes((row as unknown as ChunkRow).sealed, placeOf(file.id, place));
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The file stands. @throws SequelizeUniqueConstraintError when the application has the same one already */
export async function addFile(
  tx: Tx,
  scope: ApplicationScope,
  { file, bytes }: { file: FileRecord; bytes: Uint8Array },
): Promise<void> {
  await files(scope.db).create(toRow(file, scope), { transaction: tx });
  // one piece at a time: a statement with the whole file would hold it several times over
  for (let place = 0; place * CHUNK_BYTES < bytes.length; place += 1) {
    const piece = bytes.subarray(place * CHUNK_BYTES, (place + 1) * CHUNK_BYTES);
    const sealed = Buffer.from(scope.cipher.sealBytes(piece, placeOf(file.id, place)));
    await chunks(scope.db).create({ file_id: file.id, place, sealed }, { transaction: tx });
  }
}

/** The file is gone, every piece of it. */
export async function deleteFile(tx: Tx, db: Db, fileId: string): Promise<void> {
  await chunks(db).destroy({ where: { file_id: fileId }, transaction: tx });
  await files(db).destroy({ where: { id: fileId }, transaction: tx });
}

/** No file of these applications is left: for drafts that are deleted. */
export async function deleteFilesOf(tx: Tx, db: Db, applicationIds: readonly string[]): Promise<void> {
  const where = { application_id: { [Op.in]: [...applicationIds] } };
  const rows = await files(db).findAll({ attributes: ['id'], where, transaction: tx, raw: true });
  const ids = (rows as unknown as FileRow[]).map(row => row.id);
  if (ids.length === 0) return;
  await chunks(db).destroy({ where: { file_id: { [Op.in]: ids } }, transaction: tx });
  await files(db).destroy({ where, transaction: tx });
}

function placeOf(fileId: string, place: number): { table: string; column: string; row: string } {
  return { table: CHUNKS, column: 'sealed', row: `${fileId}:${place}` };
}

function toRow(file: FileRecord, { cipher }: ApplicationScope): FileRow {
  return {
    id: file.id,
    application_id: file.applicationId,
    purpose: file.purpose,
    name_sealed: cipher.seal(file.name, { table: FILES, column: 'name', row: file.id }),
    media_type: file.mediaType,
    size: file.size,
    sha256: file.sha256,
    added_at: file.addedAt,
    actor: file.addedBy,
  };
}

function fromRow(row: FileRow, { cipher }: ApplicationScope): FileRecord {
  return Object.freeze({
    id: row.id,
    applicationId: row.application_id,
    purpose: row.purpose as Purpose, // written by toRow only
    name: cipher.open(row.name_sealed, { table: FILES, column: 'name', row: row.id }),
    mediaType: row.media_type as MediaType,
    size: row.size,
    sha256: row.sha256,
    addedAt: Number(row.added_at),
    addedBy: row.actor,
  });
}

function files(db: Db): Table<FileRow> {
  const { BIGINT, CHAR, INTEGER, STRING } = DataTypes;
  return table<FileRow>(db, FILES, {
    id: { type: CHAR(32), primaryKey: true },
    application_id: STRING,
    purpose: STRING,
    name_sealed: STRING,
    media_type: STRING,
    size: INTEGER,
    sha256: STRING,
    added_at: BIGINT,
    actor: STRING,
  });
}

function chunks(db: Db): Table<ChunkRow> {
  return table<ChunkRow>(db, CHUNKS, {
    file_id: { type: DataTypes.CHAR(32), primaryKey: true },
    place: { type: DataTypes.INTEGER, primaryKey: true },
    sealed: DataTypes.BLOB('medium'),
  });
}
