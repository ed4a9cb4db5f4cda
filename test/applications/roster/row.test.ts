import test from 'ava';
import { matchHeads, REQUIRED_HEADS, RosterHeadWrong } from '../../../src/applications/roster/columns.ts';
import type { RosterHead } from '../../../src/applications/roster/columns.ts';
import type { CellFault, RosterCells } from '../../../src/applications/roster/roster.ts';
import type { RowContext } from '../../../src/applications/roster/row.ts';
import { checkRow } from '../../../src/applications/roster/row.ts';
import { invalidSamples, personas } from '../../vectors/rules/vectors.ts';
import { aContext, aRow, cellsOf } from './a-roster.ts';

for (const persona of personas().filter(({ route }) => route === 1)) {
  test(`the row of ${persona.id} is taken in with the deadline and printed name expected`, t => {
    const { expected, uploadedAt } = persona;
    const context = aContext({ today: uploadedAt ?? '', month: expected.batchMonth ?? '' });

    const answer = checkRow(cellsOf(persona), context);

    t.true(answer.ok, JSON.stringify(answer));
    if (!answer.ok) return;
    t.is(answer.row.uploadDeadline, expected.uploadDeadline ?? '');
    t.is(answer.row.uploadLate, expected.uploadLate ?? false);
    t.is(answer.row.printedName, expected.displayName.gbk);
    t.deepEqual(answer.row.rareCharacters, expected.rareCharacters.gbk);
    t.is(answer.row.level, persona.qualification.levelLetter);
    t.is(answer.row.seriesCode, persona.qualification.seriesCode);
    t.deepEqual(codesOf(answer.warnings), expected.uploadLate ? ['核准备案日期 UPLOAD_LATE'] : []);
  });
}

const accepted: readonly [title: string, cells: RosterCells, kept: Record<string, unknown>][] = [
  ['the legacy code of 䶮', { 姓名: '闫\uE863' }, { name: '闫䶮', printedName: '闫YAN' }],
  ['a rare character read by hand', { 姓名: '陆𠮷', 姓名拼音: '𠮷=jí' }, { printedName: '陆JI' }],
  ['the series by code', { 系列: '05' }, { series: '工程技术人员' }],
  ['the series by a code that lost its zero', { 系列: '5' }, { seriesCode: '05' }],
  ['the level by letter', { 层级: 'c' }, { level: 'C' }],
  ['a phone with country code', { 手机号码: '+86 199-0000-1004' }, { phone: '19900001004' }],
  [
    'a lower-case organisation code',
    { 工作单位代码: ' 91120199text00148j' },
    { employerCode: '91120199TEXT00148J' },
  ],
  ['slashed dates', { 取得资格时间: '2021/6/18', 核准备案日期: '2021/7/5' }, { obtainedOn: '2021-06-18' }],
  ['Chinese dates', { 核准备案日期: '2021年7月5日' }, { filedOn: '2021-07-05' }],
  ['compact dates', { 核准备案日期: '20210705' }, { filedOn: '2021-07-05' }],
  [
    'radicals in a unit name',
    { 工作单位: '天津滨河装备制造有限公司⼯⼚' },
    { employer: '天津滨河装备制造有限公司工厂' },
  ],
  ['a review body of 100 characters', { 评审机构: '会'.repeat(100) }, { reviewBody: '会'.repeat(100) }],
];

for (const [title, cells, kept] of accepted) {
  test(`a row with ${title} is taken in`, t => {
    const answer = checkRow(aRow(cells), aContext());

    t.true(answer.ok, JSON.stringify(answer));
    if (answer.ok) t.like(answer.row, kept);
  });
}

const refused: readonly [title: string, cells: RosterCells, fault: string, context?: Partial<RowContext>][] =
  [
    ['a wrong check digit', { 证件号码: '120199198203149910' }, '证件号码 ID_CHECK_DIGIT'],
    ['an unreal birth date', { 证件号码: '120199198202309913' }, '证件号码 ID_BIRTH_DATE'],
    ['a sex that the number denies', { 性别: '女' }, '性别 GENDER_MISMATCH'],
    ['an unknown sex', { 性别: 'M' }, '性别 GENDER_UNKNOWN'],
    ['an unknown document', { 证件类型: '护照' }, '证件类型 ID_TYPE_UNKNOWN'],
    ['a number of another document', { 证件类型: '港澳台居民居住证' }, '证件号码 ID_TYPE_MISMATCH'],
    ['a name turned round by U+202E', { 姓名: '王\u202E明' }, '姓名 NAME_INVISIBLE'],
    ['a name that is markup', { 姓名: '<script>' }, '姓名 NAME_CHARACTER'],
    ['a name of 51 code points', { 姓名: '王'.repeat(51) }, '姓名 NAME_TOO_LONG'],
    ['a private-use name', { 姓名: '王\uE864' }, '姓名 NAME_PRIVATE_USE'],
    ['a rare character nobody can read', { 姓名: '陆𠮷' }, '姓名 PINYIN_UNKNOWN'],
    ['a reading without its character', { 姓名: '陆𠮷', 姓名拼音: 'JI' }, '姓名拼音 PINYIN_FORM'],
    ['a reading of a character not in the name', { 姓名拼音: '喆=ZHE' }, '姓名拼音 PINYIN_FORM'],
    ['a wrong phone', { 手机号码: '12900001001' }, '手机号码 PHONE_INVALID'],
    [
      'a wrong organisation code',
      { 工作单位代码: '91120199TEXT001131' },
      '工作单位代码 ORGANISATION_CODE_CHECK',
    ],
    ['an unknown series', { 系列: '工程' }, '系列 SERIES_UNKNOWN'],
    ['a title of another series', { 资格名称: '馆员' }, '资格名称 TITLE_UNKNOWN'],
    ['a title at the wrong level', { 层级: '副高级' }, '层级 TITLE_LEVEL_WRONG'],
    ['初级 as a level', { 层级: '初级', 资格名称: '助理工程师' }, '层级 LEVEL_UNKNOWN'],
    ['a level the series lacks', { 系列: '01', 层级: '员级', 资格名称: '助教' }, '层级 SERIES_WITHOUT_LEVEL'],
    ['30 February', { 取得资格时间: '2021-02-30' }, '取得资格时间 DATE_UNREAL'],
    ['a month for a date', { 取得资格时间: '2021-06' }, '取得资格时间 DATE_FORMAT'],
    ['a spreadsheet serial for a date', { 取得资格时间: '44365' }, '取得资格时间 DATE_FORMAT'],
    ['a title of the future', { 取得资格时间: '2030-01-01' }, '取得资格时间 OBTAINED_IN_FUTURE'],
    ['a title from before 2020', { 取得资格时间: '2019-12-31' }, '取得资格时间 OBTAINED_TOO_EARLY'],
    ['a filing of the future', { 核准备案日期: '2021-07-09' }, '核准备案日期 FILED_IN_FUTURE'],
    ['a filing after the batch', {}, '核准备案日期 FILED_AFTER_BATCH', { month: '2021-06' }],
    ['a title obtained after its filing', { 取得资格时间: '2021-07-06' }, '取得资格时间 DATES_OUT_OF_ORDER'],
    [
      'the employer as submitting unit',
      { 呈报单位: '天津滨河装备制造有限公司' },
      '呈报单位 SUBMITTING_UNIT_IS_EMPLOYER',
    ],
    [
      'a submitting unit without that role',
      { 呈报单位: '津门大学' },
      '呈报单位 SUBMITTING_UNIT_WITHOUT_CAPACITY',
    ],
    ['markup in a unit name', { 呈报单位: '<b>局</b>' }, '呈报单位 TEXT_MARKUP'],
    ['a line break in a specialty', { 专业: '机械\n设计' }, '专业 TEXT_INVISIBLE'],
    ['a specialty of 61 characters', { 专业: '专'.repeat(61) }, '专业 TEXT_TOO_LONG'],
    ['a private-use character in a unit name', { 工作单位: '天津\uE5E5厂' }, '工作单位 TEXT_PRIVATE_USE'],
  ];

for (const [title, cells, fault, context] of refused) {
  test(`a row with ${title} is refused at ${fault}`, t => {
    const answer = checkRow(aRow(cells), aContext(context));

    t.false(answer.ok);
    if (!answer.ok) t.deepEqual(codesOf(answer.faults), [fault]);
  });
}

for (const column of REQUIRED_HEADS) {
  test(`a row without ${column} is refused at that cell alone`, t => {
    const answer = checkRow(aRow({ [column]: ' ' }), aContext());

    t.false(answer.ok);
    if (!answer.ok) t.deepEqual(codesOf(answer.faults), [`${column} CELL_EMPTY`]);
  });
}

test('every invalid sample of the vectors is refused in its own cell', t => {
  const samples: readonly [field: string, columns: readonly RosterHead[]][] = [
    ['idNumber', ['证件号码']],
    ['uscc', ['工作单位代码']],
    ['mobile', ['手机号码']],
    ['obtainedDate', ['取得资格时间']],
    ['submittingUnit', ['呈报单位']],
  ];
  for (const [field, columns] of samples) {
    for (const { value, why } of invalidSamples(field)) {
      const [column = '姓名'] = columns;
      const extra: RosterCells = field === 'submittingUnit' ? { 工作单位: String(value) } : {};
      const answer = checkRow(aRow({ ...extra, [column]: String(value) }), aContext());
      t.false(answer.ok, why);
      if (!answer.ok) t.deepEqual([...new Set(answer.faults.map(fault => fault.column))], [...columns], why);
    }
  }
});

test('all faults of a row are told at once', t => {
  const cells = aRow({ 姓名: '王1', 性别: '女', 手机号码: '1', 层级: '高级', 核准备案日期: '2021-13-01' });

  const answer = checkRow(cells, aContext());

  t.false(answer.ok);
  if (answer.ok) return;
  const columns = answer.faults.map(fault => fault.column).sort();
  t.deepEqual(columns, ['姓名', '性别', '手机号码', '层级', '核准备案日期'].sort() as RosterHead[]);
  for (const fault of answer.faults) t.regex(fault.detail, /。$/);
});

test('an employer that is registered as department too may submit for itself', t => {
  const unit = '天津滨河装备控股集团有限公司（测试）';
  const answer = checkRow(
    aRow({ 工作单位: unit, 工作单位代码: '91120199TEXT00068Y', 呈报单位: unit }),
    aContext(),
  );

  t.true(answer.ok);
});

test('an unknown submitting unit and a code registered under another name are warnings', t => {
  const cells = aRow({ 呈报单位: '天津市某某委员会', 工作单位: '天津滨河装备制造厂' });

  const answer = checkRow(cells, aContext());

  t.true(answer.ok);
  if (!answer.ok) return;
  t.deepEqual(codesOf(answer.warnings), [
    '工作单位 EMPLOYER_NAME_DIFFERS',
    '呈报单位 SUBMITTING_UNIT_UNREGISTERED',
  ]);
});

test('without a register the employer is still refused as its own submitting unit', t => {
  const context = { today: '2021-07-08', month: '2021-07' };
  const answer = checkRow(aRow({ 呈报单位: '天津滨河装备制造有限公司' }), context);

  t.false(answer.ok);
  t.true(checkRow(aRow(), context).ok);
});

test('a title from before 2020 is taken in when the reason is on record', t => {
  const cells = aRow({ 取得资格时间: '2019-12-31' });

  t.true(checkRow(cells, aContext({ overrideBefore2020: '市局特批（测试）' })).ok);
});

test('a filing in a year without a calendar is refused, and accepted once the bureau has entered it', t => {
  const cells = aRow({ 取得资格时间: '2026-12-01', 核准备案日期: '2026-12-30' });
  const context = aContext({ today: '2027-01-05', month: '2027-01' });

  const answer = checkRow(cells, context);

  t.false(answer.ok);
  if (!answer.ok) t.deepEqual(codesOf(answer.faults), ['核准备案日期 CALENDAR_MISSING']);
  const dates = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'];
  const days = new Map(dates.map(day => [`2027-01-${day}`, !['01', '02', '03', '09', '10'].includes(day)]));
  const calendar = { days, years: new Set<string>() };
  const again = checkRow(cells, { ...context, calendar });
  t.true(again.ok);
  if (again.ok) t.is(again.row.uploadDeadline, '2027-01-07');
});

test('a character the fonts cannot draw returns the upload in a unit name, and becomes pinyin in a name', t => {
  const displayable = (text: string): boolean => !text.includes('滨') && !text.includes('喆');

  const answer = checkRow(aRow({ 姓名: '王喆' }), aContext({ displayable }));

  t.false(answer.ok);
  if (!answer.ok) t.deepEqual(codesOf(answer.faults), ['呈报单位 NOT_DISPLAYABLE']);
  const named = checkRow(aRow({ 姓名: '王喆' }), aContext({ displayable: text => text !== '喆' }));
  t.true(named.ok);
  if (named.ok) t.is(named.row.printedName, '王ZHE');
});

test('heads may stand in any order, with blanks inside, and with our own error column', t => {
  const heads = [...REQUIRED_HEADS].reverse().map(head => ` ${head.slice(0, 1)} ${head.slice(1)}`);

  t.deepEqual(matchHeads([...heads, '错误说明', '']), [
    ...[...REQUIRED_HEADS].reverse(),
    undefined,
    undefined,
  ]);
  t.is(matchHeads([...REQUIRED_HEADS, '姓名拼音']).at(-1), '姓名拼音');
});

const wrongHeads: readonly [title: string, heads: readonly string[], named: RegExp][] = [
  ['a missing head', REQUIRED_HEADS.slice(1), /缺少“姓名”/],
  ['an unknown head', [...REQUIRED_HEADS, '备注'], /不认识“备注”/],
  ['a repeated head', [...REQUIRED_HEADS, '性别'], /重复“性别”/],
  ['English heads', ['name', 'sex'], /缺少.*不认识“name”“sex”/],
];

for (const [title, heads, named] of wrongHeads) {
  test(`${title} is refused by name`, t => {
    const error = t.throws(() => matchHeads(heads), { instanceOf: RosterHeadWrong });

    t.is(error?.code, 'ROSTER_HEAD_WRONG');
    t.regex(error?.detail ?? '', named);
  });
}

function codesOf(faults: readonly CellFault[]): string[] {
  return faults.map(({ column, code }) => `${column} ${code}`);
}
