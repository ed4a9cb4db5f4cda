/** Reports to the bureau (R37): sent by anyone, answered and closed by handlers, read by their senders. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { networkOf } from '../accounts/sign-in/limit.ts';
import { createIdOf } from '../accounts/signed-in.ts';
import { ID_PATTERN } from '../http/operation.ts';
import {
  isFeedbackAnswer,
  isFeedbackClose,
  isFeedbackNew,
  isFeedbackOwnNew,
  isFeedbackReceiptAsked,
} from '../shared/shapes/shapes.ts';
import { groupedCode } from '../sharing/share-code.ts';
import { isoAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { FeedbackState } from './feedback.ts';
import { answerFeedback, closeFeedback } from './handle-feedback.ts';
import { allFeedback, feedbackOfReceipt, ownFeedback, viewFeedback } from './read-feedback.ts';
import { sendOwnFeedback, sendPublicFeedback } from './send-feedback.ts';
import { answerShown, listView, ownItem, ownList, wholeView } from './views.ts';

const TAG = '问题反映';
const DEFAULT_LIMIT = '50';
const PAGE = {
  before: { description: '上一页答复中的 next', pattern: ID_PATTERN },
  limit: { description: '每页 1 至 100 项，默认 50', pattern: '[1-9][0-9]?|100' },
} as const;
const WHOLE = { status: 200, shape: 'feedback-view', description: '全文与答复' } as const;

export function feedbackRoutes(world: World, api: ServiceApi): void {
  publicRoutes(world, api);
  ownRoutes(world, api);
  bureauRoutes(world, api);
}

function publicRoutes(world: World, api: ServiceApi): void {
  api.open(
    {
      method: 'post',
      path: '/api/feedback',
      tag: TAG,
      summary: '反映问题（不登录）',
      description:
        '任何人，须先解 /api/lookups/challenge 的验证题。证书编号只作线索，不核对是否存在。同一题重复发送只算一次，回执号相同。同一网络每小时 5 条。',
      body: { name: 'feedback-new', is: isFeedbackNew, limit: '16kb' },
      answer: { status: 201, shape: 'feedback-receipt', description: '回执号，只显示这一次' },
    },
    async ({ ctx, act, body }) => {
      const receipt = await sendPublicFeedback(world, act, { ...body, address: networkOf(ctx.ip) });
      return { receipt: groupedCode(receipt), at: isoAt(act.at) };
    },
  );
  api.open(
    {
      method: 'post',
      path: '/api/feedback/receipt',
      tag: TAG,
      summary: '凭回执号查看答复',
      description: '任何人。只显示类别、状态和答复，不显示所写内容。',
      body: { name: 'feedback-receipt-asked', is: isFeedbackReceiptAsked },
      answer: { status: 200, shape: 'feedback-answer-shown', description: '状态与答复' },
    },
    async ({ ctx, act, body: { receipt } }) =>
      answerShown(await feedbackOfReceipt(world, act, { receipt, address: networkOf(ctx.ip) })),
  );
}

function ownRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/me/feedback',
      tag: TAG,
      summary: '反映问题（登录后）',
      description: '持证人和工作人员。可附一件自己看得到的申请；别人的与不存在的一样答 404。每天最多 20 条。',
      body: { name: 'feedback-own-new', is: isFeedbackOwnNew, limit: '16kb' },
      answer: { status: 201, shape: 'feedback-own-item', description: '已收到' },
    },
    async ({ ctx, act, body }) =>
      ownItem(await sendOwnFeedback(world, act, { ...body, id: createIdOf(ctx, act, world) })),
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/feedback',
      tag: TAG,
      summary: '本人反映的问题',
      description: '自新到旧，含答复；下一页以 next 作 before。',
      query: PAGE,
      answer: { status: 200, shape: 'feedback-own-list', description: '一页' },
    },
    async ({ act, query: { before, limit = DEFAULT_LIMIT } }) =>
      ownList(await ownFeedback(world, act, { before, limit: Number(limit) }), Number(limit)),
  );
}

function bureauRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/feedback',
      tag: TAG,
      summary: '全部问题反映',
      description: '市局经办人、审计员。自新到旧；open 为待答复的总数；下一页以 next 作 before。',
      query: { ...PAGE, state: { description: '只看一种状态', pattern: 'OPEN|ANSWERED|CLOSED' } },
      answer: { status: 200, shape: 'feedback-list', description: '一页' },
    },
    async ({ act, query: { before, limit = DEFAULT_LIMIT, state } }) => {
      const wanted = { before, limit: Number(limit), state: state as FeedbackState | undefined }; // by its pattern
      return listView(await allFeedback(world, act, wanted), wanted.limit);
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/feedback/:id',
      tag: TAG,
      summary: '一条问题反映的全文',
      description: '市局经办人、审计员。查看会记入审计。',
      answer: WHOLE,
    },
    async ({ act, params: { id = '' } }) => wholeView(await viewFeedback(world, act, id)),
  );
  api.add(
    {
      method: 'post',
      path: '/api/feedback/:id/answer',
      tag: TAG,
      summary: '答复',
      description: '市局经办人。办结前可以修改答复。',
      body: { name: 'feedback-answer', is: isFeedbackAnswer, limit: '16kb' },
      answer: WHOLE,
    },
    async ({ act, body, params: { id = '' } }) =>
      wholeView(await answerFeedback(world, act, { id, ...body })),
  );
  api.add(
    {
      method: 'post',
      path: '/api/feedback/:id/close',
      tag: TAG,
      summary: '办结',
      description: '市局经办人。办结后不能再改。',
      body: { name: 'feedback-close', is: isFeedbackClose },
      answer: WHOLE,
    },
    async ({ act, body, params: { id = '' } }) => wholeView(await closeFeedback(world, act, { id, ...body })),
  );
}
