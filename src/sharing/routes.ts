/** Share codes: made, seen and ended by the holder, opened by whoever was given one. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { networkOf } from '../accounts/sign-in/limit.ts';
import { ID_PATTERN } from '../http/operation.ts';
import { isShareCodeNew, isShareCodeOpen } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { makeShareCode } from './make-share-code.ts';
import { openShareCode } from './open-share-code.ts';
import { endShareCode, ownShareCodes } from './own-share-codes.ts';
import { SHARE_RULES, type ShareRules } from './share-code.ts';
import { madeView, openedView, ownListView } from './views.ts';

const TAG = '分享码';
const DEFAULT_LIMIT = '50';

/** @param rules quicker ones for tests */
export function sharingRoutes(world: World, api: ServiceApi, rules: ShareRules = SHARE_RULES): void {
  ownRoutes(world, api);
  api.open(
    {
      method: 'post',
      path: '/api/share-codes/open',
      tag: TAG,
      summary: '凭分享码查看证书',
      description:
        '任何人。显示证书最新版本的内容和此刻的状态；持证人可以看到何时被查看。分享码不对、过期、停用或暂不可查看，答复和用时都相同。',
      body: { name: 'share-code-open', is: isShareCodeOpen },
      answer: { status: 200, shape: 'share-code-result', description: '证书最新版本的内容与状态' },
    },
    async ({ ctx, act, body: { code } }) => {
      const shown = { code, address: networkOf(ctx.ip) };
      return openedView(await openShareCode(world, act, { shown, rules }));
    },
  );
}

function ownRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/me/share-codes',
      tag: TAG,
      summary: '生成分享码',
      description: '持证人本人，限已可领取的证书；码只显示这一次。同时有效的最多 20 个。',
      body: { name: 'share-code-new', is: isShareCodeNew },
      answer: { status: 201, shape: 'share-code-made', description: '分享码和链接' },
    },
    async ({ act, body }) => madeView(await makeShareCode(world, act, body), world.config.origin),
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/share-codes',
      tag: TAG,
      summary: '本人的分享码',
      description:
        '自新到旧，含已停用和过期的（半年后删除），各被查看几次、最近何时；下一页以 next 作 before。',
      query: {
        before: { description: '上一页答复中的 next', pattern: ID_PATTERN },
        limit: { description: '每页 1 至 100 项，默认 50', pattern: '[1-9][0-9]?|100' },
      },
      answer: { status: 200, shape: 'share-code-list', description: '一页分享码' },
    },
    async ({ act, query: { before, limit = DEFAULT_LIMIT } }) => {
      const page = { before, limit: Number(limit) };
      return ownListView(await ownShareCodes(world, act, page), { limit: page.limit, at: act.at });
    },
  );
  api.add(
    {
      method: 'delete',
      path: '/api/me/share-codes/:id',
      tag: TAG,
      summary: '停用分享码',
      description: '持证人本人；已停用的再停用一次也算成功。',
      answer: { status: 204, description: '已停用' },
    },
    async ({ act, params: { id = '' } }) => endShareCode(world, act, id),
  );
}
