/** A holder's own reserved phone. */
import { isPhoneChange, isPhoneCodeRequest, type HolderCodeSent } from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import type { ServiceApi } from '../service-api.ts';
import { tokenOf } from '../sessions/routes.ts';
import { networkOf } from '../sign-in/limit.ts';
import { CODE_LIFE_SECONDS } from '../sign-in/request-code.ts';
import { changeOwnPhone, requestPhoneCode } from './change-own-phone.ts';

const TAG = '登录';

export function ownPhoneRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/me/phone/code',
      tag: TAG,
      summary: '更换预留手机：获取验证码',
      description: '持证人本人，登录后 10 分钟内；验证码发往新号码。次数限制与登录验证码相同。',
      body: { name: 'phone-code-request', is: isPhoneCodeRequest },
      answer: { status: 202, shape: 'holder-code-sent', description: '已发出' },
    },
    async ({ ctx, act, body }): Promise<HolderCodeSent> => {
      const wanted = { phone: body.phone, token: tokenOf(ctx), address: networkOf(ctx.ip) };
      const requestId = await requestPhoneCode(world, act, wanted);
      const detail = '验证码已发往新的手机号码，请在 5 分钟内填写。';
      return { requestId, expiresInSeconds: CODE_LIFE_SECONDS, detail };
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/me/phone',
      tag: TAG,
      summary: '更换预留手机',
      description: '持证人本人，登录后 10 分钟内，凭新号码收到的验证码。原号码会收到通知，其他登录随即结束。',
      body: { name: 'phone-change', is: isPhoneChange },
      answer: { status: 200, shape: 'phone-changed', description: '新的预留手机' },
    },
    async ({ ctx, act, body }) =>
      changeOwnPhone(world, act, { ...body, token: tokenOf(ctx), address: networkOf(ctx.ip) }),
  );
}
