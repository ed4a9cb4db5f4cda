/**
 * Reads the first sheet of an .xlsx file (ECMA-376) as a table of texts. The archive and the sheet are measured before the
 * library sees them; formulas and numbers that lost digits become faults of their cells. Node only.
 */
import { strToU8, zipSync } from 'fflate';
import type { CellValue } from 'read-excel-file/node';
import { readSheet } from 'read-excel-file/node';
import { DomainError } from '../../shared/errors.ts';
import type { Fault } from '../../shared/fault.ts';
import type { TableLine } from './assemble.ts';
import { rosterTooLong } from './assemble.ts';
import { RosterHeadWrong } from './columns.ts';
import { MAX_ROSTER_ROWS } from './roster.ts';
import { unzip } from './unzip.ts';

/** Ten thousand full rows make about 15 MB of XML; four times that is surely none. */
const LIMITS = { maxInflatedBytes: 64 * 1024 * 1024, maxEntries: 2000 } as const;
/** Blank lines between rows are allowed for; beyond this a sheet is formatted to its end and must be cleaned first. */
const MAX_SHEET_LINE = 2 * MAX_ROSTER_ROWS;
const MAX_SHEET_COLUMN = 100;
const WORKBOOK = 'xl/workbook.xml';
/** Spreadsheets keep 15 significant digits of a number. */
const MAX_EXACT_DIGITS = 15;

/**
 * The lines of the first sheet, dates as `YYYY-MM-DD`, numbers as their digits.
 *
 * @throws DomainError FILE_FORMAT_UNKNOWN when the archive is no workbook, FILE_UNREADABLE when it is broken,
 *   FILE_TOO_LARGE for a bomb, ROSTER_TOO_LONG when cells stand far below the last possible row
 */
export async function readXlsx(bytes: Uint8Array): Promise<readonly TableLine[]> {
  const files = unzip(bytes, isPartOfWorkbook, LIMITS);
  if (!files.has(WORKBOOK)) {
    throw new DomainError(
      'FILE_FORMAT_UNKNOWN',
      '这不是 .xlsx 表格文件（可能是改了后缀的其他文件），请用模板填写后上传。',
    );
  }
  for (const [name, file] of files) if (name.startsWith('xl/worksheets/')) measureSheet(decode(file));
  const marks = marksOf(decode(files.get(firstSheetPath(files)) ?? new Uint8Array()));
  const values = await valuesOf(files);
  return values.map((row, index) => lineOf(row, index, marks));
}

function isPartOfWorkbook(name: string): boolean {
  return name.endsWith('.xml') || name.endsWith('.rels');
}

function decode(file: Uint8Array): string {
  return new TextDecoder().decode(file);
}

const CELL_TAG = /<(?:\w+:)?c(?=[\s/>])([^>]*)>|<(?:\w+:)?(f)(?=[\s/>])/g;

/** One cell far away would make the reader build every cell before it. */
function measureSheet(xml: string): void {
  let cells = 0;
  for (const [, attributes] of xml.matchAll(CELL_TAG)) {
    if (attributes === undefined) continue;
    const [, letters = '', digits = ''] = /\br="([A-Z]+)(\d+)"/.exec(attributes) ?? [];
    if (letters === '') throw unreadable();
    if (Number(digits) > MAX_SHEET_LINE) throw rosterTooLong();
    if (columnNumber(letters) > MAX_SHEET_COLUMN)
      throw new RosterHeadWrong('列数过多，请按模板的表头改正后重新上传。');
    cells += 1;
  }
  if (cells > MAX_SHEET_LINE * MAX_SHEET_COLUMN) throw rosterTooLong();
}

function columnNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

type Marks = ReadonlyMap<string, Fault>;

/** Faults by cell name: formulas (a sheet holds what was decided, not what is computed) and error values. */
function marksOf(xml: string): Marks {
  const marks = new Map<string, Fault>();
  let name = '';
  for (const [, attributes, formula] of xml.matchAll(CELL_TAG)) {
    if (attributes !== undefined) {
      name = /\br="([A-Z]+\d+)"/.exec(attributes)?.[1] ?? '';
      if (/\bt="e"/.test(attributes)) marks.set(name, CELL_ERROR);
    }
    if (formula !== undefined) marks.set(name, CELL_FORMULA);
  }
  return marks;
}

const CELL_FORMULA: Fault = {
  code: 'CELL_FORMULA',
  detail: '单元格是公式，请复制后用“选择性粘贴—数值”换成实际内容。',
};
const CELL_ERROR: Fault = { code: 'CELL_ERROR', detail: '单元格是错误值（如 #N/A），请改填实际内容。' };
const CELL_ROUNDED: Fault = {
  code: 'CELL_ROUNDED',
  detail: '单元格是数字格式，长号码的末几位已丢失；请把该列设为文本格式后重新填写完整号码。',
};

/** The first `<sheet>` of the workbook, by way of its relationship. */
function firstSheetPath(files: ReadonlyMap<string, Uint8Array>): string {
  const workbook = decode(files.get(WORKBOOK) ?? new Uint8Array());
  const relations = decode(files.get('xl/_rels/workbook.xml.rels') ?? new Uint8Array());
  const sheet = /<(?:\w+:)?sheet\s[^>]*?\b\w+:id="([^"]+)"/.exec(workbook)?.[1];
  for (const [relation] of relations.matchAll(/<(?:\w+:)?Relationship\s[^>]*>/g)) {
    if (attribute(relation, 'Id') !== sheet) continue;
    const target = attribute(relation, 'Target') ?? '';
    return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
  }
  throw unreadable();
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
}

/** Packs the measured parts again, uncompressed, so that the library sees nothing else. */
async function valuesOf(
  files: ReadonlyMap<string, Uint8Array>,
): Promise<readonly (readonly (CellValue | null)[])[]> {
  const types = { '[Content_Types].xml': strToU8('<Types/>') };
  const packed = Buffer.from(zipSync({ ...types, ...Object.fromEntries(files) }, { level: 0 }));
  try {
    return await readSheet(packed, 1, { trim: false });
  } catch (cause) {
    throw unreadable(cause);
  }
}

function lineOf(row: readonly (CellValue | null)[], index: number, marks: Marks): TableLine {
  const line = index + 1;
  const faults = new Map<number, Fault>();
  const cells = row.map((value, place) => {
    const text = textOf(value);
    const fault =
      marks.get(`${columnLetters(place + 1)}${line}`) ?? (isRounded(value, text) ? CELL_ROUNDED : undefined);
    if (fault) faults.set(place, fault);
    return text;
  });
  return { line, cells, faults };
}

function textOf(value: CellValue | null): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return String(value);
}

function isRounded(value: CellValue | null, text: string): boolean {
  return typeof value === 'number' && (text.length > MAX_EXACT_DIGITS || text.includes('e'));
}

function columnLetters(column: number): string {
  const rest = Math.floor((column - 1) / 26);
  return (rest > 0 ? columnLetters(rest) : '') + String.fromCharCode(65 + ((column - 1) % 26));
}

function unreadable(cause?: unknown): DomainError {
  const detail = '表格文件的内部结构无法读取，请用表格软件打开后另存为 .xlsx 再上传。';
  return new DomainError('FILE_UNREADABLE', detail, cause === undefined ? {} : { cause });
}
