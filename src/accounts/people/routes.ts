/** Accounts of staff, by administrators; what the bureau does to holders' accounts. */
import {
  isAccountReason,
  isHolderFreeze,
  isHolderPhone,
  isNewAccount,
  isNewGrant,
  type AccountSecrets,
} from '../../shared/shapes/shapes.ts';
import { ID_PATTERN } from '../../http/operation.ts';
import type { World } from '../../world.ts';
import { PAGE_RULES, pageIn } from '../page.ts';
import type { ServiceApi } from '../service-api.ts';
import { addStaff, type NewSecrets } from './add-staff.ts';
import { disableStaff, enableStaff, endStaffSessions, resetStaff } from './change-staff.ts';
import { grantDuty, withdrawDuty } from './grant.ts';
import { changeHolderPhone, freezeHolder } from './holders.ts';
import { getAccountView, listAccounts, viewAccount } from './list-staff.ts';

const TAG = '账号';
const ADMINISTRATOR = '市局管理员。不能办理自己的账号。';
const DONE = { status: 204, description: '已办' } as const;
const ACCOUNT = { status: 200, shape: 'account-view', description: '变更后的账号' } as const;
const ONCE = '初始密码和动态口令密钥只在此显示一次';

export function peopleRoutes(world: World, api: ServiceApi): void {
  staffRoutes(world, api);
  secretRoutes(world, api);
  stateRoutes(world, api);
  grantRoutes(world, api);
  holderRoutes(world, api);
}

function staffRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/accounts',
      tag: TAG,
      summary: '查询工作人员账号',
      description: ADMINISTRATOR,
      query: {
        organisation: { description: '单位 id', pattern: ID_PATTERN },
        text: { description: '账号或姓名中的几个字', pattern: '[^\\u0000-\\u001f]{1,60}' },
        ...PAGE_RULES,
      },
      answer: { status: 200, shape: 'account-list', description: '账号一页' },
    },
    async ({ act, query }) =>
      listAccounts(world, act, {
        organisationId: query['organisation'],
        text: query['text'],
        page: pageIn(query),
      }),
  );
  api.add(
    {
      method: 'get',
      path: '/api/accounts/:id',
      tag: TAG,
      summary: '查看一个工作人员账号',
      description: ADMINISTRATOR,
      answer: { status: 200, shape: 'account-view', description: '该账号' },
    },
    async ({ act, params }) => viewAccount(world, act, params['id'] ?? ''),
  );
}

function secretRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/accounts',
      tag: TAG,
      summary: '新建工作人员账号',
      description: ADMINISTRATOR,
      body: { name: 'new-account', is: isNewAccount },
      answer: { status: 201, shape: 'account-secrets', description: ONCE },
    },
    async ({ act, body }) => toSecretsView(body.login, await addStaff(world, act, body)),
  );
  api.add(
    {
      method: 'post',
      path: '/api/accounts/:id/reset',
      tag: TAG,
      summary: '重置密码和动态口令',
      description: ADMINISTRATOR,
      answer: { status: 200, shape: 'account-secrets', description: ONCE },
    },
    async ({ act, params }) => {
      const { login, ...secrets } = await resetStaff(world, act, params['id'] ?? '');
      return toSecretsView(login, secrets);
    },
  );
  api.add(
    {
      method: 'delete',
      path: '/api/accounts/:id/sessions',
      tag: TAG,
      summary: '结束该账号的全部登录',
      description: ADMINISTRATOR,
      answer: DONE,
    },
    async ({ act, params }) => endStaffSessions(world, act, params['id'] ?? ''),
  );
}

function stateRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/accounts/:id/disable',
      tag: TAG,
      summary: '停用账号',
      description: ADMINISTRATOR,
      body: { name: 'account-reason', is: isAccountReason },
      answer: ACCOUNT,
    },
    async ({ act, params, body }) => {
      const accountId = params['id'] ?? '';
      await disableStaff(world, act, { accountId, reason: body.reason });
      return getAccountView(world, act, accountId);
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/accounts/:id/enable',
      tag: TAG,
      summary: '恢复账号',
      description: ADMINISTRATOR,
      answer: ACCOUNT,
    },
    async ({ act, params }) => {
      const accountId = params['id'] ?? '';
      await enableStaff(world, act, accountId);
      return getAccountView(world, act, accountId);
    },
  );
}

function grantRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/accounts/:id/grants',
      tag: TAG,
      summary: '授予职责',
      description: `${ADMINISTRATOR}单位须已有该身份。`,
      body: { name: 'new-grant', is: isNewGrant },
      answer: { status: 201, shape: 'account-view', description: '变更后的账号' },
    },
    async ({ act, params, body }) => {
      const accountId = params['id'] ?? '';
      await grantDuty(world, act, { accountId, grant: body });
      return getAccountView(world, act, accountId);
    },
  );
  api.add(
    {
      method: 'delete',
      path: '/api/accounts/:id/grants/:grantId',
      tag: TAG,
      summary: '收回职责',
      description: ADMINISTRATOR,
      answer: DONE,
    },
    async ({ act, params }) => {
      await withdrawDuty(world, act, { accountId: params['id'] ?? '', grantId: params['grantId'] ?? '' });
    },
  );
}

function holderRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/holders/freeze',
      tag: TAG,
      summary: '冻结持证人账号',
      description: '撤销岗。持证人死亡等情形；证书本身不变，仍可查验。',
      body: { name: 'holder-freeze', is: isHolderFreeze },
      answer: DONE,
    },
    async ({ act, body }) => freezeHolder(world, act, body),
  );
  api.add(
    {
      method: 'post',
      path: '/api/holders/phone',
      tag: TAG,
      summary: '变更持证人预留手机号',
      description: '经办岗，核实本人身份后办理；已有登录随即结束。',
      body: { name: 'holder-phone', is: isHolderPhone },
      answer: DONE,
    },
    async ({ act, body }) => changeHolderPhone(world, act, body),
  );
}

function toSecretsView(login: string, secrets: NewSecrets): AccountSecrets {
  const { accountId, initialPassword, totpUri, totpSecret } = secrets;
  return { id: accountId, login, initialPassword, totpUri, totpSecret };
}
