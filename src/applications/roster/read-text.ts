/**
 * Reads rosters that are text: CSV (RFC 4180) and JSON (RFC 8259), in UTF-8 or GB 18030, which is found out by the bytes and
 * not by what the file calls itself. Node only, for the GB 18030 table.
 */
import iconv from 'iconv-lite';
import { DomainError } from '../../shared/errors.ts';
import { parseStrictJson } from '../../shared/strict-json.ts';
import type { TableLine } from './assemble.ts';
import { COMMITTEE_ROSTER, ERROR_HEAD, isRosterHead, RosterHeadWrong, type HeadList } from './columns.ts';
import { csvRecords } from './parse-csv.ts';
import type { Delimiter, RosterEncoding } from './roster.ts';

export interface DecodedText {
  readonly text: string;
  readonly encoding: RosterEncoding;
}

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];

/**
 * The text and the encoding it was in: UTF-8 when the bytes are valid UTF-8, else GB 18030.
 *
 * @throws DomainError ENCODING_UNKNOWN for UTF-16, for other bytes behind a UTF-8 mark, and for bytes that are neither;
 *   FILE_FORMAT_UNKNOWN when it is no text at all
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw encodingUnknown('文件是 UTF-16（Unicode 文本）编码，请另存为“CSV UTF-8”或 .xlsx 后上传。');
  }
  const hasMark = first === 0xef && second === 0xbb && third === 0xbf;
  const utf8 = decodeUtf8(hasMark ? bytes.subarray(3) : bytes);
  if (utf8 !== undefined) return asText(utf8, hasMark ? 'utf-8-bom' : 'utf-8');
  if (hasMark)
    throw encodingUnknown('文件标明是 UTF-8，内容却不是，请用表格软件另存为“CSV UTF-8”或 .xlsx 后上传。');
  return asText(iconv.decode(Buffer.from(bytes), 'gb18030'), 'gb18030');
}

/** Lines of a CSV text, with the separator that makes most heads of its first line. */
export function readCsv(
  text: string,
  list: HeadList = COMMITTEE_ROSTER,
): {
  readonly delimiter: Delimiter;
  readonly lines: Iterable<TableLine>;
} {
  const firstLine = text.trimStart().split(/[\r\n]/, 1)[0] ?? '';
  const counts = DELIMITERS.map(delimiter => headsIn(firstLine, { delimiter, list }));
  const most = Math.max(...counts);
  const delimiter = DELIMITERS[counts.indexOf(most)] ?? ',';
  if (most === 0 && !DELIMITERS.some(separator => firstLine.includes(separator))) throw formatUnknown();
  return { delimiter, lines: csvRecords(text, delimiter) };
}

/**
 * Lines of a JSON text: an array of flat objects whose members are heads, or `{ "rows": […] }`. The first line is made of
 * the heads that occur, in the order of the template; line n is the n-th object.
 *
 * @throws RosterHeadWrong for a member that is no head
 * @throws DomainError FILE_UNREADABLE when it is not such JSON or names a member twice
 */
export function readJson(text: string, list: HeadList = COMMITTEE_ROSTER): readonly TableLine[] {
  const value = parseStrictJson(text);
  const rows = isObject(value) && Object.keys(value).join() === 'rows' ? value['rows'] : value;
  if (!Array.isArray(rows) || !rows.every(isObject)) throw jsonUnreadable();
  if (rows.length === 0) throw new DomainError('ROSTER_EMPTY', '文件里没有数据行，请填写后重新上传。');
  const present = new Set(rows.flatMap(row => Object.keys(row)));
  const strangers = [...present].filter(member => !isRosterHead(member, list) && member !== ERROR_HEAD);
  if (strangers.length > 0) {
    const names = strangers.slice(0, 5).map(name => name.slice(0, 20));
    throw new RosterHeadWrong(`有不认识的字段“${names.join('”“')}”，请按模板的表头改正后重新上传。`);
  }
  const heads = list.all.filter(head => present.has(head));
  return [{ line: 0, cells: heads }, ...rows.map((row, index) => lineOfObject(row, heads, index + 1))];
}

function lineOfObject(
  row: Readonly<Record<string, unknown>>,
  heads: readonly string[],
  line: number,
): TableLine {
  const faults = new Map<number, { code: string; detail: string }>();
  const cells = heads.map((head, place) => {
    const value = row[head] ?? '';
    if (typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value < 1e15) return String(value);
    faults.set(place, { code: 'CELL_NOT_TEXT', detail: `${head}应为文本，请在 JSON 中用引号括起完整内容。` });
    return typeof value === 'number' ? String(value) : '';
  });
  return { line, cells, faults };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined; // the bytes are not UTF-8
    throw error;
  }
}

/** Bytes that decode to control characters are a picture or a program, not a text in any encoding. */
function asText(text: string, encoding: RosterEncoding): DecodedText {
  if (/[\0-\x08\x0E-\x1F]/.test(text.slice(0, 4096))) throw formatUnknown();
  if (encoding === 'gb18030' && text.includes('\uFFFD')) {
    throw encodingUnknown('无法判断文件的文字编码，请用表格软件另存为“CSV UTF-8”或 .xlsx 后上传。');
  }
  return { text, encoding };
}

function headsIn(line: string, { delimiter, list }: { delimiter: Delimiter; list: HeadList }): number {
  return line.split(delimiter).filter(head => isRosterHead(head.replaceAll('"', ''), list)).length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function encodingUnknown(detail: string): DomainError {
  return new DomainError('ENCODING_UNKNOWN', detail);
}

function formatUnknown(): DomainError {
  const detail = '看不出这是哪种表格文件，请用模板填写，并保存为 .xlsx、.csv 或 .json 后上传。';
  return new DomainError('FILE_FORMAT_UNKNOWN', detail);
}

function jsonUnreadable(): DomainError {
  const detail = 'JSON 文件应为由各行组成的数组，每行一个对象，字段不得重复；请改正后重新上传。';
  return new DomainError('FILE_UNREADABLE', detail);
}
