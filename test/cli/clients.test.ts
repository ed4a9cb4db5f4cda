/** `zhicheng clients` as an operator types it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { projectFile } from '../../src/shared/project.ts';
import { openWorld, bureauEnv } from '../support/bureau.ts';
import { readConfig } from '../../src/config.ts';
import { databases, freshFolder, migratedUrl } from '../support/database.ts';
import { anOrganisation, organisationCodeOf } from '../support/people.ts';

const BODY = organisationCodeOf(900);
const MODULE = pathToFileURL(projectFile('dist/src/cli/clients.js')).href;
const SCRIPT = `const { clientsCommand } = await import('${MODULE}');
try { process.exitCode = await clientsCommand.run(process.argv.slice(1)); }
catch (error) { process.stderr.write(String(error)); process.exitCode = 1; }`;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Terminal {
  readonly run: (...words: readonly string[]) => Ran;
  /** Writes a new key pair. @returns the paths of its halves */
  readonly keys: (name: string) => { readonly publicFile: string; readonly privateFile: string };
}

async function aTerminal(t: ExecutionContext): Promise<Terminal> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const folder = freshFolder(t);
  const env = bureauEnv(folder, await migratedUrl(t, sqlite));
  const world = await openWorld(t, readConfig(env));
  await anOrganisation(world, { code: BODY, name: '测试注册中心', capacities: ['registration-body'] });
  const run = (...words: readonly string[]): Ran => {
    const all = ['--input-type=module', '-e', SCRIPT, '--', ...words];
    const done = spawnSync(process.execPath, all, {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      encoding: 'utf8',
    });
    return { code: done.status, out: done.stdout, err: done.stderr };
  };
  const keys = (name: string): { publicFile: string; privateFile: string } => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const [publicFile, privateFile] = [join(folder, `${name}.pub`), join(folder, `${name}.pem`)];
    writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(privateFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return { publicFile, privateFile };
  };
  return { run, keys };
}

test('an operator enters a client, gives it another key and ends it', async t => {
  const { run, keys } = await aTerminal(t);
  const [first, second] = [keys('first'), keys('second')];
  const add = ['add', '--organisation', BODY, '--name', '执业注册平台', '--key'];

  const made = run(...add, first.publicFile, '--per-minute', '100');
  const id = /接入编号\t([0-9a-f]{32})\n/.exec(made.out)?.[1] ?? '';
  const twice = run(...add, first.publicFile);
  const renewed = run('key', '--client', id, '--key', second.publicFile);
  const list = run('list');
  const ended = run('end', '--client', id);
  const after = run('list');

  t.is(made.code, 0, made.err);
  t.regex(made.out, /每分钟 100 项，每天 20000 项/);
  t.regex(twice.err, /REGISTER_CONFLICT/);
  t.is(renewed.code, 0, renewed.err);
  t.is(list.out, `${id}\t测试注册中心\t执业注册平台\tEd25519\t100/分钟 20000/天\t使用中\n`);
  t.is(ended.out, '已停用。\n');
  t.regex(after.out, / 停用\n$/);
});

test('a private key is never taken, nor what is no key, nor a quota too small for a batch', async t => {
  const { run, keys } = await aTerminal(t);
  const { publicFile, privateFile } = keys('own');
  const add = ['add', '--organisation', BODY, '--name', '执业注册平台', '--key'];

  t.regex(run(...add, privateFile).err, /CONTENT_INVALID.*私钥/);
  t.regex(run(...add, projectFile('package.json')).err, /CONTENT_INVALID/);
  t.regex(run(...add, '/nowhere').err, /FILE_UNREADABLE/);
  t.regex(run(...add, publicFile, '--per-minute', '99').err, /100 至 100000/);
  t.regex(run('key', '--client', 'nobody', '--key', publicFile).err, /CLIENT_UNKNOWN/);
  t.regex(run('forget').err, /须写明一个操作/);
  t.is(run('list').out, '');
});
