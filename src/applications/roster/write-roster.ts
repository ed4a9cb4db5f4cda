/**
 * Writes rosters: the empty template, and a faulty roster back to its sender with one more column that explains each faulty
 * cell in Chinese (R9). Node only.
 */
import iconv from 'iconv-lite';
import type { SheetData } from 'write-excel-file/node';
import writeXlsxFile from 'write-excel-file/node';
import { LEVEL_NAMES, LEVELS } from '../../certificate/level.ts';
import { seriesInForce, titlesOf } from '../../certificate/titles.ts';
import type { PlainDate } from '../../shared/time.ts';
import type { HeadList, RosterHead } from './columns.ts';
import { COLUMN_NOTES, COMMITTEE_ROSTER, ERROR_HEAD } from './columns.ts';
import type { Delimiter, ReadRoster, RosterEncoding, RosterFault, RosterFormat } from './roster.ts';

/** The text format of spreadsheets: long numbers keep all their digits. */
const AS_TEXT = { type: String, format: '@' } as const;
const HEAD_STYLE = { ...AS_TEXT, fontWeight: 'bold', backgroundColor: '#DCE6F1', wrap: true } as const;
const FAULTY_STYLE = { ...AS_TEXT, backgroundColor: '#FFC7CE', textColor: '#9C0006' } as const;
const EXPLANATION_STYLE = { ...AS_TEXT, textColor: '#9C0006', wrap: true } as const;
const EXPLANATION_WIDTH = 60;
/** Place in the style table of the first cell after the heads: plain text. */
const TEXT_STYLE_INDEX = 2;
const BOM = '\uFEFF';

/**
 * An empty roster with all heads: .xlsx with text columns and a second sheet 填写说明, .csv with a UTF-8 mark so that
 * spreadsheets read it right, or .json with one blank row to fill.
 *
 * @param today picks the series and titles listed in the explanations
 * @param heads of the kind of roster; a committee's unless told
 */
export async function rosterTemplate(
  format: RosterFormat,
  today: PlainDate,
  heads: HeadList = COMMITTEE_ROSTER,
): Promise<Uint8Array> {
  switch (format) {
    case 'xlsx':
      return templateWorkbook(today, heads);
    case 'csv':
      return encode(`${BOM}${heads.required.join(',')}\r\n`, 'utf-8');
    case 'json':
      return encode(
        `${JSON.stringify([Object.fromEntries(heads.required.map(head => [head, '']))], null, 2)}\n`,
        'utf-8',
      );
    default:
      return format satisfies never;
  }
}

/**
 * The same roster in the same format, encoding and column order, with a last column 错误说明; in .xlsx the faulty cells are red.
 * Formulas come back as the values they showed.
 */
export async function rosterWithErrors(
  read: ReadRoster,
  faults: readonly RosterFault[],
): Promise<Uint8Array> {
  const byLine = groupByLine(faults);
  switch (read.format) {
    case 'xlsx':
      return explainedWorkbook(read, byLine);
    case 'csv':
      return encode(explainedCsv(read, byLine), read.encoding);
    case 'json':
      return encode(explainedJson(read, byLine), read.encoding);
    default:
      return read.format satisfies never;
  }
}

type FaultsByLine = ReadonlyMap<number, readonly RosterFault[]>;

function groupByLine(faults: readonly RosterFault[]): FaultsByLine {
  const byLine = new Map<number, RosterFault[]>();
  for (const fault of faults) {
    const known = byLine.get(fault.line);
    if (known) known.push(fault);
    else byLine.set(fault.line, [fault]);
  }
  return byLine;
}

/** 【证件号码】…；【性别】… */
function explanation(faults: readonly RosterFault[] = []): string {
  return faults.map(fault => `【${fault.column}】${fault.detail}`).join('\n');
}

async function templateWorkbook(today: PlainDate, heads: HeadList): Promise<Uint8Array> {
  const data: SheetData = [
    heads.all.map(value => ({ ...HEAD_STYLE, value })),
    heads.all.map(() => ({ ...AS_TEXT })), // first use of the plain text style, which the columns then take as theirs
  ];
  const roster = { sheet: '名册', data, columns: heads.all.map(widthOf), stickyRowsCount: 1 };
  const notes = {
    sheet: '填写说明',
    data: explanationSheet(today, heads),
    columns: [{ width: 24 }, { width: 70 }, { width: 12 }],
  };
  return writeXlsxFile([roster, notes], { features: [TEXT_COLUMNS] }).toBuffer();
}

function explanationSheet(today: PlainDate, { all, notes = {}, legend }: HeadList): SheetData {
  const columnNotes = all.map(head => [text(head), text(notes[head] ?? COLUMN_NOTES[head].note)]);
  const [legendHeads = [], ...legendRows] = legend ?? titleLegend(today);
  return [
    [
      { ...HEAD_STYLE, value: '列' },
      { ...HEAD_STYLE, value: '填写要求' },
    ],
    ...columnNotes,
    [],
    legendHeads.map(value => ({ ...HEAD_STYLE, value })),
    ...legendRows.map(cells => cells.map(text)),
  ];
}

/** Every series in force with its titles by level. */
function titleLegend(today: PlainDate): readonly (readonly string[])[] {
  const rows = seriesInForce(today).flatMap(series =>
    LEVELS.map(level => titlesOf(series.code, today, level).map(title => title.title))
      .map((titles, index) => ({ titles, level: LEVELS[index] ?? 'A' }))
      .filter(({ titles }) => titles.length > 0)
      .map(({ titles, level }) => [`${series.code} ${series.name}`, titles.join('、'), LEVEL_NAMES[level]]),
  );
  return [['系列', '资格名称', '层级'], ...rows];
}

async function explainedWorkbook({ heads, rows }: ReadRoster, byLine: FaultsByLine): Promise<Uint8Array> {
  const data: SheetData = [[...heads, ERROR_HEAD].map(value => ({ ...HEAD_STYLE, value }))];
  for (const { line, cells } of rows) {
    const faults = byLine.get(line);
    const faulty = new Set(faults?.map(fault => fault.column));
    const values = heads.map(head => ({
      ...(faulty.has(head) ? FAULTY_STYLE : AS_TEXT),
      ...valueOf(cells[head]),
    }));
    data.push([...values, { ...EXPLANATION_STYLE, ...valueOf(explanation(faults)) }]);
  }
  const columns = [...heads.map(widthOf), { width: EXPLANATION_WIDTH }];
  return writeXlsxFile([{ sheet: '名册', data, columns, stickyRowsCount: 1 }]).toBuffer();
}

function explainedCsv({ heads, rows, delimiter, encoding }: ReadRoster, byLine: FaultsByLine): string {
  const records = [
    [...heads, ERROR_HEAD],
    ...rows.map(({ line, cells }) => [
      ...heads.map(head => cells[head] ?? ''),
      explanation(byLine.get(line)),
    ]),
  ];
  const lines = records.map(record => record.map(cell => quoted(cell, delimiter)).join(delimiter));
  return `${encoding === 'utf-8-bom' ? BOM : ''}${lines.join('\r\n')}\r\n`;
}

function explainedJson({ heads, rows, encoding }: ReadRoster, byLine: FaultsByLine): string {
  const objects = rows.map(({ line, cells }) => {
    const members = heads.map(head => [head, cells[head] ?? '']);
    return Object.fromEntries([...members, [ERROR_HEAD, explanation(byLine.get(line))]]) as Record<
      string,
      string
    >;
  });
  return `${encoding === 'utf-8-bom' ? BOM : ''}${JSON.stringify(objects, null, 2)}\n`;
}

/** RFC 4180 §2.5 to §2.7 */
function quoted(cell: string, delimiter: Delimiter): string {
  const mustQuote = cell.includes(delimiter) || /["\r\n]/.test(cell);
  return mustQuote ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function encode(content: string, encoding: RosterEncoding): Uint8Array {
  return encoding === 'gb18030' ? iconv.encode(content, 'gb18030') : new TextEncoder().encode(content);
}

function widthOf(head: RosterHead): { readonly width: number } {
  return { width: COLUMN_NOTES[head].width };
}

function text(value: string): { type: typeof String; format: string; value: string; wrap: true } {
  return { ...AS_TEXT, value, wrap: true };
}

/** XML 1.0 §2.2 has no place for most control characters: they are left out. A blank cell has no value at all. */
function valueOf(cell: string | undefined): { readonly value?: string } {
  if (cell === undefined || cell === '') return {};
  return { value: cell.replace(/[\0-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]/gu, '') };
}

/** Whole columns get the text style, so that numbers typed far below keep their digits as well. */
const TEXT_COLUMNS = {
  files: {
    transform: {
      'xl/worksheets/sheet{id}.xml': {
        transformElementAttributes: (tag: string, attributes: Record<string, string | number>) =>
          tag === 'col' ? { ...attributes, style: TEXT_STYLE_INDEX } : attributes,
      },
    },
  },
};
