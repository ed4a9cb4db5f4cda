/** Who did and saw what: the audit for the auditor, looks at oneself for the holder. */
import { demandMay } from '../accounts/role.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import type { AuditEntry } from '../audit/entry.ts';
import { searchEntries } from '../audit/store.ts';
import type { QueryRule } from '../http/operation.ts';
import type { AuditList, LookList } from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { looksAtOwn, type Look } from './looks.ts';

const TAG = '审计';
const DEFAULT_LIMIT = '50';
const LIMIT: QueryRule = { description: '每页 1 至 200 项，默认 50', pattern: '[1-9][0-9]?|1[0-9]{2}|200' };
const PLACE = '[1-9][0-9]{0,14}';
const WORD = '[!-~]{1,120}';

export function inspectionRoutes(world: World, api: ServiceApi): void {
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
      },
      answer: { status: 200, shape: 'audit-list', description: '一页审计记录' },
    },
    async ({ act, query }) => {
      demandMay(act.by, 'audit.view');
      const { after, limit = DEFAULT_LIMIT, order, subject, actor } = query;
      const wanted = { subject, actor, order: order === 'desc' ? ('desc' as const) : ('asc' as const) };
      const page = { after: toPlace(after), limit: Number(limit) };
      return auditView(await searchEntries(world.db, { ...wanted, ...page }), page.limit);
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

function toPlace(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function auditView(entries: readonly AuditEntry[], limit: number): AuditList {
  return {
    entries: entries.map(({ seq, at, actor, requestId, action, subject, detail, previousHash, hash }) => ({
      seq,
      at: isoAt(at),
      actor,
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
