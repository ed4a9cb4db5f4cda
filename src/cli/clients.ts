/** `clients`: systems of registration bodies that may ask by signed requests (R35). The operator answers to the machine. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { organisationsById } from '../accounts/store.ts';
import { addClient, endClient, replaceClientKey } from '../clients/change-clients.ts';
import type { ApiClient } from '../clients/client.ts';
import { readPublicKey } from '../clients/public-key.ts';
import { listClients } from '../clients/store.ts';
import { DomainError } from '../shared/errors.ts';
import type { ClientPublicKey } from '../shared/shapes/shapes.ts';
import { clockTimeAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { actionIn, operatorAct, say, Usage, withWorld, type Command } from './command.ts';

const OPTIONS = {
  organisation: { type: 'string' },
  name: { type: 'string' },
  key: { type: 'string' },
  client: { type: 'string' },
  'per-minute': { type: 'string' },
  'per-day': { type: 'string' },
} as const;
type Values = Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;

export const clientsCommand: Command = {
  usage: `zhicheng clients add|list|key|end                   注册管理机构的接入方
  add --organisation 统一社会信用代码 --name 系统名称 --key 公钥文件
      [--per-minute 项数] [--per-day 项数]      登记；公钥为 PEM 或 JWK（Ed25519 或 P-256），私钥由接入方自己保管
  list                                       一览
  key --client 接入编号 --key 公钥文件       换用公钥，旧钥立即作废
  end --client 接入编号                      停用，立即生效，不能恢复`,
  run: async words => {
    const { values, positionals } = parseArgs({ args: words, allowPositionals: true, options: OPTIONS });
    const action = actionIn(ACTIONS, positionals);
    await withWorld(async world => action(world, values));
    return 0;
  },
};

const ACTIONS: Readonly<Record<string, (world: World, values: Values) => Promise<void>>> = {
  add: async (world, values) => {
    const wanted = {
      organisationCode: need(values, 'organisation'),
      name: need(values, 'name'),
      key: keyIn(values),
      perMinute: quotaIn(values, 'per-minute'),
      perDay: quotaIn(values, 'per-day'),
    };
    const { id, perMinute, perDay } = await addClient(world, operatorAct(world), wanted);
    say(`接入编号\t${id}`);
    say(`配额\t每分钟 ${perMinute} 项，每天 ${perDay} 项`);
  },
  list,
  key: async (world, values) => {
    const wanted = { id: need(values, 'client'), key: keyIn(values) };
    await replaceClientKey(world, operatorAct(world), wanted);
    say('已换用新的公钥，旧钥即刻作废。');
  },
  end: async (world, values) => {
    await endClient(world, operatorAct(world), need(values, 'client'));
    say('已停用。');
  },
};

const PAGE = 100;

async function list({ db }: World): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await listClients(db, { after, limit: PAGE });
    const organisations = await organisationsById(
      db,
      page.map(({ organisationId }) => organisationId),
    );
    for (const client of page) say(lineOf(client, organisations.get(client.organisationId)?.name ?? ''));
    after = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}

function lineOf({ id, name, key, perMinute, perDay, endedAt }: ApiClient, organisation: string): string {
  const state = endedAt === undefined ? '使用中' : `${clockTimeAt(endedAt)} 停用`;
  return [id, organisation, name, key.crv, `${perMinute}/分钟 ${perDay}/天`, state].join('\t');
}

/** @throws DomainError FILE_UNREADABLE, CONTENT_INVALID */
function keyIn(values: Values): ClientPublicKey {
  const path = need(values, 'key');
  try {
    return readPublicKey(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('FILE_UNREADABLE', '公钥文件读不出来，请核对路径。', { cause: error });
  }
}

/** The same bounds as over HTTP: a full batch must fit. */
function quotaIn(values: Values, name: 'per-minute' | 'per-day'): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const most = name === 'per-minute' ? 100_000 : 10_000_000;
  if (/^\d{3,8}$/.test(text) && Number(text) >= 100 && Number(text) <= most) return Number(text);
  throw new Usage(`--${name} 须为 100 至 ${most} 的整数`);
}

function need(values: Values, name: keyof typeof OPTIONS): string {
  const value = values[name];
  if (value === undefined || value === '') throw new Usage(`须写明 --${name}`);
  return value;
}
