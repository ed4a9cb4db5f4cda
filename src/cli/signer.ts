/** `zhicheng signer`: the signer over a PKCS#11 token, as a process and a user of its own. Knows no database and none of the service's settings. */
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Hsm } from '../signer/hsm.ts';
import { pkcs11Hsm, type TokenSettings } from '../signer/pkcs11.ts';
import { serveSigner } from '../signer/serve-signer.ts';
import { DomainError } from '../shared/errors.ts';
import { tell, Usage, type Command } from './command.ts';

const USAGE = `zhicheng signer   签名服务：私钥在 PKCS#11 令牌（HSM）里，只应答签名，只在本机监听
  signer --module 库文件 --token 令牌标签 --pin-file 文件
         --service-token-file 文件         本服务凭它请求签名（ZHICHENG_SIGNER_TOKEN_FILE 与之相同）
         --custodian-token-file 文件       密钥管理员凭它建立、销毁密钥（ZHICHENG_SIGNER_CUSTODIAN_TOKEN_FILE 与之相同）
         [--port 7443]
  三个文件只许属主与属组可读；每次签名按密钥计数，写在标准输出的日志里。请用单独的系统账号运行。`;

const DEFAULT_PORT = '7443';
const MIN_TOKEN_CHARS = 32;

export const signerCommand: Command = {
  usage: USAGE,
  run: async words => {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: words,
      options: {
        module: text,
        token: text,
        'pin-file': text,
        'service-token-file': text,
        'custodian-token-file': text,
        port: { ...text, default: DEFAULT_PORT },
      },
    });
    const { module, token, port } = values;
    if (module === undefined || token === undefined) throw new Usage('须写明 --module 与 --token');
    if (!/^\d{1,5}$/.test(port)) throw new Usage('--port 须为数字');
    const pin = secretIn(values['pin-file'], { option: '--pin-file', chars: 4 });
    const tokens = tokensIn(values);
    const hsm = await openHsm({ module, token, pin });
    const log = pino({ base: null });
    const signer = await serveSigner({
      hsm,
      tokens,
      port: Number(port),
      log: line => log.info(line),
    });
    tell(`签名服务已启动：${signer.url}`);
    await new Promise(resolve => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    await signer.stop();
    return 0;
  },
};

/** Tried before anything listens: a wrong PIN must not be tried again and again, for a token locks itself. */
async function openHsm(settings: TokenSettings): Promise<Hsm> {
  try {
    const hsm = pkcs11Hsm(settings);
    await hsm.demandReady();
    return hsm;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw new DomainError(
      'SIGNER_UNAVAILABLE',
      `打不开令牌，请核对 --module、--token 与 PIN（${reason}）。`,
      {
        cause,
      },
    );
  }
}

/** Two tokens, for nobody who can sign can also make and destroy keys. */
function tokensIn(values: { 'service-token-file'?: string; 'custodian-token-file'?: string }): {
  service: string;
  custodian: string;
} {
  const chars = MIN_TOKEN_CHARS;
  const service = secretIn(values['service-token-file'], { option: '--service-token-file', chars });
  const custodian = secretIn(values['custodian-token-file'], { option: '--custodian-token-file', chars });
  if (service === custodian) throw new DomainError('CONFIG_INVALID', '两个令牌不得相同，请另做一个。');
  return { service, custodian };
}

/** @throws Usage, DomainError CONFIG_INVALID for a file that is absent, open to everybody, or too short */
function secretIn(file: string | undefined, wanted: { option: string; chars: number }): string {
  const { option, chars } = wanted;
  if (file === undefined) throw new Usage(`须写明 ${option}`);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new DomainError('CONFIG_INVALID', `${option} 指向的文件不存在。`);
  if ((stat.mode & 0o007) !== 0)
    throw new DomainError('CONFIG_INVALID', `${option} 指向的文件人人可读写，请先 chmod 600。`);
  const text = readFileSync(file, 'utf8').trim();
  if (text.length < chars)
    throw new DomainError('CONFIG_INVALID', `${option} 的内容须至少 ${chars} 个字符。`);
  return text;
}
