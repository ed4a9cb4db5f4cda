/** What API clients are told of certificates, by themselves (R35): target, subscriptions, events; and for the bureau, how it goes. */
import { PAGE_RULES, pageIn } from '../accounts/page.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import type { ClientApi } from '../clients/signed-request.ts';
import { isEventReplay, isSubscriptionNew, isWebhookWanted } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import type { Resolve } from './delivery/resolve.ts';
import { DELIVERY_STATES } from './events/event.ts';
import { replayEvents } from './events/replay-events.ts';
import { eventsAfter } from './events/store.ts';
import { ownSubscriptions } from './subscriptions/own-subscriptions.ts';
import { subscribe, unsubscribe } from './subscriptions/subscribe.ts';
import { subscriptionsOf } from './subscriptions/store.ts';
import { removeTarget, rotateSecret, setTarget } from './target/set-target.ts';
import { deliveriesOf, ownCourse } from './view-deliveries.ts';
import * as views from './views.ts';

const TAG = '状态变更通知';
const SEQUENCE = '0|[1-9]\\d{0,8}';
const LIMIT = PAGE_RULES.limit;
const DEFAULT_LIMIT = '50';

/** @param apis.resolve for tests */
export function webhookRoutes(
  world: World,
  apis: { readonly api: ServiceApi; readonly clientApi: ClientApi; readonly resolve?: Resolve },
): void {
  const { api, clientApi, ...tools } = apis;
  targetRoutes(world, clientApi, tools);
  subscriptionRoutes(world, clientApi);
  eventRoutes(world, clientApi);
  ownRoute(world, api);
  deliveryRoutes(world, api);
}

function targetRoutes(world: World, api: ClientApi, tools: { resolve?: Resolve }): void {
  api.add(
    {
      method: 'put',
      path: '/api/v1/webhook',
      tag: TAG,
      summary: '设定通知地址',
      description:
        '每个接入方一个。须为 https，域名解析到公网地址，端口 443 或 1024 以上。第一次设定时给出密钥 secret，只显示这一次；换地址不换密钥。通知按 Standard Webhooks 签名：webhook-id、webhook-timestamp、webhook-signature。',
      body: { name: 'webhook-wanted', is: isWebhookWanted },
      answer: { status: 200, shape: 'webhook-view', description: '设定好的通知地址' },
    },
    async ({ act, body: { url } }) => views.setView(await setTarget(world, act, { url, ...tools })),
  );
  api.add(
    {
      method: 'get',
      path: '/api/v1/webhook',
      tag: TAG,
      summary: '通知地址和送达情况',
      answer: { status: 200, shape: 'webhook-view', description: '通知地址，待送、送达、未送达的件数' },
    },
    async ({ act }) => views.courseView(await ownCourse(world, act)),
  );
  api.add(
    {
      method: 'post',
      path: '/api/v1/webhook/secret',
      tag: TAG,
      summary: '更换密钥',
      description: '新密钥只显示这一次；旧密钥 24 小时内仍一并签名，其间每件通知有两个签名。',
      answer: { status: 200, shape: 'webhook-secret', description: '新密钥' },
    },
    async ({ act }) => views.secretView(await rotateSecret(world, act)),
  );
  api.add(
    {
      method: 'delete',
      path: '/api/v1/webhook',
      tag: TAG,
      summary: '不再通知',
      description: '待送的通知不再送出，仍可在通知一览中查看；重新设定地址后可以重送。',
      answer: { status: 204, description: '已删除' },
    },
    async ({ act }) => removeTarget(world, act),
  );
}

function subscriptionRoutes(world: World, api: ClientApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/v1/subscriptions',
      tag: TAG,
      summary: '订阅一张证书',
      description:
        '限本接入方查验过且相符的证书。此后该编号各版本的暂停、恢复、撤销、注销、换发，以及签名密钥作废，都会通知；应答中是订阅时的版本和状态。已订阅的结果相同。',
      body: { name: 'subscription-new', is: isSubscriptionNew },
      answer: { status: 201, shape: 'subscription-view', description: '订阅' },
    },
    async ({ act, body: { number } }) => views.subscribedView(await subscribe(world, act, number)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/v1/subscriptions',
      tag: TAG,
      summary: '订阅一览',
      query: PAGE_RULES,
      answer: { status: 200, shape: 'subscription-list', description: '订阅一页' },
    },
    async ({ act, query }) => {
      const { after, limit } = pageIn(query);
      const wanted = { clientId: act.client.id, after, limit: limit + 1 };
      return views.subscriptionList(await subscriptionsOf(world.db, wanted), limit);
    },
  );
  api.add(
    {
      method: 'delete',
      path: '/api/v1/subscriptions/:id',
      tag: TAG,
      summary: '退订',
      answer: { status: 204, description: '已退订' },
    },
    async ({ act, params: { id = '' } }) => unsubscribe(world, act, id),
  );
}

function eventRoutes(world: World, api: ClientApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/v1/events',
      tag: TAG,
      summary: '通知一览',
      description:
        '本接入方的全部通知，不论送达与否，按序号先后；保存 180 天。序号从 1 起连续：缺了的可由此补上。没有通知地址的接入方可以只用这一项。',
      query: { after: { description: '从这个序号之后开始', pattern: SEQUENCE }, limit: LIMIT },
      answer: { status: 200, shape: 'event-list', description: '通知一页' },
    },
    async ({ act, query: { after = '0', limit = DEFAULT_LIMIT } }) => {
      const wanted = { clientId: act.client.id, after: Number(after), limit: Number(limit) + 1 };
      return views.eventList(await eventsAfter(world.db, wanted), Number(limit));
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/v1/events/replay',
      tag: TAG,
      summary: '重送通知',
      description: '某序号之后的全部，或所列编号的通知，以原来的 webhook-id 再送一次。每小时至多 60 次。',
      body: { name: 'event-replay', is: isEventReplay },
      answer: { status: 202, shape: 'event-replayed', description: '将重送的件数' },
    },
    async ({ act, body: { after, ids } }) => {
      const some = ids === undefined ? { after: after ?? 0 } : { ids };
      return { count: await replayEvents(world, act, some) };
    },
  );
}

/** For holders: who is told of their certificates. */
function ownRoute(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/me/subscriptions',
      tag: TAG,
      summary: '哪些机构订阅了我的证书',
      description: '持证人本人。自新到旧；只有仍有效的订阅。',
      answer: { status: 200, shape: 'own-subscription-list', description: '订阅' },
    },
    async ({ act }) => ownSubscriptions(world, act),
  );
}

/** For the bureau: whom its news does not reach. */
function deliveryRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/clients/:id/deliveries',
      tag: TAG,
      summary: '一个接入方的通知送达情况',
      description: '市局管理员、审计员。最近的在前；下一页以 next 作 before。',
      query: {
        delivery: {
          description: `送达情况：${DELIVERY_STATES.join('、')}`,
          pattern: DELIVERY_STATES.join('|'),
        },
        before: { description: '上一页答复中的 next', pattern: SEQUENCE },
        limit: LIMIT,
      },
      answer: { status: 200, shape: 'client-deliveries', description: '通知地址、件数和最近的通知' },
    },
    async ({ act, params: { id = '' }, query }) => {
      const { delivery, before, limit = DEFAULT_LIMIT } = query;
      const shown = await deliveriesOf(world, act, {
        clientId: id,
        delivery: DELIVERY_STATES.find(state => state === delivery),
        before: before === undefined ? undefined : Number(before),
        limit: Number(limit) + 1,
      });
      return views.deliveriesView(shown, Number(limit));
    },
  );
}
