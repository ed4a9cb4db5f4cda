/** Another person's certificate, with the holder's consent (R33); and for holders, who asked. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { networkOf } from '../accounts/sign-in/limit.ts';
import { ID_PATTERN } from '../http/operation.ts';
import { isLookupCode, isLookupRequest } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { answerLookup } from './answer-lookup.ts';
import { askLookup } from './ask-lookup.ts';
import { newChallenge } from './challenge.ts';
import { LOOKUP_RULES, type LookupRules } from './lookup.ts';
import { ownLookups } from './own-lookups.ts';
import { askedView, challengeView, ownView, resultView } from './views.ts';

const TAG = '查验他人证书';
const DEFAULT_LIMIT = '50';

/** @param rules easier ones for tests */
export function lookupRoutes(world: World, api: ServiceApi, rules: LookupRules = LOOKUP_RULES): void {
  askRoutes(world, api, rules);
  answerRoutes(world, api, rules);
}

function askRoutes(world: World, api: ServiceApi, rules: LookupRules): void {
  api.open(
    {
      method: 'get',
      path: '/api/lookups/challenge',
      tag: TAG,
      summary: '取得验证题',
      description:
        '任何人。找出一个 nonce，使 SHA-256（“challenge.nonce”，以一个英文句点相连）开头至少有 difficultyBits 个 0 位；5 分钟内有效，只能用一次。',
      answer: { status: 200, shape: 'lookup-challenge', description: '验证题' },
    },
    // nothing is awaited: the challenge is kept nowhere
    ({ act }) => Promise.resolve(challengeView(newChallenge(world, act, rules.difficultyBits), rules)),
  );
  api.open(
    {
      method: 'post',
      path: '/api/lookups',
      tag: TAG,
      summary: '查询他人的证书',
      description:
        '任何人，须先解验证题。三项均与同一证书相符时，验证码发往持证人的预留手机；无论是否发出，答复的内容和用时相同。同一手机每分钟一次、每天十次；同一网络每小时 20 次。持证人可以看到是谁、何时、为何查询。',
      body: { name: 'lookup-request', is: isLookupRequest },
      answer: { status: 202, shape: 'lookup-asked', description: '已受理' },
    },
    async ({ ctx, act, body }) => {
      const wanted = { ...body, address: networkOf(ctx.ip) };
      return askedView(await askLookup(world, act, { wanted, rules }));
    },
  );
}

function answerRoutes(world: World, api: ServiceApi, rules: LookupRules): void {
  api.open(
    {
      method: 'post',
      path: '/api/lookups/:id/result',
      tag: TAG,
      summary: '凭验证码查看结果',
      description: '验证码 5 分钟内有效，最多试 5 次；结果只显示一次。',
      body: { name: 'lookup-code', is: isLookupCode },
      answer: { status: 200, shape: 'lookup-result', description: '证书最新版本的内容与状态' },
    },
    async ({ ctx, act, body: { code }, params: { id = '' } }) => {
      const wanted = { lookupId: id, code, address: networkOf(ctx.ip) };
      return resultView(await answerLookup(world, act, { wanted, rules }));
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/lookups',
      tag: TAG,
      summary: '谁查询过我的证书',
      description: '持证人本人。自新到旧；下一页以 next 作 before。',
      query: {
        before: { description: '上一页答复中的 next', pattern: ID_PATTERN },
        limit: { description: '每页 1 至 100 项，默认 50', pattern: '[1-9][0-9]?|100' },
      },
      answer: { status: 200, shape: 'lookup-list', description: '一页查询' },
    },
    async ({ act, query: { before, limit = DEFAULT_LIMIT } }) =>
      ownView(await ownLookups(world, act, { before, limit: Number(limit) }), Number(limit)),
  );
}
