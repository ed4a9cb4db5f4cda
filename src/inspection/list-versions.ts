/**
 * Past versions of the status lists, as they were signed: the auditor can hold any of them against the changes, and against what somebody
 * says to have seen. They are public facts of their day; only who collects them is not everybody's business.
 */
import { demandMay } from '../accounts/role.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import { PURPOSES, type Purpose } from '../revocation/status-list.ts';
import { versionsAfter, type PublishedList } from '../revocation/store.ts';
import { DomainError } from '../shared/errors.ts';
import type { StatusListVersionList } from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import type { World } from '../world.ts';

const TAG = '状态列表与密钥';
const WHO = '市局管理员、复核岗、撤销岗、审计员。';
const PAGE = 100;

export function listVersionRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/status-lists/:name/versions',
      tag: TAG,
      summary: '一张状态列表公布过的版本',
      description: `${WHO}列表名如 revocation-1；每页 ${PAGE} 项，自旧到新，下一页以 next 作 after。`,
      query: { after: { description: '上一页答复中的 next', pattern: '[1-9][0-9]{0,8}' } },
      answer: { status: 200, shape: 'status-list-version-list', description: '一页版本' },
    },
    async ({ act, params, query }) => {
      demandMay(act.by, 'trust.view');
      const wanted = { ...named(params['name'] ?? ''), after: Number(query['after'] ?? 0), limit: PAGE };
      return pageView(await versionsAfter(world.db, wanted));
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/status-lists/:name/versions/:version',
      tag: TAG,
      summary: '状态列表的一个旧版本，原文',
      description: `${WHO}当时签发的凭证（JWS），可独立验签。`,
      answer: { status: 200, mediaType: 'application/vc+jwt', description: '该版状态列表' },
    },
    async ({ act, params }) => {
      demandMay(act.by, 'trust.view');
      const version = /^[1-9]\d{0,8}$/.test(params['version'] ?? '') ? Number(params['version']) : 0;
      const wanted = { ...named(params['name'] ?? ''), after: version - 1, limit: 1 };
      const [found] = await versionsAfter(world.db, wanted);
      if (found?.version !== version) throw unknownList();
      return Buffer.from(found.jwt);
    },
  );
}

/** @throws DomainError NOT_FOUND for what is no name of a list */
function named(name: string): { purpose: Purpose; list: number } {
  const [, word, number] = /^([a-z]+)-([1-9]\d{0,3})$/.exec(name) ?? [];
  const purpose = PURPOSES.find(each => each === word);
  if (!purpose) throw unknownList();
  return { purpose, list: Number(number) };
}

function unknownList(): DomainError {
  return new DomainError('NOT_FOUND', '没有这个状态列表或版本，请核对列表名（如 revocation-1）和版本号。');
}

function pageView(page: readonly PublishedList[]): StatusListVersionList {
  return {
    items: page.map(({ version, publishedAt, contentHash }) => ({
      version,
      publishedAt: isoAt(publishedAt),
      contentHash,
    })),
    next: page.length < PAGE ? null : (page.at(-1)?.version ?? null),
  };
}
