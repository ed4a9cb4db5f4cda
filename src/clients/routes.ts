/** API clients of registration bodies, entered and ended by the bureau's administrators (R35). */
import { PAGE_RULES, pageIn } from '../accounts/page.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import { createIdOf } from '../accounts/signed-in.ts';
import { isClientKey, isNewClient } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { addClient, endClient, replaceClientKey } from './change-clients.ts';
import { viewClient, viewClients, viewOf } from './view-clients.ts';

const TAG = '注册管理机构接入';

export function clientRoutes(world: World, api: ServiceApi): void {
  viewRoutes(world, api);
  changeRoutes(world, api);
}

function viewRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/clients',
      tag: TAG,
      summary: '接入方一览',
      description: '市局管理员、审计员。停用的也在内。',
      query: PAGE_RULES,
      answer: { status: 200, shape: 'client-list', description: '接入方一页' },
    },
    async ({ act, query }) => viewClients(world, act, pageIn(query)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/clients/:id',
      tag: TAG,
      summary: '查看一个接入方',
      description: '市局管理员、审计员。',
      answer: { status: 200, shape: 'client-view', description: '该接入方' },
    },
    async ({ act, params: { id = '' } }) => viewClient(world, act, id),
  );
}

function changeRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/clients',
      tag: TAG,
      summary: '登记接入方',
      description: '市局管理员。机构须有 registration-body 身份；只登记公钥，私钥由接入方自己保管。',
      body: { name: 'new-client', is: isNewClient },
      answer: { status: 201, shape: 'client-view', description: '已登记的接入方，id 即签名参数 keyid' },
    },
    async ({ ctx, act, body }) =>
      viewOf(world, await addClient(world, act, { ...body, id: createIdOf(ctx, act, world) })),
  );
  api.add(
    {
      method: 'post',
      path: '/api/clients/:id/key',
      tag: TAG,
      summary: '换用接入方的公钥',
      description: '市局管理员。旧钥立即作废。',
      body: { name: 'client-key', is: isClientKey },
      answer: { status: 200, shape: 'client-view', description: '变更后的接入方' },
    },
    async ({ act, params: { id = '' }, body: { key } }) =>
      viewOf(world, await replaceClientKey(world, act, { id, key })),
  );
  api.add(
    {
      method: 'post',
      path: '/api/clients/:id/end',
      tag: TAG,
      summary: '停用接入方',
      description: '市局管理员。立即生效，不能恢复；再次停用结果相同。',
      answer: { status: 200, shape: 'client-view', description: '已停用的接入方' },
    },
    async ({ act, params: { id = '' } }) => viewOf(world, await endClient(world, act, id)),
  );
}
