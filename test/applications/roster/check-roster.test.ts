import test from 'ava';
import { fieldCipher } from '../../../src/db/field-cipher.ts';
import { checkRoster, RosterRowsInvalid } from '../../../src/applications/roster/check-roster.ts';
import { digestRoster } from '../../../src/applications/roster/digest-roster.ts';
import { aContext, anotherRow, aRead, aRow } from './a-roster.ts';

const CIPHER = fieldCipher(new Uint8Array(32).fill(7));

test('a roster whose rows all pass is taken in whole, with its warnings by line', t => {
  const { rows, warnings } = checkRoster(
    aRead([aRow(), anotherRow({ 呈报单位: '天津市某某委员会' })]),
    aContext(),
  );

  t.deepEqual(
    rows.map(row => row.name),
    ['王𬭎', '李四测'],
  );
  t.deepEqual(
    warnings.map(({ line, code }) => [line, code]),
    [[3, 'SUBMITTING_UNIT_UNREGISTERED']],
  );
});

test('one bad row and nothing is taken in; every faulty cell is told with its line', t => {
  const read = aRead([aRow(), anotherRow({ 性别: '女', 手机号码: '1' }), aRow({ 证件号码: '' })]);

  const error = t.throws(() => checkRoster(read, aContext()), { instanceOf: RosterRowsInvalid });

  t.is(error?.code, 'ROSTER_ROWS_INVALID');
  const places = error?.faults.map(({ line, column }) => `${line} ${column}`).sort();
  t.deepEqual(places, ['3 手机号码', '3 性别', '4 证件号码'].sort());
  t.regex(error?.detail ?? '', /2 行共 3 处/);
});

test('the same person with the same title twice is told on each later row, naming the first', t => {
  const read = aRead([aRow(), anotherRow(), aRow({ 系列: '05' }), aRow({ 手机号码: '1' })]);

  const error = t.throws(() => checkRoster(read, aContext()), { instanceOf: RosterRowsInvalid });

  const repeated = error?.faults.filter(fault => fault.code === 'ROW_REPEATED');
  t.deepEqual(
    repeated?.map(fault => fault.line),
    [4, 5],
  );
  t.true(repeated?.every(fault => fault.detail.includes('第 2 行')));
});

test('the same person may appear with another title', t => {
  const read = aRead([aRow(), aRow({ 系列: '19', 资格名称: '经济师', 专业: '工商管理' })]);

  t.is(checkRoster(read, aContext()).rows.length, 2);
});

test('a cell that could not be read is not also judged by its content', t => {
  const row = {
    line: 2,
    cells: aRow({ 证件号码: '120199199005099900' }),
    faults: [{ column: '证件号码', code: 'CELL_ROUNDED', detail: '单元格是数字格式。' } as const],
  };

  const error = t.throws(() => checkRoster(aRead([], { rows: [row] }), aContext()), {
    instanceOf: RosterRowsInvalid,
  });

  t.deepEqual(
    error?.faults.map(fault => fault.code),
    ['CELL_ROUNDED'],
  );
});

test('a roster is recognised in another row order and on a later day, and not after a change', t => {
  const digest = digestRoster(CIPHER, checkRoster(aRead([aRow(), anotherRow()]), aContext()).rows, '2021-07');
  const later = checkRoster(
    aRead([anotherRow(), aRow({ 系列: '05' })]),
    aContext({ today: '2021-07-20' }),
  ).rows;
  const changed = checkRoster(aRead([aRow(), anotherRow({ 专业: '别的专业' })]), aContext()).rows;

  t.regex(digest, /^[0-9a-f]{64}$/);
  t.is(digestRoster(CIPHER, later, '2021-07'), digest);
  t.not(digestRoster(CIPHER, changed, '2021-07'), digest);
  t.not(digestRoster(CIPHER, later, '2021-08'), digest);
});
