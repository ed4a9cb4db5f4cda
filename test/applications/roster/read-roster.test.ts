import test from 'ava';
import type { Zippable } from 'fflate';
import { strToU8, unzipSync, zipSync } from 'fflate';
import iconv from 'iconv-lite';
import writeXlsxFile from 'write-excel-file/node';
import { REQUIRED_HEADS } from '../../../src/applications/roster/columns.ts';
import { checkRoster } from '../../../src/applications/roster/check-roster.ts';
import { csvRecords } from '../../../src/applications/roster/parse-csv.ts';
import { MAX_ROSTER_BYTES, readRoster } from '../../../src/applications/roster/read-roster.ts';
import { DomainError } from '../../../src/shared/errors.ts';
import { aContext, anotherRow, aRow, csvOf, tableOf } from './a-roster.ts';

const rows = [aRow(), anotherRow()];
const table = tableOf(rows);
const text = csvOf(table);

const readable: readonly [title: string, bytes: Uint8Array, kind: object][] = [
  ['UTF-8', strToU8(text), { format: 'csv', encoding: 'utf-8', delimiter: ',' }],
  ['UTF-8 with a mark', strToU8(`\uFEFF${text}`), { format: 'csv', encoding: 'utf-8-bom' }],
  ['GB 18030', iconv.encode(text, 'gb18030'), { format: 'csv', encoding: 'gb18030' }],
  ['semicolons', strToU8(csvOf(table, ';')), { format: 'csv', delimiter: ';' }],
  [
    'tabs',
    iconv.encode(csvOf(table, '\t'), 'gb18030'),
    { format: 'csv', delimiter: '\t', encoding: 'gb18030' },
  ],
  [
    'line feeds alone and blank lines',
    strToU8(`\n${text.replaceAll('\r\n', '\n')}\n,,,\n`),
    { format: 'csv' },
  ],
  ['a JSON array', strToU8(JSON.stringify(rows)), { format: 'json', encoding: 'utf-8' }],
  [
    'a JSON object of rows',
    strToU8(`\uFEFF ${JSON.stringify({ rows })}`),
    { format: 'json', encoding: 'utf-8-bom' },
  ],
  ['GB 18030 JSON', iconv.encode(JSON.stringify(rows), 'gb18030'), { format: 'json', encoding: 'gb18030' }],
];

for (const [title, bytes, kind] of readable) {
  test(`a roster in ${title} gives the same cells`, async t => {
    const read = await readRoster(bytes, 'roster');

    t.like(read, kind);
    t.deepEqual(
      read.rows.map(row => row.cells),
      rows,
    );
    t.deepEqual(
      read.rows.flatMap(row => row.faults),
      [],
    );
  });
}

test('a roster in .xlsx gives the same cells, by the row numbers of the sheet', async t => {
  const read = await readRoster(await workbookOf(table), '名册.xlsx');

  t.like(read, { format: 'xlsx', heads: REQUIRED_HEADS });
  t.deepEqual(
    read.rows.map(row => row.cells),
    rows,
  );
  t.deepEqual(
    read.rows.map(row => row.line),
    [2, 3],
  );
});

test('date cells become plain dates and a numeric phone keeps its digits', async t => {
  const cells = table.map(line => line.map(value => ({ type: String, value })));
  const phone = REQUIRED_HEADS.indexOf('手机号码');
  const filed = REQUIRED_HEADS.indexOf('核准备案日期');
  const styled = cells.map((line, index) =>
    line.map((cell, place) => {
      if (index === 0) return cell;
      if (place === phone) return { type: Number, value: Number(cell.value) };
      if (place === filed)
        return { type: Date, value: new Date(`${cell.value}T00:00:00Z`), format: 'yyyy/m/d' };
      return cell;
    }),
  );

  const read = await readRoster(await writeXlsxFile(styled).toBuffer(), 'a.xlsx');

  t.deepEqual(
    read.rows.map(row => row.cells),
    rows,
  );
  t.deepEqual(
    read.rows.flatMap(row => row.faults),
    [],
  );
});

test('a numeric ID number has lost digits: its cell is at fault', async t => {
  const place = REQUIRED_HEADS.indexOf('证件号码');
  const cells = table.map((line, index) =>
    line.map((value, column) =>
      index === 1 && column === place ? { type: Number, value: 120199199005099915 } : { type: String, value },
    ),
  );

  const read = await readRoster(await writeXlsxFile(cells).toBuffer(), 'a.xlsx');

  t.deepEqual(
    read.rows[0]?.faults.map(({ column, code }) => [column, code]),
    [['证件号码', 'CELL_ROUNDED']],
  );
});

test('a formula cell is at fault, also when it shows the right value', async t => {
  const bytes = await changedSheet(xml =>
    xml.replace(/(<c r="I2"[^>]*?)\/?>(<v>\d+<\/v><\/c>)/, '$1><f>A1&amp;"x"</f>$2'),
  );

  const read = await readRoster(bytes, 'a.xlsx');

  t.deepEqual(
    read.rows[0]?.faults.map(({ column, code }) => [column, code]),
    [['系列', 'CELL_FORMULA']],
  );
  t.deepEqual(read.rows[1]?.faults, []);
});

test('an error value is at fault and not taken for a blank', async t => {
  const bytes = await changedSheet(xml =>
    xml.replace(/<c r="J3".*?<\/c>/, '<c r="J3" t="e"><v>#N/A</v></c>'),
  );

  const read = await readRoster(bytes, 'a.xlsx');

  t.deepEqual(
    read.rows[1]?.faults.map(({ column, code }) => [column, code]),
    [['专业', 'CELL_ERROR']],
  );
});

test('only the first sheet is read', async t => {
  const sheets = [table, [['别的', '内容']]].map((data, index) => ({ sheet: `表${index + 1}`, data }));

  const read = await readRoster(await writeXlsxFile(sheets).toBuffer(), 'a.xlsx');

  t.is(read.rows.length, 2);
});

test('quoted cells may hold separators, quotes and line ends, and the line numbers stay those of the file', t => {
  const records = [...csvRecords('a,"b ""c"", d\r\ne"\r\n\r\nf,"",g', ',')];

  t.deepEqual(records, [
    { line: 1, cells: ['a', 'b "c", d\r\ne'] },
    { line: 3, cells: [''] },
    { line: 4, cells: ['f', '', 'g'] },
  ]);
});

test('content under no head is told, for the row may have slipped', async t => {
  const slipped = [...table, [...(table[1] ?? []), '多出来的']];

  const read = await readRoster(strToU8(csvOf(slipped)), 'a.csv');

  t.deepEqual(
    read.rows[2]?.faults.map(fault => fault.code),
    ['CELL_WITHOUT_HEAD'],
  );
});

test('numbers in JSON are taken for phones only; an ID number must be text', async t => {
  const json = JSON.stringify([aRow()])
    .replace('"19900001004"', '19900001004')
    .replace('"120199199005099915"', '120199199005099915');

  const read = await readRoster(strToU8(json), 'a.json');

  t.is(read.rows[0]?.cells.手机号码, '19900001004');
  t.deepEqual(
    read.rows[0]?.faults.map(({ column, code }) => [column, code]),
    [['证件号码', 'CELL_NOT_TEXT']],
  );
});

test('ten thousand rows are taken, one more is not', async t => {
  const row = table[1] ?? [];
  const full = [table[0] ?? [], ...Array.from({ length: 10_000 }, () => row)];

  t.is((await readRoster(strToU8(csvOf(full)), 'a.csv')).rows.length, 10_000);
  await refuses(t, strToU8(csvOf([...full, row])), 'ROSTER_TOO_LONG');
  await refuses(t, await workbookOf([...full, row]), 'ROSTER_TOO_LONG');
  await refuses(t, strToU8(JSON.stringify(Array.from({ length: 10_001 }, () => aRow()))), 'ROSTER_TOO_LONG');
});

const utf16 = new Uint8Array([0xff, 0xfe, ...iconv.encode(text, 'utf-16le')]);
const oneRow = { ...rows[0] };
const unreadable: readonly [title: string, bytes: Uint8Array, code: string][] = [
  ['empty', new Uint8Array(), 'FILE_EMPTY'],
  ['blank', strToU8('\uFEFF \r\n\r\n'), 'FILE_EMPTY'],
  ['one byte', strToU8('x'), 'FILE_FORMAT_UNKNOWN'],
  ['one odd byte', new Uint8Array([0xff]), 'ENCODING_UNKNOWN'],
  ['one zero byte', new Uint8Array([0]), 'FILE_FORMAT_UNKNOWN'],
  ['too large', new Uint8Array(MAX_ROSTER_BYTES + 1), 'FILE_TOO_LARGE'],
  [
    'an old .xls',
    new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]),
    'FILE_FORMAT_UNKNOWN',
  ],
  [
    'a picture',
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
    'FILE_FORMAT_UNKNOWN',
  ],
  [
    'a .docx renamed',
    zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w/>' }),
    'FILE_FORMAT_UNKNOWN',
  ],
  ['an .xlsx cut short', zip({ 'xl/workbook.xml': '<workbook/>' }).slice(0, 60), 'FILE_UNREADABLE'],
  ['a workbook without sheets', zip({ 'xl/workbook.xml': '<workbook/>' }), 'FILE_UNREADABLE'],
  ['only heads', strToU8(csvOf([table[0] ?? []])), 'ROSTER_EMPTY'],
  ['wrong heads', strToU8(text.replace('姓名', '名字')), 'ROSTER_HEAD_WRONG'],
  ['English heads', strToU8('name,sex\r\nx,y\r\n'), 'ROSTER_HEAD_WRONG'],
  [
    'GBK behind a UTF-8 mark',
    new Uint8Array([0xef, 0xbb, 0xbf, ...iconv.encode(text, 'gbk')]),
    'ENCODING_UNKNOWN',
  ],
  ['UTF-16', utf16, 'ENCODING_UNKNOWN'],
  ['a quote never closed', strToU8(text.replace('王', '"王')), 'FILE_UNREADABLE'],
  ['broken JSON', strToU8(JSON.stringify(rows).slice(0, -2)), 'FILE_UNREADABLE'],
  ['JSON that is no roster', strToU8('{"a":1}'), 'FILE_UNREADABLE'],
  [
    'JSON with a member twice',
    strToU8(JSON.stringify(rows).replace('"性别"', '"姓名":"李","性别"')),
    'FILE_UNREADABLE',
  ],
  ['an empty JSON array', strToU8('[]'), 'ROSTER_EMPTY'],
  ['JSON with an unknown member', strToU8(JSON.stringify([{ ...oneRow, remark: 1 }])), 'ROSTER_HEAD_WRONG'],
  ['JSON without a member', strToU8(JSON.stringify([{ 姓名: '王测' }])), 'ROSTER_HEAD_WRONG'],
  ['deep JSON', strToU8('['.repeat(10_000) + ']'.repeat(10_000)), 'FILE_UNREADABLE'],
];

for (const [title, bytes, code] of unreadable) {
  test(`a file that is ${title} is refused with ${code}`, async t => {
    await refuses(t, bytes, code);
  });
}

test('a cell at the far end of the sheet is refused before the reader builds every cell up to it', async t => {
  await refuses(t, await changedSheet(xml => xml.replace('r="A3"', 'r="A1048576"')), 'ROSTER_TOO_LONG');
  await refuses(t, await changedSheet(xml => xml.replace('r="O3"', 'r="XFD3"')), 'ROSTER_HEAD_WRONG');
});

test('an archive that inflates without end is refused, whatever sizes it claims', async t => {
  const bomb = zipSync({ 'xl/workbook.xml': new Uint8Array(100 * 1024 * 1024) }, { level: 9 });
  const lying = bomb.slice();
  new DataView(lying.buffer).setUint32(centralDirectoryAt(lying) + 24, 100, true);

  await refuses(t, bomb, 'FILE_TOO_LARGE');
  await refuses(t, lying, 'FILE_TOO_LARGE');
});

test('what is read can be judged: a good file of every kind passes all rules', async t => {
  for (const bytes of [strToU8(text), iconv.encode(text, 'gb18030'), await workbookOf(table)]) {
    const checked = checkRoster(await readRoster(bytes, 'roster'), aContext());
    t.deepEqual(
      checked.rows.map(row => row.printedName),
      ['王HONG', '李四测'],
    );
  }
});

async function refuses(
  t: { is: (a: unknown, b: unknown) => boolean },
  bytes: Uint8Array,
  code: string,
): Promise<void> {
  const error = await readRoster(bytes, '名册.xlsx').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  t.is(error instanceof DomainError ? error.code : error, code);
}

async function workbookOf(lines: readonly (readonly string[])[]): Promise<Uint8Array> {
  return writeXlsxFile(
    lines.map(line => line.map(value => ({ type: String, value, format: '@' }))),
  ).toBuffer();
}

/** The good workbook with the XML of its sheet changed. */
async function changedSheet(change: (xml: string) => string): Promise<Uint8Array> {
  const files = unzipSync(await workbookOf(table));
  const path = 'xl/worksheets/sheet1.xml';
  const before = new TextDecoder().decode(files[path]);
  const after = change(before);
  if (after === before)
    throw new TypeError('changedSheet: expected the change to find its place, it did not');
  return zipSync({ ...files, [path]: strToU8(after) });
}

function zip(files: Readonly<Record<string, string>>): Uint8Array {
  const entries: Zippable = Object.fromEntries(
    Object.entries(files).map(([name, content]) => [name, strToU8(content)]),
  );
  return zipSync(entries);
}

function centralDirectoryAt(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 22 + 16, true);
}
