/** Rosters looked at before they are sent, corrections to single cells, and the list of those taken in (R9, R12). */
import test from 'ava';
import { checkedView } from '../../src/applications/check-upload.ts';
import { COMMITTEE_ROSTER, EXAM_ROSTER } from '../../src/applications/roster/columns.ts';
import { correctedRoster } from '../../src/applications/roster/correct-roster.ts';
import type { ReadRoster } from '../../src/applications/roster/roster.ts';
import { rostersFrom } from '../../src/applications/roster/store.ts';
import { rosterTemplate } from '../../src/applications/roster/write-roster.ts';
import { checkExamRoster, takeInExamRoster } from '../../src/applications/take-in-passes.ts';
import { checkUpload, uploadRoster } from '../../src/applications/upload-roster.ts';
import type { DomainError, ErrorCode } from '../../src/shared/errors.ts';
import { isRosterChecked, type RosterChecked } from '../../src/shared/shapes/shapes.ts';
import { someCells } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aCity, committeeRoster, examRoster, somePass, type City } from './a-city.ts';

const organisers = ({ act, desk }: City) => act(desk('organiser'));

async function check(city: City, read: ReadRoster): Promise<RosterChecked> {
  const act = organisers(city);
  const judge = async () => {
    const checked = await checkUpload(city.world, act, { read });
    return { ...checked, known: checked.rows.length - checked.fresh };
  };
  return checkedView(city.world, act, { read, judge });
}

for (const database of databases()) {
  test(`a roster is checked without being taken in, and its faulty rows come with their cells (${database.name})`, async t => {
    const city = await aCity(t, database);
    const read = await committeeRoster([someCells(1, { 性别: '女' }), someCells(2)]);

    const faulty = await check(city, read);
    const good = await check(city, await committeeRoster([someCells(1), someCells(2)]));

    t.true(isRosterChecked(faulty));
    t.like(faulty, { rows: 2, faultyRows: 1, faults: 1, fresh: 0, batchMonth: null });
    const [row] = faulty.shown;
    t.is(row?.line, 1);
    t.is(row?.cells[faulty.heads.indexOf('性别')], '女');
    t.is(row?.faults[0]?.column, '性别');
    t.true(isRosterChecked(good));
    t.like(good, { rows: 2, faults: 0, fresh: 2, known: 0, late: 0, batchMonth: '2021-07' });
    t.deepEqual(good.filings, [
      { filedOn: '2021-07-26', uploadDeadline: '2021-08-02', rows: 2, late: false },
    ]);
    t.deepEqual(await rostersFrom(city.world.db, { organisationId: city.idOf.organiser, limit: 5 }), []);
  });

  test(`what was taken in is listed to its sender, rosters of results and of passes (${database.name})`, async t => {
    const city = await aCity(t, database);
    const read = await committeeRoster([someCells(1), someCells(2)]);
    await uploadRoster(city.world, organisers(city), { read });
    const examAct = city.act(city.desk('examBody'));
    const passes = await examRoster([somePass()]);
    await takeInExamRoster(city.world, examAct, { read: passes });
    await takeInExamRoster(city.world, examAct, { read: passes });

    const known = await check(city, read);
    const knownPasses = await checkExamRoster(city.world, examAct, { read: passes });
    const list = async (organisationId: string) => rostersFrom(city.world.db, { organisationId, limit: 5 });
    const results = await list(city.idOf.organiser);
    const exams = await list(city.idOf.examBody);

    t.like(known, { fresh: 0, known: 2 });
    t.deepEqual(knownPasses, { fresh: 0, known: 1 });
    t.like(results, [{ month: '2021-07', rowsTaken: 2, rowsKnown: 0, rowsLate: 0 }]);
    t.like(exams, [{ month: '2021-07', rowsTaken: 1, rowsKnown: 0 }]);
    t.deepEqual(await list(city.idOf.otherOrganiser), []);
  });
}

test('corrected cells are judged as if they had stood in the file, and dropped rows are not there', async t => {
  const read = await committeeRoster([someCells(1, { 性别: '女' }), someCells(2), someCells(2)]);
  const faulty = {
    ...read,
    rows: read.rows.map(row => ({
      ...row,
      faults: [{ column: '性别' as const, code: 'CELL_FORMULA', detail: '' }],
    })),
  };

  const corrected = correctedRoster(
    faulty,
    {
      cells: [
        { line: 1, column: '性别', text: '男' },
        { line: 1, column: '姓名拼音', text: '𠮷=JI' },
      ],
      dropped: [3],
    },
    COMMITTEE_ROSTER,
  );

  t.deepEqual(
    corrected.rows.map(({ line, faults }) => [line, faults.length]),
    [
      [1, 0],
      [2, 1],
    ],
  );
  t.is(corrected.rows[0]?.cells.性别, '男');
  t.is(corrected.heads.at(-1), '姓名拼音');
});

const wrong: readonly [title: string, corrections: Parameters<typeof correctedRoster>[1], code: ErrorCode][] =
  [
    [
      'a line the file has not',
      { cells: [{ line: 9, column: '性别', text: '男' }], dropped: [] },
      'BAD_REQUEST',
    ],
    [
      'a column of another kind',
      { cells: [{ line: 1, column: '管理号', text: '1' }], dropped: [] },
      'BAD_REQUEST',
    ],
    ['dropping every row', { cells: [], dropped: [1] }, 'ROSTER_EMPTY'],
  ];
for (const [title, corrections, code] of wrong) {
  test(`corrections are refused: ${title}`, async t => {
    const read = await committeeRoster([someCells(1)]);

    const error = t.throws<DomainError>(() => correctedRoster(read, corrections, COMMITTEE_ROSTER));

    t.is(error?.code, code);
  });
}

test('the template of an exam roster has its own heads', async t => {
  const csv = await rosterTemplate('csv', '2021-07-30', EXAM_ROSTER);

  t.regex(new TextDecoder().decode(csv), /取得资格时间,通过通知日期\r\n$/);
});
