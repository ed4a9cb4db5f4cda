/** `accounts`: the first administrator on an empty database, and help when nobody can sign in. The operator answers to the machine. */
import { parseArgs } from 'node:util';
import { addStaff, type NewSecrets } from '../accounts/people/add-staff.ts';
import { disableStaff, enableStaff, endStaffSessions, resetStaff } from '../accounts/people/change-staff.ts';
import { listAccounts } from '../accounts/people/list-staff.ts';
import { staffByLogin } from '../accounts/people/store.ts';
import { CAPACITIES, type Capacity } from '../accounts/organisation.ts';
import { normaliseOrganisationCode } from '../accounts/organisation-code.ts';
import { registerOrganisation } from '../accounts/register/register-organisation.ts';
import { DUTIES, type Duty } from '../accounts/role.ts';
import { publicIdOf } from '../accounts/sessions/session.ts';
import { sessionsOf } from '../accounts/sessions/store.ts';
import { totpCodeAt } from '../accounts/sign-in/totp.ts';
import { organisationsByCode } from '../accounts/store.ts';
import { DomainError } from '../shared/errors.ts';
import { clockTimeAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { actionIn, operatorAct, say, Usage, withWorld, type Command } from './command.ts';

const OPTIONS = {
  login: { type: 'string' },
  name: { type: 'string' },
  'id-number': { type: 'string' },
  phone: { type: 'string' },
  organisation: { type: 'string' },
  'org-name': { type: 'string' },
  capacity: { type: 'string' },
  duty: { type: 'string' },
  reason: { type: 'string' },
  end: { type: 'boolean' },
} as const;
type Values = Readonly<Partial<Record<keyof typeof OPTIONS, string | boolean>>>;

export const accountsCommand: Command = {
  usage: `zhicheng accounts add|list|disable|enable|reset|code|sessions   工作人员账号
  add --login 账号 --name 姓名 --id-number 证件号码 --phone 手机号
      --organisation 统一社会信用代码 [--org-name 单位全称] --capacity 身份 --duty 职责
      新建账号，初始密码与动态口令密钥只显示一次；单位未登记时须写 --org-name
      身份：${CAPACITIES.join('、')}
      职责：${DUTIES.join('、')}
  list [--organisation 统一社会信用代码]     账号一览
  disable --login 账号 --reason 理由         停用并结束登录
  enable --login 账号                        恢复
  reset --login 账号                         重置密码和动态口令
  code --login 账号                          显示此刻的动态口令（生产环境拒绝）
  sessions --login 账号 [--end]              登录一览；--end 全部结束`,
  run: async words => {
    const { values, positionals } = parseArgs({ args: words, allowPositionals: true, options: OPTIONS });
    const action = actionIn(ACTIONS, positionals);
    await withWorld(async world => action(world, values));
    return 0;
  },
};

const ACTIONS: Readonly<Record<string, (world: World, values: Values) => Promise<void>>> = {
  add,
  list,
  disable: async (world, values) => {
    const reason = need(values, 'reason');
    await disableStaff(world, operatorAct(world), { accountId: await accountIdIn(world, values), reason });
    say('已停用。');
  },
  enable: async (world, values) => {
    await enableStaff(world, operatorAct(world), await accountIdIn(world, values));
    say('已恢复。');
  },
  reset: async (world, values) =>
    show(await resetStaff(world, operatorAct(world), await accountIdIn(world, values))),
  code,
  sessions,
};

async function add(world: World, values: Values): Promise<void> {
  const act = operatorAct(world);
  const organisationCode = normaliseOrganisationCode(need(values, 'organisation'));
  const capacity = oneOf<Capacity>(need(values, 'capacity'), CAPACITIES, 'capacity');
  const duty = oneOf<Duty>(need(values, 'duty'), DUTIES, 'duty');
  const wanted = {
    login: need(values, 'login'),
    name: need(values, 'name'),
    idNumber: need(values, 'id-number'),
    phone: need(values, 'phone'),
    grants: [{ organisationCode, capacity, duty }],
  };
  const isKnown = (await organisationsByCode(world.db, [organisationCode])).has(organisationCode);
  if (!isKnown && values['org-name'] !== undefined) {
    const name = need(values, 'org-name');
    await registerOrganisation(world, act, { name, code: organisationCode, capacities: [capacity] });
  }
  show(await addStaff(world, act, wanted));
}

async function list(world: World, values: Values): Promise<void> {
  const code = values.organisation === undefined ? undefined : need(values, 'organisation');
  const organisations = await organisationsByCode(world.db, code === undefined ? [] : [code]);
  const organisation = code === undefined ? undefined : organisations.get(code);
  if (code !== undefined && !organisation)
    throw new DomainError('ORGANISATION_UNKNOWN', '没有登记这个单位，请核对统一社会信用代码。');
  for (let after: string | undefined; ;) {
    const wanted = { organisationId: organisation?.id, page: { after, limit: 100 } };
    const { accounts, next } = await listAccounts(world, operatorAct(world), wanted);
    for (const account of accounts) {
      const grants = account.grants.map(each => `${each.organisation} ${each.capacity}/${each.duty}`);
      say([account.login, account.name, account.state, grants.join('；')].join('\t'));
    }
    if (next === null) return;
    after = next;
  }
}

async function code(world: World, values: Values): Promise<void> {
  if (world.config.production)
    throw new DomainError('DEMO_REFUSED', '生产环境不显示动态口令，请用本人的动态口令应用。');
  const found = await staffByLogin(world, need(values, 'login'));
  if (!found) throw unknownLogin();
  say(totpCodeAt(found.credentials.totpSecret, world.clock()));
}

async function sessions(world: World, values: Values): Promise<void> {
  const accountId = await accountIdIn(world, values);
  const live = await sessionsOf(world.db, { accountId, at: world.clock() });
  for (const session of live) {
    const times = [session.createdAt, session.seenAt, session.endsAt].map(clockTimeAt);
    say([publicIdOf(session.id), ...times, session.agent].join('\t'));
  }
  if (values.end !== true) return;
  await endStaffSessions(world, operatorAct(world), accountId);
  say('已全部结束。');
}

function show(secrets: NewSecrets): void {
  say(`账号 id\t${secrets.accountId}`);
  say(`初始密码\t${secrets.initialPassword}`);
  say(`动态口令\t${secrets.totpUri}`);
  say('以上只显示这一次，请当面交给本人；首次登录须修改密码。');
}

async function accountIdIn(world: World, values: Values): Promise<string> {
  const found = await staffByLogin(world, need(values, 'login'));
  if (!found) throw unknownLogin();
  return found.account.id;
}

function need(values: Values, name: keyof typeof OPTIONS): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new Usage(`须写明 --${name}`);
  return value;
}

function oneOf<T extends string>(text: string, all: readonly T[], name: string): T {
  const found = all.find(each => each === text);
  if (found === undefined) throw new Usage(`--${name} 须为 ${all.join('、')} 之一`);
  return found;
}

function unknownLogin(): DomainError {
  return new DomainError('NOT_FOUND', '没有这个账号，请用 accounts list 查看。');
}
