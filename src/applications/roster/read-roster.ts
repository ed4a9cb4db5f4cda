/**
 * Reads a roster file of any accepted kind into rows of raw cells (R9). What a file is gets decided by its content; its name
 * only words the refusal. Judging the cells is check-roster.ts. Node only.
 */
import { DomainError } from '../../shared/errors.ts';
import { assemble } from './assemble.ts';
import { COMMITTEE_ROSTER, type HeadList } from './columns.ts';
import { decodeText, readCsv, readJson } from './read-text.ts';
import { readXlsx } from './read-xlsx.ts';
import type { ReadRoster } from './roster.ts';

/** Ten thousand rows take about 3 MB in any of the formats. */
export const MAX_ROSTER_BYTES = 20 * 1024 * 1024;

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];
/** Compound File Binary: .xls, and .xlsx with a password. */
const OLE_MAGIC = [0xd0, 0xcf, 0x11, 0xe0];

/**
 * The raw rows of a roster, with format, encoding and separator so that the same file can be written back.
 *
 * @param fileName as the person sent it; used in no decision but the wording of the refusal of old files
 * @param heads of the kind of roster that it should be
 * @throws DomainError FILE_EMPTY, FILE_TOO_LARGE, FILE_FORMAT_UNKNOWN, FILE_UNREADABLE, ENCODING_UNKNOWN, ROSTER_HEAD_WRONG,
 *   ROSTER_EMPTY, ROSTER_TOO_LONG
 */
export async function readRoster(
  bytes: Uint8Array,
  fileName: string,
  heads: HeadList = COMMITTEE_ROSTER,
): Promise<ReadRoster> {
  if (bytes.length === 0) throw new DomainError('FILE_EMPTY', '文件是空的，请用模板填写后上传。');
  if (bytes.length > MAX_ROSTER_BYTES) {
    throw new DomainError('FILE_TOO_LARGE', '文件超过 20 MB，请分成几份或删除多余内容后上传。');
  }
  if (startsWith(bytes, ZIP_MAGIC)) {
    const lines = await readXlsx(bytes);
    return { format: 'xlsx', encoding: 'utf-8', delimiter: ',', ...assemble(lines, heads) };
  }
  if (startsWith(bytes, OLE_MAGIC)) throw oldWorkbook(fileName);
  return readText(bytes, heads);
}

function readText(bytes: Uint8Array, heads: HeadList): ReadRoster {
  const { text, encoding } = decodeText(bytes);
  if (text.trim() === '') throw new DomainError('FILE_EMPTY', '文件里没有任何内容，请用模板填写后上传。');
  if (/^\s*[[{]/.test(text)) {
    return { format: 'json', encoding, delimiter: ',', ...assemble(readJson(text, heads), heads) };
  }
  const { delimiter, lines } = readCsv(text, heads);
  return { format: 'csv', encoding, delimiter, ...assemble(lines, heads) };
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function oldWorkbook(fileName: string): DomainError {
  const kind = /\.xlsx$/i.test(fileName) ? '设有密码的表格' : '旧式 .xls 表格';
  const detail = `这是${kind}，请用表格软件打开，另存为不加密的 .xlsx 后上传。`;
  return new DomainError('FILE_FORMAT_UNKNOWN', detail);
}
