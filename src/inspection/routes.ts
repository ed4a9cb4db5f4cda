/** Who did and saw what: the audit for the auditor, looks at oneself for the holder; how chain, keys and status lists stand. */
import { loginsOf } from '../accounts/people/store.ts';
import { demandMay } from '../accounts/role.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import type { AuditEntry } from '../audit/entry.ts';
import { searchEntries } from '../audit/store.ts';
import type { QueryRule } from '../http/operation.ts';
import { DomainError } from '../shared/errors.ts';
import type { AuditList, LookList } from '../shared/shapes/shapes.ts';
import { addDays, isDate, isoAt, startOf, type Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { startChainCheck, viewChainState } from './chain-check.ts';
import { looksAtOwn, type Look } from './looks.ts';
import { viewTrustState } from './trust-state.ts';

const TAG = '审计';
const DEFAULT_LIMIT = '50';
const LIMIT: QueryRule = { description: '每页 1 至 200 项，默认 50', pattern: '[1-9][0-9]?|1[0-9]{2}|200' };
const PLACE = '[1-9][0-9]{0,14}';
const DAY = '\\d{4}-\\d{2}-\\d{2}';
const WORD = '[!-~]{1,120}';

export function inspectionRoutes(world: World, api: ServiceApi): void {
  auditRoutes(world, api);
  stateRoutes(world, api);
}

function auditRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/audit',
      tag: TAG,
      summary: '查阅审计记录',
      description:
        '审计员。按序号排列；下一页以 next 作 after。记录以哈希相连，核对方法见 zhicheng audit export 的文件首行。',
      query: {
        after: { description: '上一页答复中的 next', pattern: PLACE },
        limit: LIMIT,
        order: { description: 'asc 自旧到新（默认），desc 自新到旧', pattern: 'asc|desc' },
        subject: { description: '对象，如申请编号、证书编号、批次月份', pattern: WORD },
        actor: { description: '办理人，如账号编号', pattern: WORD },
        action: { description: '事项，如 account.added', pattern: WORD },
        from: { description: '自该日起，如 2021-07-01', pattern: DAY },
        to: { description: '至该日止，含当日', pattern: DAY },
      },
      answer: { status: 200, shape: 'audit-list', description: '一页审计记录' },
    },
    async ({ act, query }) => {
      demandMay(act.by, 'audit.view');
      const { after, limit = DEFAULT_LIMIT, order, subject, actor, action } = query;
      const wanted = {
        subject,
        actor,
        action,
        order: order === 'desc' ? ('desc' as const) : ('asc' as const),
      };
      const page = { after: toPlace(after), limit: Number(limit), ...daysIn(query) };
      const entries = await searchEntries(world.db, { ...wanted, ...page });
      const logins = await loginsOf(
        world.db,
        entries.map(each => each.actor),
      );
      return auditView(entries, logins, page.limit);
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/looks',
      tag: TAG,
      summary: '谁查看过我的资料',
      description: '持证人本人。自新到旧；下一页以 next 作 before。',
      query: { before: { description: '上一页答复中的 next', pattern: PLACE }, limit: LIMIT },
      answer: { status: 200, shape: 'look-list', description: '他人对本人申请资料的查看、下载和导出' },
    },
    async ({ act, query }) => {
      const page = { before: toPlace(query['before']), limit: Number(query['limit'] ?? DEFAULT_LIMIT) };
      return lookView(await looksAtOwn(world, act, page), page.limit);
    },
  );
}

function stateRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/audit/state',
      tag: TAG,
      summary: '审计链的现况',
      description: '审计员。条数、末条哈希、最近一次全链核对的结果和正在进行的核对。',
      answer: { status: 200, shape: 'audit-state', description: '现况' },
    },
    async ({ act }) => viewChainState(world, act),
  );
  api.add(
    {
      method: 'post',
      path: '/api/audit/checks',
      tag: TAG,
      summary: '核对整条审计链',
      description: '审计员。在后台进行，进度见 /api/audit/state；结果记入审计。进行中再次要求不另起一次。',
      answer: { status: 202, shape: 'audit-state', description: '已开始' },
    },
    async ({ act }) => startChainCheck(world, act),
  );
  api.add(
    {
      method: 'get',
      path: '/api/trust-state',
      tag: '状态列表与密钥',
      summary: '状态列表与密钥的现况',
      description: '市局管理员、复核岗、撤销岗、审计员。只有日期、数量和提醒，没有任何私钥内容。',
      answer: { status: 200, shape: 'trust-state', description: '现况' },
    },
    async ({ act }) => viewTrustState(world, act),
  );
}

function toPlace(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** The days named, from the first's beginning to the last's end. @throws DomainError QUERY_INVALID */
function daysIn({ from, to }: Readonly<Record<string, string | undefined>>): {
  from?: Instant;
  until?: Instant;
} {
  if ((from !== undefined && !isDate(from)) || (to !== undefined && !isDate(to)))
    throw new DomainError('QUERY_INVALID', '没有这一天，请写真实的日期，如 2021-07-09。');
  return {
    ...(from === undefined ? {} : { from: startOf(from) }),
    ...(to === undefined ? {} : { until: startOf(addDays(to, 1)) }),
  };
}

function auditView(
  entries: readonly AuditEntry[],
  logins: ReadonlyMap<string, string>,
  limit: number,
): AuditList {
  return {
    entries: entries.map(({ seq, at, actor, requestId, action, subject, detail, previousHash, hash }) => ({
      seq,
      at: isoAt(at),
      actor,
      ...(logins.has(actor) ? { actorLogin: logins.get(actor) ?? '' } : {}),
      requestId,
      action,
      subject,
      detail,
      previousHash,
      hash,
    })),
    next: nextOf(entries, limit),
  };
}

function lookView(looks: readonly Look[], limit: number): LookList {
  return {
    looks: looks.map(({ at, action, applicationId, by }) => ({
      at: isoAt(at),
      action,
      applicationId,
      by: by.map(({ capacity, organisation }) => ({ capacity, organisation })),
    })),
    next: nextOf(looks, limit),
  };
}

function nextOf(page: readonly { readonly seq: number }[], limit: number): number | null {
  return page.length < limit ? null : (page.at(-1)?.seq ?? null);
}
