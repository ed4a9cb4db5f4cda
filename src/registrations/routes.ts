/** Verification by registration bodies (R35), and who verified for whom it concerns. */
import type { ServiceApi } from '../accounts/service-api.ts';
import type { ClientApi } from '../clients/signed-request.ts';
import { ID_PATTERN, type QueryRule } from '../http/operation.ts';
import { isRegistrationRequest } from '../shared/shapes/shapes.ts';
import { freshTrust } from '../verification/fresh-trust.ts';
import type { World } from '../world.ts';
import { clientStatusAtRoutes } from './status-at.ts';
import type { QueryPage } from './store.ts';
import { REGISTRATION_RULES, verifyItems, type RegistrationRules } from './verify-items.ts';
import { clientQueries, ownQueries } from './view-queries.ts';
import { answerView } from './views.ts';

const TAG = '注册管理机构接入';
const PAGE: Readonly<Record<'before' | 'limit', QueryRule>> = {
  before: { description: '上一页答复中的 next', pattern: ID_PATTERN },
  limit: { description: '每页 1 至 100 项，默认 50', pattern: '[1-9][0-9]?|100' },
};
const DEFAULT_LIMIT = 50;

/** @param rules shorter beats for tests */
export function registrationRoutes(
  world: World,
  apis: { api: ServiceApi; clientApi: ClientApi },
  rules: RegistrationRules = REGISTRATION_RULES,
): void {
  verificationRoute(world, apis.clientApi, rules);
  clientStatusAtRoutes(world, apis.clientApi);
  queryRoutes(world, apis.api);
}

function verificationRoute(world: World, api: ClientApi, rules: RegistrationRules): void {
  const trust = freshTrust(world);
  api.add(
    {
      method: 'post',
      path: '/api/v1/verifications',
      tag: TAG,
      summary: '核验证书，一次 1 至 100 项',
      description:
        '已登记的接入方，每个请求须签名。每项为证书凭证（二维码文字或 JWT），或证书编号和持证人证件号码；结果与所问逐项对应；verdict 为查验结论，签名密钥已作废、等待换发的为 invalid。编号不存在、证件号码不符、他人的编号，答复相同，用时也相同。配额按项计。持证人可以看到由哪个机构、为何核验。',
      body: { name: 'registration-request', is: isRegistrationRequest, limit: '512kb' },
      answer: { status: 200, shape: 'registration-answer', description: '核验结果' },
    },
    async ({ act, body }) => answerView(await verifyItems(world, act, { asked: body, trust, rules }), act.at),
  );
}

function queryRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/me/queries',
      tag: TAG,
      summary: '哪些注册管理机构核验过我的证书',
      description: '持证人本人。自新到旧；下一页以 next 作 before。',
      query: PAGE,
      answer: { status: 200, shape: 'own-query-list', description: '一页核验' },
    },
    async ({ act, query }) => ownQueries(world, act, pageOf(query)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/clients/:id/queries',
      tag: TAG,
      summary: '一个接入方的核验记录',
      description: '市局管理员、审计员。自新到旧；下一页以 next 作 before。',
      query: PAGE,
      answer: { status: 200, shape: 'client-query-list', description: '一页核验' },
    },
    async ({ act, params: { id = '' }, query }) =>
      clientQueries(world, act, { clientId: id, ...pageOf(query) }),
  );
}

function pageOf(query: Readonly<Record<string, string | undefined>>): QueryPage {
  return { before: query['before'], limit: Number(query['limit'] ?? DEFAULT_LIMIT) };
}
