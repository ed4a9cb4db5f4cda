/** `zhicheng accounts` as an operator types it, on a database that nobody has touched. */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { projectFile } from '../../src/shared/project.ts';
import { bureauEnv, idNumberOf } from '../support/bureau.ts';
import { databases, freshFolder, freshUrl } from '../support/database.ts';
import { organisationCodeOf } from '../support/people.ts';

const BUREAU = organisationCodeOf(1);
const ADMINISTRATOR = [
  ...['--login', 'guanli', '--name', '管理员', '--id-number', idNumberOf(1), '--phone', '19900001001'],
  ...['--organisation', BUREAU, '--capacity', 'bureau', '--duty', 'administrator'],
];
const NAMED = [...ADMINISTRATOR, '--org-name', '天津市测试局'];
const MODULE = pathToFileURL(projectFile('dist/src/cli/accounts.js')).href;
const SCRIPT = `const { accountsCommand } = await import('${MODULE}');
try { process.exitCode = await accountsCommand.run(process.argv.slice(1)); }
catch (error) { process.stderr.write(String(error)); process.exitCode = 1; }`;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function aTerminal(
  t: ExecutionContext,
): Promise<(words: readonly string[], more?: Record<string, string>) => Ran> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const env = bureauEnv(freshFolder(t), await freshUrl(t, sqlite));
  return (words, more = {}) => {
    const all = ['--input-type=module', '-e', SCRIPT, '--', ...words];
    const done = spawnSync(process.execPath, all, {
      env: { PATH: process.env['PATH'] ?? '', ...env, ...more },
      encoding: 'utf8',
    });
    return { code: done.status, out: done.stdout, err: done.stderr };
  };
}

test('the first administrator is made on an empty database, and the secrets are shown this once', async t => {
  const run = await aTerminal(t);

  const unnamed = run(['add', ...ADMINISTRATOR]);
  const made = run(['add', ...NAMED]);
  const twice = run(['add', ...NAMED]);
  const list = run(['list']);

  t.regex(unnamed.err, /ORGANISATION_UNKNOWN/);
  t.is(made.code, 0, made.err);
  t.regex(made.out, /初始密码\t\S{16}\n/);
  t.regex(made.out, /otpauth:\/\/totp\/\S*guanli\S*secret=[A-Z2-7]{32}/);
  t.regex(twice.err, /LOGIN_TAKEN/);
  t.is(list.out, 'guanli\t管理员\tactive\t天津市测试局 bureau/administrator\n');
});

test('an operator stops, resumes and renews an account and sees its sessions', async t => {
  const run = await aTerminal(t);
  const made = run(['add', ...NAMED]);

  const disabled = run(['disable', '--login', 'guanli', '--reason', '休假']);
  const seen = run(['list', '--organisation', BUREAU]);
  const enabled = run(['enable', '--login', 'guanli']);
  const reset = run(['reset', '--login', 'guanli']);
  const sessions = run(['sessions', '--login', 'guanli', '--end']);
  const unknown = run(['disable', '--login', 'nobody', '--reason', 'x']);

  t.is(disabled.code, 0, disabled.err);
  t.regex(seen.out, /guanli\t管理员\tdisabled/);
  t.is(enabled.code, 0, enabled.err);
  t.regex(reset.out, /初始密码\t\S{16}\n/);
  t.not(/初始密码\t(\S+)/.exec(reset.out)?.[1], /初始密码\t(\S+)/.exec(made.out)?.[1]);
  t.is(sessions.out, '已全部结束。\n', sessions.err);
  t.regex(unknown.err, /NOT_FOUND/);
});

test('the one-time password of now is shown in a demonstration, never in production', async t => {
  const run = await aTerminal(t);
  const key = { ZHICHENG_DATA_KEY: Buffer.alloc(32, 1).toString('base64url') };
  run(['add', ...NAMED], key);

  const shown = run(['code', '--login', 'guanli'], key);
  const production = { NODE_ENV: 'production', ZHICHENG_ORIGIN: 'https://zc.example.gov.cn' };
  const refused = run(['code', '--login', 'guanli'], { ...key, ...production });

  t.regex(shown.out, /^\d{6}\n$/);
  t.regex(refused.err, /DEMO_REFUSED/);
});
