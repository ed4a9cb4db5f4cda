/**
 * Takes named files out of a zip archive without trusting what the archive says of itself: every file is inflated up to a
 * limit and no further, so a bomb costs neither memory nor time (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16). Node only.
 */
import { inflateRawSync } from 'node:zlib';
import { DomainError } from '../../shared/errors.ts';

export interface UnzipLimits {
  /** Bytes all wanted files may have together once inflated. */
  readonly maxInflatedBytes: number;
  readonly maxEntries: number;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly compressedBytes: number;
  readonly headerAt: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;

/**
 * The wanted files by name; those the archive lacks are absent from the answer.
 *
 * @throws DomainError FILE_UNREADABLE when the archive is broken or encrypted, FILE_TOO_LARGE when it inflates past the limit
 */
export function unzip(
  bytes: Uint8Array,
  wanted: (name: string) => boolean,
  limits: UnzipLimits,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let left = limits.maxInflatedBytes;
  for (const entry of entriesOf(bytes, limits.maxEntries)) {
    if (!wanted(entry.name)) continue;
    const file = inflate(bytes, entry, left);
    left -= file.length;
    files.set(entry.name, file);
  }
  return files;
}

function entriesOf(bytes: Uint8Array, maxEntries: number): readonly Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(view);
  const count = view.getUint16(end + 10, true);
  if (count > maxEntries) throw tooLarge();
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY_ENTRY) throw broken();
    const nameLength = view.getUint16(at + 28, true);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      compressedBytes: view.getUint32(at + 20, true),
      headerAt: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

function endOfDirectory(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT_BYTES); at -= 1) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  throw broken();
}

function inflate(bytes: Uint8Array, entry: Entry, maxBytes: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.isEncrypted) throw broken();
  if (entry.headerAt + 30 > bytes.length || view.getUint32(entry.headerAt, true) !== LOCAL_HEADER)
    throw broken();
  const start =
    entry.headerAt +
    30 +
    view.getUint16(entry.headerAt + 26, true) +
    view.getUint16(entry.headerAt + 28, true);
  if (start + entry.compressedBytes > bytes.length) throw broken();
  const packed = bytes.subarray(start, start + entry.compressedBytes);
  if (maxBytes <= 0 || (entry.method === STORED && packed.length > maxBytes)) throw tooLarge();
  if (entry.method === STORED) return packed;
  if (entry.method !== DEFLATED) throw broken();
  try {
    return inflateRawSync(packed, { maxOutputLength: maxBytes });
  } catch (error) {
    throw isOverLimit(error) ? tooLarge() : broken(error);
  }
}

function isOverLimit(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(): DomainError {
  return new DomainError(
    'FILE_TOO_LARGE',
    '文件解压后过大，不像一份名册；请用模板重新填写，或分成几份上传。',
  );
}

function broken(cause?: unknown): DomainError {
  const detail = '文件已损坏或设有密码，无法读取；请用表格软件打开后另存为不加密的 .xlsx 再上传。';
  return new DomainError('FILE_UNREADABLE', detail, cause === undefined ? {} : { cause });
}
