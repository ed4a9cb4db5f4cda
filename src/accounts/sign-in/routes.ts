/** Signing in: staff by password and one-time password, holders by a code to their phone. */
import type { Context } from 'koa';
import {
  isHolderCodeRequest,
  isHolderSignIn,
  isStaffSignIn,
  type HolderCodeSent,
  type SessionView,
} from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import type { ServiceApi } from '../service-api.ts';
import type { Opened } from '../sessions/open-session.ts';
import { toSessionView } from '../sessions/own-sessions.ts';
import { cookieLine, LIFE_SECONDS } from '../sessions/session.ts';
import { networkOf } from './limit.ts';
import { CODE_LIFE_SECONDS, requestCode, type KnownPeople } from './request-code.ts';
import { signInHolder } from './sign-in-holder.ts';
import { signInStaff } from './sign-in-staff.ts';

const TAG = '登录';
const SESSION = {
  status: 200,
  shape: 'session-view',
  description: '已登录；会话以 HttpOnly Cookie zc_session 给出',
} as const;

export function signInRoutes(world: World, api: ServiceApi, people: KnownPeople): void {
  api.open(
    {
      method: 'post',
      path: '/api/sign-in/staff',
      tag: TAG,
      summary: '工作人员登录',
      description: '账号、密码与动态口令；15 分钟内失败 5 次即暂停。一个动态口令只能用一次。',
      body: { name: 'staff-sign-in', is: isStaffSignIn },
      answer: SESSION,
    },
    async ({ ctx, act, body }) => {
      const opened = await signInStaff(world, act, { ...body, ...senderOf(ctx) });
      return signedIn(world, ctx, opened);
    },
  );
  api.open(
    {
      method: 'post',
      path: '/api/sign-in/holder/code',
      tag: TAG,
      summary: '持证人获取验证码',
      description: '无论是否发出短信，答复相同。同一手机号、同一证件号码每分钟一次，每天十次。',
      body: { name: 'holder-code-request', is: isHolderCodeRequest },
      answer: { status: 202, shape: 'holder-code-sent', description: '已受理' },
    },
    async ({ ctx, act, body }) => {
      const wanted = { ...body, address: networkOf(ctx.ip) };
      return codeSent(await requestCode(world, act, { wanted, people }));
    },
  );
  api.open(
    {
      method: 'post',
      path: '/api/sign-in/holder',
      tag: TAG,
      summary: '持证人登录',
      description: '验证码 5 分钟内有效，最多试 5 次，用一次即失效。首次登录即建立账号。',
      body: { name: 'holder-sign-in', is: isHolderSignIn },
      answer: SESSION,
    },
    async ({ ctx, act, body }) => {
      const wanted = { ...body, ...senderOf(ctx) };
      return signedIn(world, ctx, await signInHolder(world, act, { wanted, people }));
    },
  );
}

function senderOf(ctx: Context): { address: string; agent: string } {
  return { address: networkOf(ctx.ip), agent: ctx.get('User-Agent') };
}

function codeSent(requestId: string): HolderCodeSent {
  const detail = '如证件号码与预留手机号相符，验证码已发出，请在 5 分钟内填写。';
  return { requestId, expiresInSeconds: CODE_LIFE_SECONDS, detail };
}

async function signedIn(world: World, ctx: Context, opened: Opened): Promise<SessionView> {
  const maxAgeSeconds = LIFE_SECONDS[opened.account.kind];
  const secure = world.config.origin.startsWith('https:');
  ctx.append('Set-Cookie', cookieLine(opened.token, { maxAgeSeconds, secure }));
  return toSessionView(world, opened);
}
