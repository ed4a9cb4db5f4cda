/**
 * Rosters over HTTP: a committee's filed results (R9), an exam body's passes (R12). Both kinds are checked, mended, taken in, listed and
 * begun from a template in the same ways.
 */
import { demandGrant, demandMay, type Action, type PersonalAct } from '../accounts/role.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import { answerFile } from '../http/download.ts';
import { readUpload } from '../http/upload.ts';
import { DomainError } from '../shared/errors.ts';
import { parseStrictJson } from '../shared/strict-json.ts';
import {
  isRosterCorrections,
  type RosterCorrections,
  type RosterExamTaken,
  type RosterList,
  type RosterTaken,
} from '../shared/shapes/shapes.ts';
import { dateAt, isoAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { checkedView, faultsOf, type Prospect } from './check-upload.ts';
import { COMMITTEE_ROSTER, EXAM_ROSTER, type HeadList } from './roster/columns.ts';
import { correctedRoster } from './roster/correct-roster.ts';
import { MAX_ROSTER_BYTES, readRoster } from './roster/read-roster.ts';
import type { ReadRoster, RosterFormat } from './roster/roster.ts';
import { rostersFrom } from './roster/store.ts';
import { rosterTemplate, rosterWithErrors } from './roster/write-roster.ts';
import { checkExamRoster, takeInExamRoster, type TakenPasses } from './take-in-passes.ts';
import type { TakenRoster } from './take-in-roster.ts';
import { checkUpload, uploadRoster } from './upload-roster.ts';

const TAG = '名册';
const FORMATS: Readonly<Record<RosterFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
};
const FILE = {
  mediaType: 'multipart/form-data',
  description:
    'file：.xlsx、.csv 或 .json 名册，不超过 20 MB；organisation：单位编号，账号只代表一个单位时不必写；' +
    'corrections：对文件中几格的改正，JSON，见 roster-corrections.json，没有的不必写',
};
const LIMITS = { maxBytes: MAX_ROSTER_BYTES, maxFields: 2, fieldBytes: 512 * 1024 };
const MAX_LISTED = 20;

/** One of the two kinds of roster: who sends it where, and what becomes of it. */
interface Kind {
  readonly path: string;
  readonly action: Action;
  readonly heads: HeadList;
  readonly sender: string;
  readonly template: string;
  readonly check: (world: World, act: PersonalAct, sent: Sent) => Promise<Prospect>;
}

interface Sent {
  readonly read: ReadRoster;
  readonly name: string;
  readonly organisationId: string | undefined;
}

const RESULTS: Kind = {
  path: '/api/rosters',
  action: 'roster.upload',
  heads: COMMITTEE_ROSTER,
  sender: '组建单位。',
  template: '评审结果名册',
  check: async (world, act, { read, organisationId: organiserId }) => {
    const checked = await checkUpload(world, act, { read, organiserId });
    return { ...checked, known: checked.rows.length - checked.fresh };
  },
};
const PASSES: Kind = {
  path: '/api/exam-rosters',
  action: 'exam-roster.upload',
  heads: EXAM_ROSTER,
  sender: '考试机构。',
  template: '考试通过名单',
  check: async (world, act, { read, organisationId: examBodyId }) =>
    checkExamRoster(world, act, { read, examBodyId }),
};

export function rosterRoutes(world: World, api: ServiceApi): void {
  takingRoutes(world, api);
  for (const kind of [RESULTS, PASSES]) {
    checkingRoutes(world, api, kind);
    readingRoutes(world, api, kind);
  }
}

function takingRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: RESULTS.path,
      tag: TAG,
      summary: '上传评审结果名册',
      description:
        '组建单位，在核准备案后五个工作日内；逾期照常受理并记录。整份受理或整份退回，逐格说明错误；同一名册重复上传只算一次。',
      upload: FILE,
      answer: { status: 201, shape: 'roster-taken', description: '受理结果' },
    },
    async ({ ctx, act }) => {
      const { read, organisationId: organiserId } = await readSent(ctx, act, RESULTS);
      return takenView(await uploadRoster(world, act, { read, organiserId }));
    },
  );
  api.add(
    {
      method: 'post',
      path: PASSES.path,
      tag: TAG,
      summary: '上传考试通过名单',
      description: `考试机构。表头：${EXAM_ROSTER.all.join('、')}（管理号、姓名拼音可不设）。整份受理或整份退回；已有的不重复。`,
      upload: FILE,
      answer: { status: 201, shape: 'roster-exam-taken', description: '受理结果' },
    },
    async ({ ctx, act }) => {
      const { read, organisationId: examBodyId } = await readSent(ctx, act, PASSES);
      return passesView(await takeInExamRoster(world, act, { read, examBodyId }));
    },
  );
}

function checkingRoutes(world: World, api: ServiceApi, kind: Kind): void {
  api.add(
    {
      method: 'post',
      path: `${kind.path}/check`,
      tag: TAG,
      summary: `核对${kind.template}`,
      description: `${kind.sender}什么也不受理：给出有错误的行和每格的错误，或上传后将有的结果。核对记入审计。`,
      upload: FILE,
      answer: { status: 200, shape: 'roster-checked', description: '核对结果' },
    },
    async ({ ctx, act }) => {
      const sent = await readSent(ctx, act, kind);
      const judge = async (): Promise<Prospect> => kind.check(world, act, sent);
      return checkedView(world, act, { read: sent.read, judge });
    },
  );
  api.add(
    {
      method: 'post',
      path: `${kind.path}/annotated`,
      tag: TAG,
      summary: `下载标明错误的${kind.template}`,
      description: `${kind.sender}与所传文件同格式、含所作改正，末列为错误说明；.xlsx 中出错的格标红。什么也不受理。`,
      upload: FILE,
      answer: { status: 200, mediaType: '*/*', description: '名册文件' },
    },
    async ({ ctx, act }) => {
      const sent = await readSent(ctx, act, kind);
      const faults = await faultsOf(async () => kind.check(world, act, sent));
      const { format } = sent.read;
      const stem = sent.name.replace(/\.[A-Za-z0-9]{1,8}$/, '').replace(/\.(错误|改正)$/, '');
      const name = `${stem}.${faults.length > 0 ? '错误' : '改正'}.${format}`;
      answerFile(ctx, { name, mediaType: FORMATS[format] });
      return Buffer.from(await rosterWithErrors(sent.read, faults));
    },
  );
}

function readingRoutes(world: World, api: ServiceApi, kind: Kind): void {
  api.add(
    {
      method: 'get',
      path: kind.path,
      tag: TAG,
      summary: `最近受理的${kind.template}`,
      description: `${kind.sender}最近 ${MAX_LISTED} 份，只有份数与行数；上传中断时由此可知是否已受理。`,
      query: { organisation: { description: '单位编号，只代表一个单位时不必写', pattern: '[0-9a-f]{32}' } },
      answer: { status: 200, shape: 'roster-list', description: '最近受理的名册' },
    },
    async ({ act, query }) => {
      const { organisationId } = demandGrant(act.by, kind.action, query['organisation']);
      return listView(await rostersFrom(world.db, { organisationId, limit: MAX_LISTED }));
    },
  );
  api.add(
    {
      method: 'get',
      path: `${kind.path}/template`,
      tag: TAG,
      summary: `下载空白的${kind.template}`,
      description: kind.sender,
      query: { format: { description: 'xlsx、csv 或 json，默认 xlsx', pattern: 'xlsx|csv|json' } },
      answer: { status: 200, mediaType: '*/*', description: '空白名册；.xlsx 的第二张表为填写说明' },
    },
    async ({ ctx, act, query }) => {
      demandMay(act.by, kind.action);
      const format = query['format'] === 'csv' || query['format'] === 'json' ? query['format'] : 'xlsx';
      answerFile(ctx, { name: `${kind.template}模板.${format}`, mediaType: FORMATS[format] });
      return Buffer.from(await rosterTemplate(format, dateAt(act.at), kind.heads));
    },
  );
}

async function readSent(ctx: Parameters<typeof readUpload>[0], act: PersonalAct, kind: Kind): Promise<Sent> {
  demandMay(act.by, kind.action);
  const { file, fields } = await readUpload(ctx, LIMITS);
  const read = await readRoster(file.bytes, file.name, kind.heads);
  const corrections = correctionsIn(fields['corrections']);
  return {
    read: corrections ? correctedRoster(read, corrections, kind.heads) : read,
    name: file.name,
    organisationId: fields['organisation'],
  };
}

function correctionsIn(text: string | undefined): RosterCorrections | undefined {
  if (text === undefined) return undefined;
  const corrections = parseStrictJson(text);
  if (isRosterCorrections(corrections)) return corrections;
  throw new DomainError('BODY_INVALID', '改正内容不合格式，请对照接口说明修改。');
}

function takenView(taken: TakenRoster & { readonly batchMonth: Month }): RosterTaken {
  const { rosterId, batchMonth, known, late } = taken;
  const warnings = taken.warnings.map(({ line, column, code, detail }) => ({ line, column, code, detail }));
  return {
    ...{ rosterId, batchMonth, known, late, warnings },
    taken: taken.taken,
    applicationIds: [...taken.applicationIds],
  };
}

function passesView({ rosterId, taken, known, applicationIds }: TakenPasses): RosterExamTaken {
  return { rosterId, taken, known, applicationIds: [...applicationIds] };
}

function listView(rosters: Awaited<ReturnType<typeof rostersFrom>>): RosterList {
  return {
    rosters: rosters.map(({ id, takenAt, month, rowsTaken, rowsKnown, rowsLate }) => ({
      ...{ id, month },
      takenAt: isoAt(takenAt),
      taken: rowsTaken,
      known: rowsKnown,
      late: rowsLate,
    })),
  };
}
