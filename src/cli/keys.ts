/** `zhicheng keys`: the custodians' ceremonies with the offline root, and the life of keys; only what concerns certificates needs the database. */
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
import { checkpointFile, readKept } from '../inspection/kept-checkpoint.ts';
import { adoptRoot, formerName, type Adoption, type AdoptionPlan } from '../keys/adopt-root.ts';
import { didOf } from '../keys/did-document.ts';
import { isDestroyed } from '../keys/destroyed.ts';
import { rootFingerprint } from '../keys/fingerprint.ts';
import { homeOf, type Home } from '../keys/kms-reference.ts';
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
import { compromised, destroyed, reissued, type KeyLifeOptions, type Plans } from './key-life.ts';

const USAGE = `zhicheng keys root|add|certify|retire|revoke|compromise|reissue|destroy|list   管理根密钥、签发密钥与密钥清单
  keys root [--test]                      建立离线根密钥（--test：测试用，生产环境拒绝）
  keys root --adopt 公钥目录 [--keys key-1,key-3]
                                          根密钥遗失、更换：另建根密钥，原样承接目录里原清单的密钥；--keys：只承接这些（原根密钥泄露时）
  keys add --month 2021-07                为该月批次建立签发密钥
  keys add --use status-lists             建立状态列表密钥；use-copies：加注副本密钥；files：文件签章密钥
       [--kms]                            密钥对在签名服务里生成，私钥不出来（ZHICHENG_SIGNER_URL、ZHICHENG_SIGNER_CUSTODIAN_TOKEN_FILE）
       [--from 日期] [--until 日期]        签发时间窗（默认自今日或批次月初起，到今日与月末较晚者之后 60 天；状态列表密钥 5 年）
  keys certify key-4                      重新建立文件签章密钥的 X.509 证书（key-4.crt、root.crt）
  keys retire key-3                       停用；此前签发的仍然有效
  keys revoke key-3                       作废；它签发的一律无效
  keys compromise key-3 --document 文号 [--reissue]
                                          密钥泄露：作废并留痕，重签状态列表，报出受影响的证书；--reissue 接着换发
  keys reissue key-3 --document 文号 [--out 目录] [--no-images]
                                          把已作废密钥签发的有效证书全部换发新版本（编号、内容不变，用本月密钥）；可重复运行
                                          文号是决定文书的编号，生产环境必填
  keys destroy key-3 [--force 理由]        月份办结后销毁私钥；公钥与清单不变，证书照常通过查验
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
        adopt: { type: 'string' },
        keys: { type: 'string' },
        kms: { type: 'boolean' },
        use: { type: 'string' },
        month: { type: 'string' },
        from: { type: 'string' },
        until: { type: 'string' },
        document: { type: 'string' },
        force: { type: 'string' },
        reissue: { type: 'boolean' },
        'no-images': { type: 'boolean' },
        out: { type: 'string' },
      },
    });
    const config = readConfig(process.env);
    const ceremony = ceremonyOf(config, Math.floor(Date.now() / 1000));
    const [action, name] = positionals;
    if (action !== 'root' && action !== 'list') await demandNewestManifest(ceremony, config);
    switch (action) {
      case 'root':
        return values.adopt === undefined
          ? rootMade(ceremony, values.test === true)
          : adopted(await adoptRoot(ceremony, adoptionOf(values.adopt, values)), ceremony);
      case 'add':
        return added(await addKey(ceremony, { ...planOf(values, ceremony.at), inKms: values.kms === true }));
      case 'certify':
        return changed('已建立证书', await certifyKey(ceremony, numberOf(name)), '');
      case 'retire':
        return changed('已停用', await retireKey(ceremony, numberOf(name)));
      case 'revoke':
        return changed('已作废', await revokeKey(ceremony, numberOf(name)));
      case 'compromise':
        return compromised(ceremony, plansAt(ceremony.at), lifeOf(name, values));
      case 'reissue':
        return reissued(ceremony, plansAt(ceremony.at), lifeOf(name, values));
      case 'destroy':
        return destroyed(numberOf(name), values.force);
      case 'list':
        return listed(ceremony);
      default:
        throw new Usage('须写明 root、add、certify、retire、revoke、compromise、reissue、destroy 或 list');
    }
  },
};

interface LifeValues {
  readonly document?: string;
  readonly reissue?: boolean;
  readonly 'no-images'?: boolean;
  readonly out?: string;
}

function lifeOf(name: string | undefined, values: LifeValues): KeyLifeOptions {
  const { document, reissue, out } = values;
  const images = values['no-images'] !== true;
  return { number: numberOf(name), document, reissue: reissue === true, images, out };
}

function plansAt(at: Instant): Plans {
  return {
    planOfUse: use => planOf({ use }, at),
    planOfMonth: month => planOf({ month }, at),
  };
}

/**
 * A manifest that went back with a backup must not be written on: the versions that it lost would be given a second time.
 * @throws DomainError READ_ONLY_RESTORED
 */
async function demandNewestManifest(ceremony: Ceremony, config: Config): Promise<void> {
  const known = readKept(checkpointFile(config))?.checkpoint?.register?.manifest?.version ?? 0;
  if (known === 0) return; // no service keeps its checkpoint at this machine
  const { manifest } = await loadManifest(ceremony.folders, ceremony.did);
  if (manifest.version >= known) return;
  throw new DomainError(
    'READ_ONLY_RESTORED',
    `密钥清单是第 ${manifest.version} 版，而已公布到第 ${known} 版；请放回最新的 manifest.jws，或运行 zhicheng reconcile。`,
  );
}

/** The ceremony at this machine, with the passphrases its configuration gives. */
export function ceremonyOf(config: Config, at: Instant): Ceremony {
  return {
    folders: config,
    did: didOf(config.origin),
    at,
    rootPassphrase: config.rootPassphrase,
    keyPassphrase: config.keyPassphrase,
    signer: config.signer,
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

/** The new root is a test root where the old one was, and only there. @throws Usage */
function adoptionOf(from: string, { keys, test }: { keys?: string; test?: boolean }): AdoptionPlan {
  if (test === true) throw new Usage('--adopt 沿用原根密钥的测试标记，不与 --test 同用');
  return { from, numbers: keys?.split(',').map(name => numberOf(name.trim())) };
}

async function adopted(
  { root, former, version, adopted: keys, left }: Adoption,
  { folders: { publicKeysDir } }: Ceremony,
): Promise<number> {
  const names = (some: readonly ManifestKey[]): string => some.map(key => keyId(key.number)).join('、');
  say(
    `已建立新根密钥（操作人 ${userInfo().username}），清单第 ${version} 版由它签发，原样承接：${names(keys)}。`,
  );
  if (left.length > 0) say(`没有承接：${names(left)}；它们签发的一律不再认作本局签发。`);
  say(
    `原根密钥指纹　${await rootFingerprint(former)}（公钥存为 ${publicKeysDir}/${await formerName(former)}.json）`,
  );
  say(`新根密钥指纹　${await rootFingerprint(root)}`);
  say('已发证书照常有效。请公告新指纹：固定了原根密钥的查验方在核对并接受之前，不会采用新清单。');
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
  const { manifest, root } = await loadManifest(ceremony.folders, ceremony.did);
  say(`清单第 ${manifest.version} 版，${clockTimeAt(manifest.iat)} 签发`);
  say(`根密钥指纹　${await rootFingerprint(root)}`);
  for (const key of manifest.keys) {
    const name = keyId(key.number);
    const isGone = isDestroyed(ceremony.folders, key.number);
    const where = isGone ? '已销毁' : describeHome(homeOf(ceremony.folders, name));
    say(`${name}\t${describe(key)}\t私钥：${where}`);
  }
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

function describeHome(home: Home): string {
  switch (home.kind) {
    case 'file':
      return '本机密封文件';
    case 'kms':
      return `签名服务 ${home.label}`;
    case 'elsewhere':
      return '不在本机';
    default:
      return home satisfies never;
  }
}
