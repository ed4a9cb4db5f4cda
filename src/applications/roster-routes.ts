/** Rosters over HTTP: a committee's filed results (R9), an exam body's passes (R12), and the template to fill in. */
import { demandMay } from '../accounts/role.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import { readUpload } from '../http/upload.ts';
import type { RosterExamTaken, RosterTaken } from '../shared/shapes/shapes.ts';
import { dateAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { EXAM_ROSTER } from './roster/columns.ts';
import { MAX_ROSTER_BYTES, readRoster } from './roster/read-roster.ts';
import { rosterTemplate } from './roster/write-roster.ts';
import { takeInExamRoster, type TakenPasses } from './take-in-passes.ts';
import type { TakenRoster } from './take-in-roster.ts';
import { uploadRoster } from './upload-roster.ts';

const TAG = '名册';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const FILE = {
  mediaType: 'multipart/form-data',
  description:
    'file：.xlsx、.csv 或 .json 名册，不超过 20 MB；organisation：单位编号，账号只代表一个单位时不必写',
};
const LIMITS = { maxBytes: MAX_ROSTER_BYTES, maxFields: 1 };

export function rosterRoutes(world: World, api: ServiceApi): void {
  committeeRosterRoutes(world, api);
  api.add(
    {
      method: 'post',
      path: '/api/exam-rosters',
      tag: TAG,
      summary: '上传考试通过名单',
      description: `考试机构。表头：${EXAM_ROSTER.all.join('、')}（管理号、姓名拼音可不设）。整份受理或整份退回；已有的不重复。`,
      upload: FILE,
      answer: { status: 201, shape: 'roster-exam-taken', description: '受理结果' },
    },
    async ({ ctx, act }) => {
      demandMay(act.by, 'exam-roster.upload');
      const { file, fields } = await readUpload(ctx, LIMITS);
      const read = await readRoster(file.bytes, file.name, EXAM_ROSTER);
      return passesView(await takeInExamRoster(world, act, { read, examBodyId: fields['organisation'] }));
    },
  );
}

function committeeRosterRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/rosters',
      tag: TAG,
      summary: '上传评审结果名册',
      description:
        '组建单位，在核准备案后五个工作日内；逾期照常受理并记录。整份受理或整份退回，逐格说明错误；同一名册重复上传只算一次。',
      upload: FILE,
      answer: { status: 201, shape: 'roster-taken', description: '受理结果' },
    },
    async ({ ctx, act }) => {
      demandMay(act.by, 'roster.upload');
      const { file, fields } = await readUpload(ctx, LIMITS);
      const read = await readRoster(file.bytes, file.name);
      return takenView(await uploadRoster(world, act, { read, organiserId: fields['organisation'] }));
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/rosters/template',
      tag: TAG,
      summary: '下载空白名册',
      description: '组建单位。',
      answer: { status: 200, mediaType: XLSX, description: '.xlsx 表格，第二张为填写说明' },
    },
    async ({ act }) => {
      demandMay(act.by, 'roster.upload');
      return rosterTemplate('xlsx', dateAt(act.at));
    },
  );
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
