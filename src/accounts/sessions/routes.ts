/** One's own sessions and password. */
import type { Context } from 'koa';
import { isPasswordChange } from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import type { ServiceApi } from '../service-api.ts';
import { changePassword } from '../sign-in/change-password.ts';
import { currentSession, endOwnSession, listOwnSessions, signInRequired, signOut } from './own-sessions.ts';
import { cookieLine, tokenIn } from './session.ts';

const TAG = '登录';
const DONE = { status: 204, description: '已办' } as const;

export function sessionRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/session',
      tag: TAG,
      summary: '当前登录',
      answer: { status: 200, shape: 'session-view', description: '当前登录及 CSRF 令牌' },
    },
    async ({ ctx, act }) => currentSession(world, act, tokenOf(ctx)),
  );
  api.add(
    { method: 'delete', path: '/api/session', tag: TAG, summary: '退出登录', answer: DONE },
    async ({ ctx, act }) => {
      await signOut(world, act, tokenOf(ctx));
      const secure = world.config.origin.startsWith('https:');
      ctx.append('Set-Cookie', cookieLine(undefined, { maxAgeSeconds: 0, secure }));
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/sessions',
      tag: TAG,
      summary: '本人的全部登录',
      answer: { status: 200, shape: 'session-list', description: '尚未结束的登录，新的在前' },
    },
    async ({ ctx, act }) => listOwnSessions(world, act, tokenOf(ctx)),
  );
  api.add(
    { method: 'delete', path: '/api/sessions/:id', tag: TAG, summary: '结束本人的一个登录', answer: DONE },
    async ({ act, params }) => endOwnSession(world, act, params['id'] ?? ''),
  );
  api.add(
    {
      method: 'post',
      path: '/api/session/password',
      tag: TAG,
      summary: '修改密码',
      description: '工作人员。新密码至少 12 个字符，不含账号和姓名；其他登录随即结束。',
      body: { name: 'password-change', is: isPasswordChange },
      answer: DONE,
    },
    async ({ ctx, act, body }) => changePassword(world, act, { ...body, token: tokenOf(ctx) }),
  );
}

/** The token by which the request was let in. */
export function tokenOf(ctx: Context): string {
  const token = tokenIn(ctx.get('Cookie'));
  if (token === undefined) throw signInRequired();
  return token;
}
