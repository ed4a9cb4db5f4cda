/** Decisions, bulk decisions, uploads to the bureau. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { STATE_NAMES } from '../applications/application.ts';
import { summaryView } from '../applications/view.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import { findLevel, TITLE_SERIES } from '../certificate/titles.ts';
import { isoAt } from '../shared/time.ts';
import {
  isDecisionBulk,
  isDecisionRequest,
  isReviewSheetRequest,
  isUploadRequest,
  type DecisionAnswer,
  type DecisionList,
  type DecisionResults,
  type MendedField,
  type ReviewItem,
  type ReviewSheet,
} from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { decide, decideMany, type Done, type ItemResult } from './decide.ts';
import { DECISION_NAMES, type Decision } from './decision.ts';
import { listDecisions, type NamedDecision } from './list-decisions.ts';
import { reviewSheet, type SheetItem } from './review-sheet.ts';
import type { ChangedField, SeenField } from './seen.ts';
import { uploadMany } from './upload.ts';

const TAG = '审核';
const REVIEWERS =
  '用人单位、主管部门（含档案存放机构）、考试机构、市局经办人和复核人，各在自己的一级；不得办理本人的申请，一人在一轮中只办理一级。';

export function reviewRoutes(world: World, api: ServiceApi): void {
  sheetRoute(world, api);
  decisionRoutes(world, api);
  bulkRoutes(world, api);
}

function sheetRoute(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/review-sheet',
      tag: TAG,
      summary: '取审核单：可以怎样办理、有什么变化',
      description:
        '能看到申请的工作人员，一次最多 200 份。逐份答复现在可以作出的决定、本级上次办理后变化的各项和提示；什么也不改变，每份查看记入审计。',
      body: { name: 'review-sheet-request', is: isReviewSheetRequest, limit: '16kb' },
      answer: { status: 200, shape: 'review-sheet', description: '逐份的审核单' },
    },
    async ({ act, body }): Promise<ReviewSheet> => {
      const items = await reviewSheet(world, act, body.ids);
      return { items: items.map(toItem) };
    },
  );
}

function decisionRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/applications/:id/decisions',
      tag: TAG,
      summary: '办理一份申请',
      description: `${REVIEWERS}version 是所见的版本；申请已变化时答复 409 STALE。`,
      body: { name: 'decision-request', is: isDecisionRequest },
      answer: { status: 200, shape: 'decision-answer', description: '办理后的状态' },
    },
    async ({ act, params, body }) => {
      const done = await decide(world, act, { ...body, id: params['id'] ?? '' });
      return answerFor(done);
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/applications/:id/decisions',
      tag: TAG,
      summary: '查看一份申请的办理记录',
      description: '能看到这份申请的人；由早到晚。',
      answer: { status: 200, shape: 'decision-list', description: '办理记录' },
    },
    async ({ act, params }): Promise<DecisionList> => {
      const decisions = await listDecisions(world, act, params['id'] ?? '');
      return { decisions: decisions.map(toView) };
    },
  );
}

function bulkRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/decisions',
      tag: TAG,
      summary: '成批办理申请',
      description: `${REVIEWERS}一次最多 500 份，逐份答复，顺序与所送一致；一份不成不影响其余。`,
      body: { name: 'decision-bulk', is: isDecisionBulk, limit: '64kb' },
      answer: { status: 200, shape: 'decision-results', description: '逐份结果' },
    },
    async ({ act, body }): Promise<DecisionResults> => {
      const results = await decideMany(world, act, body);
      return { results: results.map(toResult) };
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/uploads',
      tag: TAG,
      summary: '汇总上传市局',
      description:
        '主管部门（路径二、四）、考试机构（路径三）上传已通过的申请；路径二在当月截止日（含）以前上传的进入当月批次，其后进入次月批次。',
      body: { name: 'upload-request', is: isUploadRequest, limit: '64kb' },
      answer: { status: 200, shape: 'decision-results', description: '逐份结果' },
    },
    async ({ act, body }): Promise<DecisionResults> => {
      const results = await uploadMany(world, act, body);
      return { results: results.map(toResult) };
    },
  );
}

function answerFor({ id, state, version }: Done): DecisionAnswer {
  return { id, state, stateName: STATE_NAMES[state], version };
}

function toResult(result: ItemResult): DecisionResults['results'][number] {
  if (result.ok) return { ok: true, ...answerFor(result) };
  const { id, code, detail } = result;
  return { id, ok: false, code, detail };
}

function toItem({ application, expected, may, refusal, warnings, changed, since }: SheetItem): ReviewItem {
  return {
    application: summaryView(application, { stateName: STATE_NAMES[application.state], expected }),
    may: [...may],
    refusal: refusal ? { code: refusal.code, detail: refusal.detail } : null,
    warnings: warnings.map(({ code, detail }) => ({ code, detail })),
    changed: changed.map(mendedView),
    since: since ? sinceView(since) : null,
  };
}

function sinceView({ level, decision, round, at }: Decision): NonNullable<ReviewItem['since']> {
  return { level, decision, decisionName: DECISION_NAMES[decision], round, at: isoAt(at) };
}

/** Codes as words: what people read. */
function mendedView({ field, before, after }: ChangedField): MendedField {
  return { field, before: wordFor(field, before), after: wordFor(field, after) };
}

function wordFor(field: SeenField, value: string | null): string | null {
  if (value === null) return null;
  if (field === 'level') {
    const level = findLevel(value);
    return level === undefined ? value : LEVEL_NAMES[level];
  }
  return field === 'seriesCode' ? (TITLE_SERIES.find(({ code }) => code === value)?.name ?? value) : value;
}

function toView(decision: NamedDecision): DecisionList['decisions'][number] {
  const { level, round, version, by, capacity, organisation, opinion, seenDigest } = decision;
  return {
    level,
    round,
    version,
    decision: decision.decision,
    decisionName: DECISION_NAMES[decision.decision],
    by,
    capacity,
    organisation,
    at: isoAt(decision.at),
    opinion,
    digest: seenDigest,
    mended: decision.mended.map(mendedView),
  };
}
