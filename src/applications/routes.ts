/** Applications: drafts, submission, confirmation, withdrawal, lists. Rosters are in roster-routes.ts. */
import { createIdOf } from '../accounts/signed-in.ts';
import type { PersonalAct } from '../accounts/role.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import type { Operation } from '../http/operation.ts';
import { DomainError } from '../shared/errors.ts';
import {
  isApplicationDecline,
  isApplicationNew,
  isApplicationSearch,
  isApplicationStep,
  isApplicationWithdrawal,
  isApplicationWrite,
  isPrintedNameRequest,
  type ApplicationStep,
} from '../shared/shapes/shapes.ts';
import { isMonth } from '../shared/time.ts';
import type { World } from '../world.ts';
import { APPLICATION_STATES, type Application, type ApplicationState } from './application.ts';
import type { Seen } from './change.ts';
import { confirmApplication, declineApplication } from './confirm-application.ts';
import { contentFrom } from './content.ts';
import { applyForPass } from './exam-pass.ts';
import { countsFor, listFor, type Listing } from './list-applications.ts';
import { printedNameFor } from './printed-name.ts';
import { rosterRoutes } from './roster-routes.ts';
import { startDraft } from './start-draft.ts';
import { SORTS } from './store.ts';
import { submitApplication } from './submit-application.ts';
import { submittingUnitFor } from './submitting-unit.ts';
import { viewApplication, viewFor } from './view-application.ts';
import { withdrawApplication } from './withdraw-application.ts';
import { writeContent } from './write-content.ts';

const TAG = '申请';
const ID = '[0-9a-f]{32}';
const MAX_PAGE = 200;
const VIEW = { status: 200, shape: 'application-view', description: '办理后的申请' } as const;
const CONTENT_LIMIT = '16kb';

export function applicationRoutes(world: World, api: ServiceApi): void {
  listRoutes(world, api);
  writingRoutes(world, api);
  adviceRoutes(world, api);
  stepRoutes(world, api);
  rosterRoutes(world, api);
}

const GRANT = { description: '以哪一项权限查看；不写为账号的第一项', pattern: ID } as const;
const MONTH = { description: '批次月份，如 2021-07', pattern: '\\d{4}-\\d{2}' } as const;
const YES_NO = 'true|false';
const SCOPE = '本人看到自己的；经办人看到本单位以该权限经办的；市局看到已到市局的。查看记入审计。';

const NARROWING = {
  grant: GRANT,
  month: MONTH,
  late: { description: '是否逾期上传', pattern: YES_NO },
  awaitingUpload: { description: '是否待汇总上传', pattern: YES_NO },
  mine: { description: 'true 只列轮到我办理的', pattern: YES_NO },
  rejectProposed: { description: '经办人是否拟不予通过；仅市局', pattern: YES_NO },
} as const;
const LIST_QUERY = {
  ...NARROWING,
  state: { description: '状态，多个用逗号隔开', pattern: '[A-Z_]{1,30}(,[A-Z_]{1,30}){0,11}' },
  name: { description: '姓名全名', pattern: '.{1,60}' },
  sort: { description: 'changedAt 或 -changedAt（最近变化的在前）', pattern: SORTS.join('|') },
  limit: { description: `每页件数，1 至 ${MAX_PAGE}`, pattern: '[1-9][0-9]?|1[0-9]{2}|200' },
  after: { description: '上一页给出的 next', pattern: `[0-9]{1,12}-${ID}` },
} as const;

function listRoutes(world: World, api: ServiceApi): void {
  const list = { status: 200, shape: 'application-list', description: '一页申请' } as const;
  api.add(
    {
      method: 'get',
      path: '/api/applications',
      tag: TAG,
      summary: '列出申请',
      description: SCOPE,
      query: LIST_QUERY,
      answer: list,
    },
    async ({ act, query }) => listFor(world, act, listingOf(query)),
  );
  api.add(
    {
      method: 'post',
      path: '/api/applications/search',
      tag: TAG,
      summary: '按证件号码查找申请',
      description: `${SCOPE}号码写在请求内容里，不进网址。`,
      body: { name: 'application-search', is: isApplicationSearch },
      answer: list,
    },
    async ({ act, body }) =>
      listFor(world, act, { idNumber: body.idNumber, grantId: body.grant, limit: MAX_PAGE }),
  );
  api.add(
    {
      method: 'get',
      path: '/api/applications/counts',
      tag: TAG,
      summary: '各状态的件数',
      description: SCOPE,
      query: NARROWING,
      answer: { status: 200, shape: 'application-counts', description: '各状态的件数' },
    },
    async ({ act, query }) => countsFor(world, act, listingOf(query)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/applications/:id',
      tag: TAG,
      summary: '查看一份申请',
      description: '他人或其他单位的申请与不存在的一样答 404。经办人每次查看都记入审计。',
      answer: { ...VIEW, description: '这份申请' },
    },
    async ({ act, params }) => viewApplication(world, act, params['id'] ?? ''),
  );
}

function writingRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/applications',
      tag: TAG,
      summary: '新建草稿',
      description: '本人（自主聘任、委托评审），或用人单位代本单位人员（自主聘任）。未提交的草稿最多 20 份。',
      body: { name: 'application-new', is: isApplicationNew, limit: CONTENT_LIMIT },
      answer: { status: 201, shape: 'application-view', description: '新建的草稿' },
    },
    async ({ ctx, act, body }) => {
      const wanted = {
        id: createIdOf(ctx, act, world),
        route: body.route,
        content: contentFrom(body.content),
        employmentId: body.employment,
      };
      return viewFor(world, act, await startDraft(world, act, wanted));
    },
  );
  api.add(
    {
      method: 'put',
      path: '/api/applications/:id/content',
      tag: TAG,
      summary: '修改草稿或退回的申请',
      description: '轮到自己填写时。写入的内容整份替换原来的；提交时才逐项核对。',
      body: { name: 'application-write', is: isApplicationWrite, limit: CONTENT_LIMIT },
      answer: VIEW,
    },
    async ({ act, params, body }) => {
      const content = contentFrom(body.content);
      const wanted = { id: params['id'] ?? '', version: body.version, content };
      return viewFor(world, act, await writeContent(world, act, wanted));
    },
  );
}

function adviceRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/printed-name',
      tag: TAG,
      summary: '姓名在证书上的印法',
      description: '本人或用人单位，填写申请时。生僻字以拼音代替，读音须由填写的人确认；什么也不保存。',
      body: { name: 'printed-name-request', is: isPrintedNameRequest },
      answer: { status: 200, shape: 'printed-name', description: '印在证书上的姓名和其中的生僻字' },
    },
    // nothing is kept and nothing awaited
    ({ act, body }) => Promise.resolve(printedNameFor(world, act, body)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/submitting-unit',
      tag: TAG,
      summary: '申请由谁呈报',
      description: '登录即可。填写申请时查问：用人单位有业务主管部门的由它呈报，没有的须填档案存放机构。',
      query: {
        employer: { description: '用人单位的统一社会信用代码；没有单位的不填', pattern: '[0-9A-Za-z]{18}' },
      },
      answer: { status: 200, shape: 'submitting-unit', description: '由谁呈报，还须填什么' },
    },
    async ({ act, query }) => submittingUnitFor(world, act, query['employer'] ?? ''),
  );
}

function stepRoutes(world: World, api: ServiceApi): void {
  type Verb = (world: World, act: PersonalAct, seen: Seen) => Promise<Application>;
  const steps: readonly [name: string, summary: string, description: string, verb: Verb][] = [
    ['submit', '提交', '逐项核对后进入第一级审核；退回后再次提交须重新逐级审核。', submitApplication],
    ['apply', '申领已通过的考试资格', '考试通过的本人；成为草稿，已填好通过名单上的内容。', applyForPass],
    ['confirm', '确认单位代填的申请', '本人，在 10 天内；确认后由用人单位审核。', confirmApplication],
  ];
  for (const [name, summary, description, verb] of steps) {
    api.add(stepOperation({ name, summary, description }), async ({ act, params, body }) =>
      viewFor(world, act, await verb(world, act, { id: params['id'] ?? '', version: body.version })),
    );
  }
  api.add(
    {
      ...stepOperation({ name: 'decline', summary: '不确认单位代填的申请', description: '本人；须写理由。' }),
      body: { name: 'application-decline', is: isApplicationDecline },
    },
    async ({ act, params, body }) =>
      viewFor(world, act, await declineApplication(world, act, { id: params['id'] ?? '', ...body })),
  );
  api.add(
    {
      ...stepOperation({ name: 'withdraw', summary: '撤回申请', description: '本人，在上传市局之前。' }),
      body: { name: 'application-withdrawal', is: isApplicationWithdrawal },
    },
    async ({ act, params, body }) =>
      viewFor(world, act, await withdrawApplication(world, act, { id: params['id'] ?? '', ...body })),
  );
}

function stepOperation(step: {
  name: string;
  summary: string;
  description: string;
}): Operation<ApplicationStep> {
  const { name, summary, description } = step;
  return {
    method: 'post',
    path: `/api/applications/:id/${name}`,
    tag: TAG,
    summary,
    description: `${description}version 是所见的版本号，已变化时答 STALE。`,
    body: { name: 'application-step', is: isApplicationStep },
    answer: VIEW,
  };
}

function listingOf(query: Readonly<Record<string, string | undefined>>): Listing {
  const yes = (name: string): boolean | undefined =>
    query[name] === undefined ? undefined : query[name] === 'true';
  return {
    grantId: query['grant'],
    states: statesOf(query['state']),
    month: monthOf(query['month']),
    name: query['name'],
    late: yes('late'),
    awaitingUpload: yes('awaitingUpload'),
    mine: yes('mine'),
    rejectProposed: yes('rejectProposed'),
    sort: SORTS.find(sort => sort === query['sort']),
    limit: query['limit'] === undefined ? undefined : Number(query['limit']),
    after: cursorOf(query['after']),
  };
}

function statesOf(text: string | undefined): readonly ApplicationState[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').map(word => {
    const state = APPLICATION_STATES.find(each => each === word);
    if (state === undefined) throw queryInvalid('state', `没有“${word}”这个状态`);
    return state;
  });
}

function monthOf(text: string | undefined): string | undefined {
  if (text !== undefined && !isMonth(text)) throw queryInvalid('month', '没有这个月份');
  return text;
}

function cursorOf(text: string | undefined): Listing['after'] {
  if (text === undefined) return undefined;
  const [changedAt = '', id = ''] = text.split('-');
  return { changedAt: Number(changedAt), id };
}

function queryInvalid(name: string, why: string): DomainError {
  const detail = `查询条件 ${name} 有误：${why}，请改正。`;
  return new DomainError('QUERY_INVALID', detail, { pointer: `/query/${name}` });
}
