/** Many certificates changed by one sheet: looked at row by row, decided whole by two people, each row carried out once whatever happens. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test from 'ava';
import writeXlsxFile from 'write-excel-file/node';
import { carrySheets, startCarrying } from '../../src/changes/sheets/carry-sheets.ts';
import { decideSheet } from '../../src/changes/sheets/decide-sheet.ts';
import { changeSheetRoutes } from '../../src/changes/sheets/routes.ts';
import { resultsCsv } from '../../src/changes/sheets/views.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { newestVersion } from '../../src/revocation/store.ts';
import {
  isChangeSheetChecked,
  isChangeSheetList,
  isChangeSheetRows,
  isChangeSheetView,
  type ChangeSheetChecked,
} from '../../src/shared/shapes/shapes.ts';
import { projectFile } from '../../src/shared/project.ts';
import type { World } from '../../src/world.ts';
import { actBy } from '../review/a-case.ts';
import { served } from '../support/api.ts';
import { aBureau, anAct, bureauEnv, openWorld } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aSigner } from '../clients/signing.ts';
import { derive, eventsOf, subscribed } from '../webhooks/a-story.ts';
import {
  AUDITOR,
  BOTH,
  changeCounts,
  CONFIRMER,
  decide,
  DOCUMENT,
  noticesByPhone,
  numbersCsv,
  post,
  proposed,
  PROPOSER,
  rowsNow,
  saidOf,
  send,
  sheetNow,
  sheetScene,
} from './a-sheet.ts';

const UNKNOWN = 'B1220219999998';

for (const database of databases()) {
  const on = `on ${database.name}`;

  test(`a sheet is looked at row by row and nothing changes, ${on}`, async t => {
    const scene = await sheetScene(t, database, 4);
    const { world, server, numbers } = scene;
    const [one = '', two = '', three = '', four = ''] = numbers;
    const order = { number: two, change: 'REVOKE', reason: 'FRAUD', document: DOCUMENT } as const;
    await changeState(world, anAct(), order);
    await post(server, `/api/certificates/${three}/changes`, {
      kind: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
    });
    const before = await changeCounts(scene);
    const text = [
      '证书编号,变更,原因代码,文号,截止日期',
      `${one},,,,`, // 2: the whole sheet's change
      `${one.toLowerCase()},,,,`, // 3: the same again
      `${two},,,,`, // 4: revoked already
      `${three},,,,`, // 5: a proposal waits
      `${UNKNOWN},,,,`, // 6: a number that nobody has
      `B1220210000000,,,,`, // 7: no number at all
      `${four},暂停,,,2021-07-01`, // 8: ends before it begins
      `${four},废除,,,`, // 9: no change of ours, and the same as line 8
      `=HYPERLINK("x"),撤销,FRAUD,${DOCUMENT},2021-09-01`, // 10: no number, and an end that a revocation has not
    ].join('\r\n');

    const answer = await send(server, '/check', { text });
    const refused = await send(server, '', { text });

    t.is(answer.status, 200);
    t.true(isChangeSheetChecked(answer.body), JSON.stringify(answer.body));
    const checked = answer.body as ChangeSheetChecked;
    t.deepEqual(
      checked.rows.map(({ line, faults }) => [
        line,
        ...faults.map(({ column, code }) => `${column} ${code}`),
      ]),
      [
        [2],
        [3, '证书编号 ROW_REPEATED'],
        [4, '证书编号 STATE_CONFLICT'],
        [5, '证书编号 PROPOSAL_OPEN'],
        [6, '证书编号 CERTIFICATE_UNKNOWN'],
        [7, '证书编号 CERTIFICATE_UNKNOWN'],
        [8, '截止日期 BAD_REQUEST'],
        [9, '变更 CHANGE_UNKNOWN', '证书编号 ROW_REPEATED'],
        [10, '证书编号 CERTIFICATE_UNKNOWN', '截止日期 UNTIL_NOT_TAKEN'],
      ],
    );
    t.like(checked, { all: 9, faultyRows: 8, digest: null });
    t.like(checked.rows[0], {
      number: one,
      holder: '张*远',
      change: 'REVOKE',
      before: 'VALID',
      after: 'REVOKED',
    });
    t.like(checked.rows[2], { before: 'REVOKED' });
    t.is(refused.code, 'CHANGE_SHEET_INVALID');
    t.like((refused.body as { errors: object[] }).errors[0], { pointer: '/rows/3/证书编号' });
    t.deepEqual(await changeCounts(scene), before);
    t.deepEqual((await server.get('/api/change-sheets')).body, { items: [], next: null });
  });

  test(`what two people decided is carried out once, and everybody is told the same, ${on}`, async t => {
    const scene = await sheetScene(t, database, 5);
    const { world, server, numbers, certificates } = scene;
    const [one = ''] = numbers;
    const { client } = await aSigner(world);
    await subscribed(world, client, { numbers });
    const chosen = numbers.slice(0, 4);

    const sheet = await proposed(scene, chosen);
    t.true(isChangeSheetView(sheet), JSON.stringify(sheet));
    t.like(sheet, { state: 'open', rows: 4, done: 0, failed: 0, partCount: 1 });
    const { id, digest } = sheet;
    const single = await post(server, `/api/certificates/${one}/changes`, {
      kind: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
    });
    t.is(single.code, 'STATE_CONFLICT');
    t.is((await send(server, '', { text: numbersCsv([one]) })).code, 'CHANGE_SHEET_INVALID');
    t.is((await decide(scene, BOTH, { id, decision: 'confirm', digest })).code, 'TWO_PERSONS_NEEDED');
    t.is((await decide(scene, PROPOSER, { id, decision: 'confirm', digest })).code, 'FORBIDDEN');
    const wrong = await decide(scene, CONFIRMER, { id, decision: 'confirm', digest: 'f'.repeat(64) });
    t.like(wrong, { status: 409, code: 'PROPOSAL_CHANGED' });
    t.is((await decide(scene, CONFIRMER, { id, decision: 'refuse', digest })).code, 'REASON_MISSING');
    t.deepEqual(await changeCounts(scene), [0, 0, 0, 0, 0]);
    const confirmed = await decide(scene, CONFIRMER, { id, decision: 'confirm', digest });
    t.like(confirmed, { status: 200, body: { state: 'confirmed' } });
    t.is((await decide(scene, CONFIRMER, { id, decision: 'confirm', digest })).code, 'STATE_CONFLICT');
    await startCarrying(world);

    server.by = AUDITOR;
    t.like(await sheetNow(scene, id), { state: 'done', done: 4, failed: 0 });
    t.true(isChangeSheetList((await server.get('/api/change-sheets?state=done')).body));
    const rows = await server.get(`/api/change-sheets/${id}/rows?state=done`);
    t.true(isChangeSheetRows(rows.body), JSON.stringify(rows.body));
    t.deepEqual(await changeCounts(scene), [1, 1, 1, 1, 0]);
    const ended = 'revoked REVOKED';
    t.deepEqual(await saidOf(scene), [ended, ended, ended, ended, 'valid VALID']);
    const notices = await noticesByPhone(scene);
    t.deepEqual([...notices.values()], [1, 1, 1, 1]);
    t.is(await derive(world), 4);
    t.deepEqual(
      (await eventsOf(world, client)).map(({ number }) => number),
      certificates.slice(0, 4).map(({ number }) => number),
    );
    t.deepEqual((await checkEverything(world)).faults, []);
    t.is((await newestVersion(world.db, 1, 'revocation'))?.version, 2);
  });

  test(`what is refused or withdrawn is never carried out and frees its certificates, ${on}`, async t => {
    const scene = await sheetScene(t, database, 2);
    const { world, numbers } = scene;

    const first = await proposed(scene, numbers);
    const stranger = await decide(scene, CONFIRMER, {
      id: first.id,
      decision: 'withdraw',
      digest: first.digest,
    });
    const withdrawn = await decide(scene, PROPOSER, {
      id: first.id,
      decision: 'withdraw',
      digest: first.digest,
    });
    const second = await proposed(scene, [...numbers].reverse());
    const note = '决定文书未附，请补充。';
    const refused = await decide(scene, CONFIRMER, {
      id: second.id,
      decision: 'refuse',
      digest: second.digest,
      note,
    });
    await carrySheets(world, anAct());

    t.not(stranger.status, 200);
    t.is(first.digest, second.digest); // of what is wanted, not of the order of rows
    t.like(withdrawn.body, { state: 'withdrawn' });
    t.like(refused.body, { state: 'refused', note });
    t.deepEqual(await changeCounts(scene), [0, 0]);
    t.deepEqual(
      (await rowsNow(scene, second.id)).map(({ state }) => state),
      ['dropped', 'dropped'],
    );
    t.is((await proposed(scene, numbers)).state, 'open');
  });

  test(`a certificate that was changed meanwhile fails alone, and its result says why, ${on}`, async t => {
    const scene = await sheetScene(t, database, 3);
    const { world, server, numbers } = scene;
    const { id, digest } = await proposed(scene, numbers);
    const order = {
      number: numbers[1] ?? '',
      change: 'CANCEL',
      reason: 'HOLDER_REQUEST',
      document: DOCUMENT,
    } as const;
    await changeState(world, anAct(scene.clock.now), order);

    await decide(scene, CONFIRMER, { id, decision: 'confirm', digest });
    await startCarrying(world);
    const response = await fetch(`${server.url}/api/change-sheets/${id}/results`);
    const csv = await response.text();

    t.like(await sheetNow(scene, id), { state: 'done', done: 2, failed: 1 });
    t.deepEqual(
      (await rowsNow(scene, id)).map(({ state, before, after, code }) => [state, before, after, code]),
      [
        ['done', 'VALID', 'REVOKED', undefined],
        ['failed', undefined, undefined, 'STATE_CONFLICT'],
        ['done', 'VALID', 'REVOKED', undefined],
      ],
    );
    t.deepEqual(await changeCounts(scene), [1, 1, 1]);
    t.regex(response.headers.get('content-disposition') ?? '', /attachment/);
    t.regex(csv, /未能办理,,,STATE_CONFLICT,证书当前为“已注销”/);
  });

  test(`wherever a process stops, and whoever goes on, each row is carried out once, ${on}`, async t => {
    const scene = await sheetScene(t, database, 7);
    const { world, numbers, clock } = scene;
    const { id, digest } = await proposed(scene, numbers);
    const other = await openWorld(t, world.config, () => clock.now);
    // by the verb: the route would begin to carry it out at once
    await decideSheet(world, actBy(CONFIRMER, clock.now), { id, decision: 'confirm', digest });
    for (const point of ['chunk', 'changed', 'kept', 'carried', 'published'])
      await carrySheets(world, anAct(clock.now), {
        chunk: 2,
        failpoint: name => {
          if (name === point) throw new RangeError('stopped here');
        },
      }).catch((error: unknown) => t.regex(String(error), /stopped here/));

    await Promise.all([world, other].map(async each => carrySheets(each, anAct(clock.now), { chunk: 2 })));

    t.like(await sheetNow(scene, id), { state: 'done', done: 7, failed: 0 });
    t.deepEqual(await changeCounts(scene), [1, 1, 1, 1, 1, 1, 1]);
    t.deepEqual([...(await noticesByPhone(scene)).values()], [1, 1, 1, 1, 1, 1, 1]);
    t.is((await newestVersion(world.db, 1, 'revocation'))?.version, 2);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`a process that is killed, between two transactions and within one, doubles and loses nothing, ${on}`, async t => {
    const scene = await sheetScene(t, database, 7);
    const { world, numbers, clock } = scene;
    const { id, digest } = await proposed(scene, numbers);
    await decideSheet(world, actBy(CONFIRMER, clock.now), { id, decision: 'confirm', digest });

    for (const point of ['changed', 'kept']) await killedAt(world, { point, clock: clock.now });
    const halfway = await sheetNow(scene, id);
    await carrySheets(world, anAct(clock.now));

    t.like(halfway, { state: 'confirmed', done: 6 });
    t.like(await sheetNow(scene, id), { state: 'done', done: 7, failed: 0 });
    t.deepEqual(await changeCounts(scene), [1, 1, 1, 1, 1, 1, 1]);
    t.deepEqual([...(await noticesByPhone(scene)).values()], [1, 1, 1, 1, 1, 1, 1]);
    t.deepEqual(new Set(await saidOf(scene)), new Set(['revoked REVOKED']));
    t.deepEqual((await checkEverything(world)).faults, []);
  });
}

/** Another process comes to that point for the second time and is killed there. */
async function killedAt(
  { config }: World,
  { point, clock }: { point: string; clock: number },
): Promise<void> {
  const env = { ...bureauEnv(config.dataDir, config.databaseUrl), PATH: process.env['PATH'] ?? '' };
  const words = [projectFile('dist/test/changes/carrying-child.js'), point, String(clock)];
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface(child.stdout), 'line');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const REFUSED: readonly [title: string, text: string | Uint8Array, code: string][] = [
  ['an empty file', '', 'FILE_EMPTY'],
  ['heads alone', '证书编号,变更', 'ROSTER_EMPTY'],
  ['a roster', '姓名,性别\r\n张明远,男', 'ROSTER_HEAD_WRONG'],
  ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]), 'FILE_FORMAT_UNKNOWN'],
  ['10,001 rows', numbersCsv(Array.from({ length: 10_001 }, () => UNKNOWN)), 'ROSTER_TOO_LONG'],
];

test('what is no sheet is refused before a row is looked at, and so are words for the whole sheet that say nothing', async t => {
  const [sqlite] = databases();
  if (!sqlite) return t.fail();
  const world = await aBureau(t, sqlite);
  const server = await served(t, world, changeSheetRoutes);
  server.by = PROPOSER;

  for (const [title, text, code] of REFUSED) t.is((await send(server, '/check', { text })).code, code, title);
  for (const fields of [{ change: '废除' }, { until: '2021-02-30' }])
    t.is((await send(server, '/check', { text: numbersCsv([UNKNOWN]), fields })).code, 'BODY_INVALID');
  server.by = CONFIRMER;
  t.is((await send(server, '/check', { text: numbersCsv([UNKNOWN]) })).code, 'FORBIDDEN');
  t.is((await server.get('/api/change-sheets/template')).code, 'FORBIDDEN');
  return undefined;
});

test('the blank sheet comes back as it was filled in, and a formula in it is a fault of its cell', async t => {
  const [sqlite] = databases();
  if (!sqlite) return t.fail();
  const world = await aBureau(t, sqlite);
  const server = await served(t, world, changeSheetRoutes);
  server.by = PROPOSER;
  for (const format of ['xlsx', 'csv', 'json']) {
    const response = await fetch(`${server.url}/api/change-sheets/template?format=${format}`);
    const blank = new Uint8Array(await response.arrayBuffer());
    t.is((await send(server, '/check', { text: blank, name: `a.${format}` })).code, 'ROSTER_EMPTY');
  }
  const rows = [
    [{ value: '证书编号' }, { value: '文号' }],
    [{ value: UNKNOWN }, { type: 'Formula', value: '1+1' }],
  ] as const;
  const workbook = await writeXlsxFile([{ sheet: '表', data: rows.map(cells => [...cells]) }]).toBuffer();

  const { body } = await send(server, '/check', { text: workbook, name: 'a.xlsx' });

  t.deepEqual(
    (body as ChangeSheetChecked).rows.map(({ faults }) =>
      faults.map(({ column, code }) => `${column} ${code}`),
    ),
    [['文号 CELL_FORMULA', '证书编号 CERTIFICATE_UNKNOWN']],
  );
  return undefined;
});

test('results are opened by spreadsheets as text: nothing in them is calculated', t => {
  const order = { number: UNKNOWN, change: 'REVOKE', reason: 'FRAUD', document: '=1+1' } as const;
  const row = { line: 2, order, state: 'failed', before: undefined, after: undefined } as const;

  const csv = new TextDecoder().decode(
    resultsCsv([{ ...row, fault: { code: 'STATE_CONFLICT', detail: '@x' } }]),
  );

  t.regex(csv, /,'=1\+1,/);
  t.regex(csv, /,'@x/);
});
