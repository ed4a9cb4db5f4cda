import test from 'ava';
import { strToU8, unzipSync } from 'fflate';
import iconv from 'iconv-lite';
import { checkRoster, RosterRowsInvalid } from '../../../src/applications/roster/check-roster.ts';
import { REQUIRED_HEADS } from '../../../src/applications/roster/columns.ts';
import { readRoster } from '../../../src/applications/roster/read-roster.ts';
import type { ReadRoster, RosterFault } from '../../../src/applications/roster/roster.ts';
import { rosterTemplate, rosterWithErrors } from '../../../src/applications/roster/write-roster.ts';
import { DomainError } from '../../../src/shared/errors.ts';
import { aContext, anotherRow, aRead, aRow, csvOf, tableOf } from './a-roster.ts';

const rows = [aRow(), anotherRow({ 性别: '女', 专业: '机械, "精密"\n设计' })];

for (const format of ['xlsx', 'csv', 'json'] as const) {
  test(`the empty template in ${format} has the right heads and no rows`, async t => {
    const bytes = await rosterTemplate(format, '2021-07-01');
    const code = await readRoster(bytes, `t.${format}`).then(
      read => read.rows.length,
      (error: unknown) => (error instanceof DomainError ? error.code : error),
    );

    t.is(code, 'ROSTER_EMPTY');
  });

  test(`a faulty roster in ${format} comes back whole and explained, and can be sent again once corrected`, async t => {
    const read = aRead(rows, { format });
    const faults = faultsOf(read);

    const returned = await readRoster(await rosterWithErrors(read, faults), `r.${format}`);

    t.is(returned.format, format);
    t.deepEqual(returned.heads, REQUIRED_HEADS);
    t.deepEqual(
      returned.rows.map(row => row.cells),
      rows,
    );
    t.deepEqual(
      returned.rows.flatMap(row => row.faults),
      [],
    );
    const corrected = aRead(returned.rows.map(row => ({ ...row.cells, 性别: '男', 专业: '机械' })));
    t.is(checkRoster(corrected, aContext()).rows.length, 2);
  });
}

test('a returned CSV keeps separator, mark and encoding, and explains each faulty cell in its last column', async t => {
  const read = aRead(rows, { encoding: 'gb18030', delimiter: ';' });

  const bytes = await rosterWithErrors(read, faultsOf(read));

  const text = iconv.decode(Buffer.from(bytes), 'gb18030');
  t.true(text.startsWith(`${REQUIRED_HEADS.join(';')};错误说明\r\n王𬭎;`));
  t.regex(text, /【性别】性别与证件号码不一致/);
  t.regex(text, /【专业】专业含有看不见的字符 U\+000A/);
  const marked = await rosterWithErrors({ ...read, encoding: 'utf-8-bom' }, []);
  t.deepEqual([...marked.slice(0, 3)], [0xef, 0xbb, 0xbf]);
});

test('every character that GB 18030 can carry comes back as it was sent', async t => {
  const name = '王𬭎䶮\uE863㛃𠮷〇·';
  const sent = iconv.encode(csvOf(tableOf([aRow({ 姓名: name })])), 'gb18030');

  const read = await readRoster(sent, 'a.csv');
  const returned = await readRoster(await rosterWithErrors(read, []), 'a.csv');

  t.is(returned.rows[0]?.cells.姓名, read.rows[0]?.cells.姓名);
  t.is(read.rows[0]?.cells.姓名, name);
});

test('in a returned .xlsx the faulty cells, and only they, are red', async t => {
  const read = aRead(rows, { format: 'xlsx' });

  const files = unzipSync(await rosterWithErrors(read, faultsOf(read)));

  const sheet = textOf(files, 'xl/worksheets/sheet1.xml');
  const red = styleWithFill(textOf(files, 'xl/styles.xml'), 'FFFFC7CE');
  const cells = [...sheet.matchAll(/<c r="([A-Z]+\d+)" s="(\d+)"/g)].filter(cell => Number(cell[2]) === red);
  t.deepEqual(
    cells.map(cell => cell[1]),
    ['B3', 'J3'],
  );
});

test('control characters, which XML cannot hold, are left out of the returned .xlsx', async t => {
  const read = aRead([aRow({ 专业: '机械\u0001设计', 姓名: '王\uD873' })], { format: 'xlsx' });

  const returned = await readRoster(await rosterWithErrors(read, faultsOf(read)), 'a.xlsx');

  t.is(returned.rows[0]?.cells.专业, '机械设计');
  t.is(returned.rows[0]?.cells.姓名, '王');
});

test('the template keeps long numbers: its columns are text, and its second sheet lists what may be filled in', async t => {
  const files = unzipSync(await rosterTemplate('xlsx', '2021-07-01'));

  const sheet = textOf(files, 'xl/worksheets/sheet1.xml');
  const styles = textOf(files, 'xl/styles.xml');
  const formats = [...styles.matchAll(/<numFmt numFmtId="(\d+)" formatCode="@"/g)].map(match => match[1]);
  const cellStyles = [...(/<cellXfs.*<\/cellXfs>/s.exec(styles)?.[0] ?? '').matchAll(/<xf ([^>]*)>/g)].map(
    match => match[1] ?? '',
  );
  for (const [, style] of sheet.matchAll(/<col [^>]*style="(\d+)"/g)) {
    const columnStyle = cellStyles[Number(style)] ?? '';
    t.true(formats.some(format => columnStyle.includes(`numFmtId="${format}"`)));
    t.notRegex(columnStyle, /fontId|fillId/);
  }
  t.is([...sheet.matchAll(/<col [^>]*style="\d+"/g)].length, 16);
  t.regex(textOf(files, 'xl/workbook.xml'), /name="名册".*name="填写说明"/);
  const words = textOf(files, 'xl/sharedStrings.xml');
  for (const word of ['05 工程技术人员', '一级播音员主持人', '外国人永久居留身份证'])
    t.true(words.includes(word), word);
  t.false(words.includes('律师'));
});

test('the CSV template opens right in spreadsheets: it carries a UTF-8 mark', async t => {
  const bytes = await rosterTemplate('csv', '2021-07-01');

  t.deepEqual(bytes, strToU8(`\uFEFF${REQUIRED_HEADS.join(',')}\r\n`));
});

function faultsOf(read: ReadRoster): readonly RosterFault[] {
  try {
    checkRoster(read, aContext());
    return [];
  } catch (error) {
    if (error instanceof RosterRowsInvalid) return error.faults;
    throw error;
  }
}

function textOf(files: Record<string, Uint8Array>, path: string): string {
  return new TextDecoder().decode(files[path]);
}

function styleWithFill(styles: string, colour: string): number {
  const fills = [...(/<fills.*<\/fills>/s.exec(styles)?.[0] ?? '').matchAll(/<fill>.*?<\/fill>/gs)].map(
    match => match[0],
  );
  const fill = fills.findIndex(one => one.includes(colour));
  const cellStyles = [...(/<cellXfs.*<\/cellXfs>/s.exec(styles)?.[0] ?? '').matchAll(/<xf ([^>]*)>/g)];
  return cellStyles.findIndex(match => match[1]?.includes(`fillId="${fill}"`));
}
