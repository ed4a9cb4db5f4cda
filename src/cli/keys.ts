/** `zhicheng keys`: the custodians' ceremonies with the offline root. Needs no database. */
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { readConfig, type Config } from '../config.ts';
import {
  addKey,
  certifyKey,
  makeRoot,
  retireKey,
  revokeKey,
  type Ceremony,
  type KeyPlan,
} from '../keys/ceremony.ts';
import { didOf } from '../keys/did-document.ts';
import { loadManifest } from '../keys/keyring.ts';
import { keyId, KEY_USES, type ManifestKey } from '../keys/manifest.ts';
import { DomainError } from '../shared/errors.ts';
import {
  addDays,
  addMonths,
  clockTimeAt,
  dateAt,
  isDate,
  isMonth,
  startOf,
  type Instant,
  type PlainDate,
} from '../shared/time.ts';
import { say, Usage, type Command } from './command.ts';

const USAGE = `zhicheng keys root|add|certify|retire|revoke|list   管理根密钥、签发密钥与密钥清单
  keys root [--test]                      建立离线根密钥（--test：测试用，生产环境拒绝）
  keys add --month 2021-07                为该月批次建立签发密钥
  keys add --use status-lists             建立状态列表密钥；use-copies：加注副本密钥；files：文件签章密钥
       [--from 日期] [--until 日期]        签发时间窗（默认自今日或批次月初起，到今日与月末较晚者之后 60 天；状态列表密钥 5 年）
  keys certify key-4                      重新建立文件签章密钥的 X.509 证书（key-4.crt、root.crt）
  keys retire key-3                       停用；此前签发的仍然有效
  keys revoke key-3                       作废；它签发的一律无效
  keys list                               列出清单
  口令取自 ZHICHENG_ROOT_PASSPHRASE 与 ZHICHENG_KEY_PASSPHRASE（或 …_FILE）`;

/** After the later of today and the month's end a certificates key may still sign for this long: late items, corrections. */
const GRACE_DAYS = 60;
const STATUS_KEY_DAYS = 5 * 366;

export const keysCommand: Command = {
  usage: USAGE,
  run: async words => {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        test: { type: 'boolean' },
        use: { type: 'string' },
        month: { type: 'string' },
        from: { type: 'string' },
        until: { type: 'string' },
      },
    });
    const config = readConfig(process.env);
    const ceremony = ceremonyOf(config, Math.floor(Date.now() / 1000));
    const [action, name] = positionals;
    switch (action) {
      case 'root':
        return rootMade(ceremony, values.test === true);
      case 'add':
        return added(await addKey(ceremony, planOf(values, ceremony.at)));
      case 'certify':
        return changed('已建立证书', await certifyKey(ceremony, numberOf(name)), '');
      case 'retire':
        return changed('已停用', await retireKey(ceremony, numberOf(name)));
      case 'revoke':
        return changed('已作废', await revokeKey(ceremony, numberOf(name)));
      case 'list':
        return listed(ceremony);
      default:
        throw new Usage('须写明 root、add、certify、retire、revoke 或 list');
    }
  },
};

/** The ceremony at this machine, with the passphrases its configuration gives. */
export function ceremonyOf(config: Config, at: Instant): Ceremony {
  return {
    folders: config,
    did: didOf(config.origin),
    at,
    rootPassphrase: config.rootPassphrase,
    keyPassphrase: config.keyPassphrase,
    issuerName: config.issuerName,
  };
}

async function rootMade(ceremony: Ceremony, test: boolean): Promise<number> {
  await makeRoot(ceremony, test);
  say(
    `已建立${test ? '测试' : ''}根密钥（操作人 ${userInfo().username}）。公钥在 ${ceremony.folders.publicKeysDir}/root.json，私钥请离线保管。`,
  );
  return 0;
}

/** @throws Usage, DomainError MONTH_INVALID */
function planOf(
  values: { use?: string; month?: string; from?: string; until?: string },
  at: Instant,
): KeyPlan {
  const use = KEY_USES.find(each => each === (values.use ?? 'certificates'));
  if (use === undefined) throw new Usage(`--use 须为 ${KEY_USES.join('、')} 之一`);
  const today = dateAt(at);
  const from = dateOr(values.from, '--from');
  const until = dateOr(values.until, '--until');
  if (use !== 'certificates')
    return { use, ...windowOf(from ?? today, until ?? addDays(today, STATUS_KEY_DAYS)) };
  if (values.month === undefined) throw new Usage('须写明 --month');
  if (!isMonth(values.month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
  return { use, month: values.month, ...monthWindow(values.month, today, { from, until }) };
}

/** The window of a month's key: from the earlier of today and the month's first day, to 60 days after the later of today and its end. */
export function monthWindow(
  month: string,
  today: PlainDate,
  given: { from?: PlainDate | undefined; until?: PlainDate | undefined } = {},
): { notBefore: Instant; notAfter: Instant } {
  const first = `${month}-01`;
  const end = `${addMonths(month, 1)}-01`;
  const from = given.from ?? (first < today ? first : today);
  return windowOf(from, given.until ?? addDays(end > today ? end : today, GRACE_DAYS));
}

function windowOf(from: PlainDate, until: PlainDate): { notBefore: Instant; notAfter: Instant } {
  if (from > until) throw new Usage('--from 不能晚于 --until');
  return { notBefore: startOf(from), notAfter: startOf(addDays(until, 1)) - 1 };
}

function dateOr(text: string | undefined, option: string): PlainDate | undefined {
  if (text === undefined || isDate(text)) return text;
  throw new Usage(`${option} 须写成 2021-07-01 这样的日期`);
}

function numberOf(name: string | undefined): number {
  const [, number] = /^key-([1-9]\d{0,3})$/.exec(name ?? '') ?? [];
  if (number === undefined) throw new Usage('须写明密钥，例如 key-3');
  return Number(number);
}

function added(key: ManifestKey): number {
  say(`已建立 ${keyId(key.number)}：${describe(key)}。清单已由根密钥重新签发。`);
  return 0;
}

function changed(what: string, key: ManifestKey, more = '清单已由根密钥重新签发。'): number {
  say(`${keyId(key.number)} ${what}。${more}`);
  return 0;
}

async function listed(ceremony: Ceremony): Promise<number> {
  const { manifest } = await loadManifest(ceremony.folders, ceremony.did);
  say(`清单第 ${manifest.version} 版，${clockTimeAt(manifest.iat)} 签发`);
  for (const key of manifest.keys) say(`${keyId(key.number)}\t${describe(key)}`);
  return 0;
}

const USE_NAMES: Readonly<Record<Exclude<ManifestKey['use'], 'certificates'>, string>> = {
  'status-lists': '状态列表',
  'use-copies': '加注副本',
  files: '文件签章',
};

function describe(key: ManifestKey): string {
  const use = key.use === 'certificates' ? `${key.month ?? ''} 证书` : USE_NAMES[key.use];
  const state = key.revokedAt !== undefined ? '作废' : key.retiredAt !== undefined ? '停用' : '可用';
  return `${use}\t${dateAt(key.notBefore)} 至 ${dateAt(key.notAfter)}\t${state}${key.test === true ? '\t测试' : ''}`;
}
