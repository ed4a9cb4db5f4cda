/** A SoftHSM2 token for tests and measurements: a folder of its own, and a `zhicheng signer` over it in a process of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectFile } from '../../src/shared/project.ts';
import { loadModule } from '../../src/signer/pkcs11-module.ts';
import { CUSTODIAN_TOKEN, SERVICE_TOKEN } from './faulty-hsm.ts';

/** Where Debian and Ubuntu, Fedora, and a build by hand put it. */
const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
];
const MODULE = MODULES.find(file => existsSync(file)) ?? '';
const TOKEN_LABEL = 'zhicheng-test';
const PIN = '739201';
const [CKA_LABEL, CKA_VALUE, CKA_SIGN] = [0x3, 0x11, 0x108];

/** False, and said loudly, where the token or the tool that looks into it is not installed. */
export function hasSoftHsm(what: 'tested' | 'measured' = 'tested'): boolean {
  const tools = ['softhsm2-util', 'pkcs11-tool'];
  const missing = tools.filter(tool => spawnSync(tool, ['--help']).error !== undefined);
  if (missing.length === 0 && MODULE !== '') return true;
  console.warn(
    `\n*** NOT ${what.toUpperCase()}: keys in an HSM (SoftHSM2). To enable: apt-get install softhsm2 opensc ***\n`,
  );
  return false;
}

export interface SoftHsmSigner {
  readonly url: string;
  /** Settings by which a service, and its custodians, know this signer. */
  readonly env: Readonly<Record<string, string>>;
  /** What the signer has logged until now. */
  readonly log: () => string;
  /** pkcs11-tool on that token, signed in as its user. */
  readonly look: (...words: string[]) => { readonly code: number; readonly said: string };
  /** What a program gets that has the PIN and asks the token itself for the private value: CKA_VALUE. */
  readonly takeOut: (label: string) => Uint8Array;
  readonly stop: () => Promise<void>;
}

/** A new token in that folder, and a signer that answers. */
export async function softHsmSigner(folder: string): Promise<SoftHsmSigner> {
  const env = { PATH: process.env['PATH'] ?? '', SOFTHSM2_CONF: join(folder, 'softhsm2.conf') };
  mkdirSync(join(folder, 'tokens'), { recursive: true });
  writeFileSync(env.SOFTHSM2_CONF, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  const slot = ['--init-token', '--free', '--label', TOKEN_LABEL, '--pin', PIN, '--so-pin', '840312'];
  const made = spawnSync('softhsm2-util', slot, { env, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`softhsm2-util: ${made.stderr}`);
  const { child, url, log } = await started(folder, env);
  return {
    url,
    log,
    env: {
      ZHICHENG_SIGNER_URL: url,
      ZHICHENG_SIGNER_TOKEN: SERVICE_TOKEN,
      ZHICHENG_SIGNER_CUSTODIAN_TOKEN: CUSTODIAN_TOKEN,
      ZHICHENG_SIGNER_TIMEOUT_SECONDS: '30',
    },
    look: (...words) => {
      const token = ['--module', MODULE, '--token-label', TOKEN_LABEL, '--login', '--pin', PIN];
      const done = spawnSync('pkcs11-tool', [...token, ...words], { env, encoding: 'utf8' });
      return { code: done.status ?? -1, said: `${done.stdout}${done.stderr}` };
    },
    takeOut: label => {
      process.env['SOFTHSM2_CONF'] = env.SOFTHSM2_CONF;
      const module = loadModule(MODULE);
      try {
        const session = module.open(TOKEN_LABEL, Buffer.from(PIN));
        const [handle] = module.find(session, [
          [CKA_LABEL, Buffer.from(label)],
          [CKA_SIGN, Buffer.of(1)],
        ]);
        if (handle === undefined) throw new RangeError(`no private key ${label}`);
        return module.read(session, handle, CKA_VALUE);
      } finally {
        module.close();
      }
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function started(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; url: string; log: () => string }> {
  const secret = (name: string, text: string): string => {
    writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 });
    return join(folder, name);
  };
  const words = [
    ...['--module', MODULE, '--token', TOKEN_LABEL, '--port', '0'],
    ...['--pin-file', secret('pin', PIN)],
    ...['--service-token-file', secret('service', SERVICE_TOKEN)],
    ...['--custodian-token-file', secret('custodian', CUSTODIAN_TOKEN)],
  ];
  const main = projectFile('dist/src/cli/main.js');
  const child = spawn(process.execPath, [main, 'signer', ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let logged = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (logged += text));
  for await (const line of createInterface(child.stderr)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url !== undefined) return { child, url, log: () => logged };
    logged += `${line}\n`;
  }
  throw new Error(`zhicheng signer did not start: ${logged}`);
}
