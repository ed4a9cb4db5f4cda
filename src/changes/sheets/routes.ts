/** Changes in bulk over HTTP: a sheet is checked, proposed, decided by another person, watched while it is carried out, its results taken along. */
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import type { ServiceApi } from '../../accounts/service-api.ts';
import { MAX_ROSTER_BYTES, readRoster } from '../../applications/roster/read-roster.ts';
import type { RosterFormat } from '../../applications/roster/roster.ts';
import { rosterTemplate } from '../../applications/roster/write-roster.ts';
import { recordLook } from '../../audit/look.ts';
import { answerFile } from '../../http/download.ts';
import { readUpload } from '../../http/upload.ts';
import { DomainError } from '../../shared/errors.ts';
import {
  isChangeSheetDecision,
  type ChangeSheetDecision,
  type ChangeSheetList,
  type ChangeSheetRows,
  type ChangeSheetView,
} from '../../shared/shapes/shapes.ts';
import { dateAt } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { startCarrying } from './carry-sheets.ts';
import { checkSheet, type SentSheet } from './check-sheet.ts';
import { CHANGE_SHEET, CHANGE_TEMPLATE } from './columns.ts';
import { decideSheet } from './decide-sheet.ts';
import { proposeSheet } from './propose-sheet.ts';
import { ROW_STATES, SHEET_STATES, type ChangeSheet, type RowState, type SheetState } from './sheet.ts';
import { findSheet, newestSheets, rowsOfSheet } from './store.ts';
import { checkedView, resultsCsv, rowViews, sheetViews } from './views.ts';
import { wholeSheet } from './whole-sheet.ts';

const TAG = '批量变更';
const PATH = '/api/change-sheets';
const FILE = {
  mediaType: 'multipart/form-data',
  description:
    'file：.xlsx、.csv 或 .json，至多 10,000 行、20 MB，列：证书编号、变更、原因代码、文号、截止日期（后四列可不设）；' +
    'change、reason、document、until：整份相同的变更、原因代码、文号、截止日期，各行另有的以各行为准；' +
    'digest：核对时给出的摘要，不同则不提议',
};
const LIMITS = { maxBytes: MAX_ROSTER_BYTES, maxFields: 5 };
const FORMATS: Readonly<Record<RosterFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
};
const PAGE = 100;
const SHEETS_PAGE = 50;

export function changeSheetRoutes(world: World, api: ServiceApi): void {
  proposingRoutes(world, api);
  decidingRoutes(world, api);
  readingRoutes(world, api);
  resultRoutes(world, api);
}

function proposingRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: `${PATH}/check`,
      tag: TAG,
      summary: '核对一份批量变更',
      description: '经办人。什么也不改变：逐行给出办理前后的状态，或每格的错误。核对记入审计。',
      upload: FILE,
      answer: { status: 200, shape: 'change-sheet-checked', description: '逐行的结果' },
    },
    async ({ ctx, act }) => checkedView(await checkSheet(world, act, await readSent(ctx, act))),
  );
  api.add(
    {
      method: 'post',
      path: PATH,
      tag: TAG,
      summary: '提议一份批量变更',
      description:
        '经办人。有一行错误则整份不提议；提议后由复核人或撤销专员确认，其间这些证书不再接受别的变更提议。',
      upload: FILE,
      answer: { status: 201, shape: 'change-sheet-view', description: '待另一人确认的批量变更' },
    },
    async ({ ctx, act }) => {
      const sent = await readSent(ctx, act);
      return viewOf(world, await proposeSheet(world, act, { ...sent, id: world.ids() }));
    },
  );
  api.add(
    {
      method: 'get',
      path: `${PATH}/template`,
      tag: TAG,
      summary: '下载空白的批量变更表',
      description: '经办人。',
      query: { format: { description: 'xlsx、csv 或 json，默认 xlsx', pattern: 'xlsx|csv|json' } },
      answer: { status: 200, mediaType: '*/*', description: '空白表；.xlsx 的第二张表为填写说明' },
    },
    async ({ ctx, act, query }) => {
      demandMay(act.by, 'change.propose');
      const format = query['format'] === 'csv' || query['format'] === 'json' ? query['format'] : 'xlsx';
      answerFile(ctx, { name: `批量变更模板.${format}`, mediaType: FORMATS[format] });
      return Buffer.from(await rosterTemplate(format, dateAt(act.at), CHANGE_TEMPLATE));
    },
  );
}

function decidingRoutes(world: World, api: ServiceApi): void {
  api.add<ChangeSheetDecision>(
    {
      method: 'post',
      path: `${PATH}/:id/decision`,
      tag: TAG,
      summary: '确认、不予确认或撤回一份批量变更',
      description:
        '确认、不予确认须由提议人以外的复核人或撤销专员办理，撤回由提议人办理。确认后在后台逐行办理，中断后自动继续，全部办完即发布。',
      body: { name: 'change-sheet-decision', is: isChangeSheetDecision },
      answer: { status: 200, shape: 'change-sheet-view', description: '已办结的批量变更' },
    },
    async ({ act, body, params }) => {
      const sheet = await decideSheet(world, act, { ...body, id: params['id'] ?? '' });
      if (sheet.state === 'confirmed') void startCarrying(world);
      return viewOf(world, sheet);
    },
  );
}

function readingRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: PATH,
      tag: TAG,
      summary: '批量变更，最近的在前',
      query: {
        state: { description: `状态：${SHEET_STATES.join('、')}`, pattern: SHEET_STATES.join('|') },
        before: { description: '上一页的 next', pattern: '[0-9a-f]{32}' },
      },
      answer: { status: 200, shape: 'change-sheet-list', description: `每页至多 ${SHEETS_PAGE} 份` },
    },
    async ({ act, query }): Promise<ChangeSheetList> => {
      demandMay(act.by, 'change.view');
      const state = query['state'] as SheetState | undefined; // by the pattern above
      const sheets = await newestSheets(world.db, {
        ...(state === undefined ? {} : { state }),
        before: query['before'],
        limit: SHEETS_PAGE,
      });
      const next = sheets.length === SHEETS_PAGE ? (sheets.at(-1)?.id ?? null) : null;
      return { items: await sheetViews(world, sheets), next };
    },
  );
  api.add(
    {
      method: 'get',
      path: `${PATH}/:id`,
      tag: TAG,
      summary: '一份批量变更及其进度',
      answer: { status: 200, shape: 'change-sheet-view', description: '要办什么，办了多少' },
    },
    async ({ act, params }) => viewOf(world, await sheetFor(world, act, params['id'])),
  );
}

function resultRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: `${PATH}/:id/rows`,
      tag: TAG,
      summary: '一份批量变更的各行',
      description: '姓名部分遮盖；每次查看记入审计。',
      query: {
        state: { description: `各行状态：${ROW_STATES.join('、')}`, pattern: ROW_STATES.join('|') },
        after: { description: '上一页的 next', pattern: '\\d{1,9}' },
      },
      answer: { status: 200, shape: 'change-sheet-rows', description: `每页至多 ${PAGE} 行` },
    },
    async ({ act, params, query }): Promise<ChangeSheetRows> => {
      const { id } = await sheetFor(world, act, params['id']);
      const state = query['state'] as RowState | undefined; // by the pattern above
      const after = Number(query['after'] ?? -1);
      const rows = await rowsOfSheet(world.db, { id, state, after, limit: PAGE });
      await recordLook(world, act, [
        { action: 'change-sheet.viewed', subject: id, detail: { rows: rows.length } },
      ]);
      const next = rows.length === PAGE ? (rows.at(-1)?.line ?? null) : null;
      return { items: await rowViews(world, rows), next };
    },
  );
  api.add(
    {
      method: 'get',
      path: `${PATH}/:id/results`,
      tag: TAG,
      summary: '下载各行的结果',
      description: '全部各行，没有持证人的资料；下载记入审计。',
      answer: { status: 200, mediaType: 'text/csv; charset=utf-8', description: 'CSV，UTF-8' },
    },
    async ({ ctx, act, params }) => {
      const sheet = await sheetFor(world, act, params['id']);
      const rows = await rowsOfSheet(world.db, { id: sheet.id, limit: sheet.rows });
      await recordLook(world, act, [{ action: 'change-sheet.downloaded', subject: sheet.id }]);
      const name = `批量变更结果-${dateAt(sheet.proposedAt)}-${sheet.id.slice(-6)}.csv`;
      answerFile(ctx, { name, mediaType: FORMATS.csv });
      return Buffer.from(resultsCsv(rows));
    },
  );
}

async function readSent(
  ctx: Parameters<typeof readUpload>[0],
  act: PersonalAct,
): Promise<SentSheet & { readonly fileName: string; readonly digest: string | undefined }> {
  demandMay(act.by, 'change.propose');
  const { file, fields } = await readUpload(ctx, LIMITS);
  const whole = wholeSheet(fields);
  return {
    read: await readRoster(file.bytes, file.name, CHANGE_SHEET),
    ...{ whole, fileName: file.name, digest: fields['digest'] },
  };
}

/** @throws Forbidden; DomainError NOT_FOUND */
async function sheetFor(world: World, act: PersonalAct, id = ''): Promise<ChangeSheet> {
  demandMay(act.by, 'change.view');
  const sheet = await findSheet(world.db, id);
  if (!sheet) throw new DomainError('NOT_FOUND', '没有这份批量变更，请核对后再试。');
  return sheet;
}

async function viewOf(world: World, sheet: ChangeSheet): Promise<ChangeSheetView | undefined> {
  return (await sheetViews(world, [sheet]))[0];
}
