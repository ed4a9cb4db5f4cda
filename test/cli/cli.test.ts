/** The commands as an operator types them: real processes, real files, exit codes and stable codes. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import type { ExecutionContext } from 'ava';
import { projectFile } from '../../src/shared/project.ts';
import { bureauEnv, someCells } from '../support/bureau.ts';
import { databases, freshFolder, freshUrl } from '../support/database.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Terminal {
  readonly folder: string;
  readonly run: (...words: string[]) => Ran;
  readonly runWith: (env: Record<string, string>, ...words: string[]) => Ran;
}

async function aTerminal(t: ExecutionContext): Promise<Terminal> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const folder = freshFolder(t);
  const env = bureauEnv(folder, await freshUrl(t, sqlite));
  const runWith = (more: Record<string, string>, ...words: string[]): Ran => {
    const done = spawnSync(process.execPath, [projectFile('dist/src/cli/main.js'), ...words], {
      env: { PATH: process.env['PATH'] ?? '', ...env, ...more },
      encoding: 'utf8',
    });
    return { code: done.status ?? -1, out: done.stdout, err: done.stderr };
  };
  return { folder, runWith, run: (...words) => runWith({}, ...words) };
}

function aRoster(folder: string, rows: readonly Record<string, string>[]): string {
  const file = join(folder, 'roster.json');
  writeFileSync(file, JSON.stringify(rows));
  return file;
}

test('keys, roster, picture, offline verification, revocation: the whole way by commands alone', async t => {
  const { folder, run } = await aTerminal(t);
  for (const words of [
    ['root', '--test'],
    ['add', '--use', 'status-lists'],
    ['add', '--use', 'files'],
    ['add', '--month', '2021-07'],
  ]) {
    t.is(run('keys', ...words).code, 0, words.join(' '));
  }
  const roster = aRoster(folder, [someCells(1), someCells(2, { 姓名: '王𬭎' })]);

  const issued = run('issue', '--roster', roster, '--month', '2021-07', '--out', join(folder, 'out'));
  const again = run('issue', '--roster', roster, '--month', '2021-07', '--no-images');

  t.is(issued.code, 0, issued.err);
  const lines = issued.out
    .trim()
    .split('\n')
    .map(line => line.split('\t'));
  t.is(lines.length, 2);
  t.deepEqual(
    again.out
      .trim()
      .split('\n')
      .map(line => line.split('\t')[0]),
    lines.map(line => line[0]),
  );

  const [number = '', text = '', picture = ''] = lines[0] ?? [];
  const photo = join(folder, 'photo.jpg');
  await sharp(picture).resize({ width: 1000 }).jpeg({ quality: 60 }).toFile(photo);
  const trust = join(folder, 'trust.json');
  t.is(run('trust', '--save', trust).code, 0);
  for (const input of [picture, photo, text]) {
    const verified = run('verify', input, '--trust', trust, '--json');
    t.is(verified.code, 0, verified.err);
    t.is((JSON.parse(verified.out) as { verdict: string }).verdict, 'valid');
  }

  t.is(run('revoke', number, '--reason', 'FRAUD').code, 1);
  t.is(run('revoke', number, '--reason', 'FRAUD', '--document', '津人社撤字〔2021〕1号').code, 0);
  const revoked = run('verify', picture);
  t.is(revoked.code, 1);
  t.regex(revoked.out, /证书已撤销（revoked）/);
  t.is(run('fsck').code, 0);

  const rolledBack = readFileSync(trust);
  t.is(run('trust', '--save', trust).code, 0);
  t.notDeepEqual(readFileSync(trust), rolledBack);
  t.is(run('verify', picture, '--trust', trust).code, 1);
});

test('a bad roster is refused whole and comes back with its errors told cell by cell', async t => {
  const { folder, run } = await aTerminal(t);
  for (const words of [
    ['root', '--test'],
    ['add', '--use', 'status-lists'],
    ['add', '--use', 'files'],
    ['add', '--month', '2021-07'],
  ])
    run('keys', ...words);
  const roster = aRoster(folder, [someCells(1), someCells(2, { 手机号码: '12900001001', 层级: '中级' })]);

  const refused = run('issue', '--roster', roster, '--month', '2021-07');

  t.is(refused.code, 1);
  t.regex(refused.err, /ROSTER_ROWS_INVALID/);
  const [, second] = JSON.parse(readFileSync(join(folder, 'roster.错误.json'), 'utf8')) as Record<
    string,
    string
  >[];
  t.regex(second?.['错误说明'] ?? '', /手机号码[\s\S]*层级/);
  const issued = run(
    'issue',
    '--roster',
    aRoster(folder, [someCells(1)]),
    '--month',
    '2021-07',
    '--no-images',
  );
  t.regex(issued.out, /^B12202100000/);
});

const REFUSED: readonly { name: string; file: string; bytes: Uint8Array | string; code: string }[] = [
  { name: 'an empty file', file: 'a.csv', bytes: '', code: 'FILE_EMPTY' },
  {
    name: 'one byte',
    file: 'a.xlsx',
    bytes: 'P',
    code: 'FILE_FORMAT_UNKNOWN|ROSTER_HEAD_WRONG|ROSTER_EMPTY',
  },
  {
    name: 'GBK bytes behind a UTF-8 mark',
    file: 'a.csv',
    bytes: new Uint8Array([0xef, 0xbb, 0xbf, 0xd0, 0xd5, 0xc3, 0xfb]),
    code: 'ENCODING_UNKNOWN',
  },
  { name: 'wrong heads', file: 'a.csv', bytes: '姓名,年龄\n张明远,40\n', code: 'ROSTER_HEAD_WRONG' },
];

test('a file that is no roster gets one clear error with a stable code', async t => {
  const { folder, run } = await aTerminal(t);

  for (const { name, file, bytes, code } of REFUSED) {
    writeFileSync(join(folder, file), bytes);
    const refused = run('issue', '--roster', join(folder, file), '--month', '2021-07');

    t.is(refused.code, 1, name);
    t.regex(refused.err, new RegExp(`(${code})：`), name);
    t.notRegex(refused.err, /at .*\.js:\d+/, name);
  }
  t.regex(run('issue', '--roster', join(folder, 'absent.csv'), '--month', '2021-07').err, /FILE_UNREADABLE/);
  t.regex(run('issue', '--roster', join(folder, 'a.csv'), '--month', '2021-7').err, /MONTH_INVALID/);
  t.is(run('issue').code, 2);
  t.is(run('issue', '--frob').code, 2);
  t.is(run('nothing').code, 2);
});

test('what is no certificate is never valid, and says so with a stable code', async t => {
  const { folder, run } = await aTerminal(t);
  for (const words of [
    ['root', '--test'],
    ['add', '--use', 'status-lists'],
    ['add', '--use', 'files'],
    ['add', '--month', '2021-07'],
  ])
    run('keys', ...words);
  const blank = join(folder, 'blank.png');
  await sharp({ create: { width: 300, height: 300, channels: 3, background: 'white' } })
    .png()
    .toFile(blank);
  const text = join(folder, 'no-image.png');
  writeFileSync(text, new Uint8Array([1, 2, 3, 250, 251]));

  t.regex(run('verify', blank).err, /IMAGE_WITHOUT_CODE/);
  t.regex(run('verify', text).err, /IMAGE_UNREADABLE/);
  t.regex(run('verify', join(folder, 'absent.png')).err, /FILE_UNREADABLE/);
  for (const input of [
    '',
    'https://zc.example.org/v#0112345',
    'http://localhost:3000/v#01123',
    `http://localhost:3000/v#01${'9'.repeat(2001)}`,
    'a.b.c',
    'http://localhost:3000/v#9912345',
    'https://localhost:3000@evil.example/v#01123',
    'javascript:alert("/v")',
  ]) {
    const { code, out } = run('verify', input, '--json');
    t.is(code, 1, input.slice(0, 40));
    t.true(
      ['invalid', 'not-ours'].includes((JSON.parse(out) as { verdict: string }).verdict),
      input.slice(0, 40),
    );
  }
  // R30, R31
  t.regex(run('verify', '津人专字2008/0123456').out, /not-ours[^]*纸质证书不在本系统查验范围[^]*原渠道/);
  t.regex(run('verify', 'B1220210000017').out, /not-ours[^]*这是证书编号/);
});

test('wrong and missing passphrases are told apart, and a second root is refused', async t => {
  const { run, runWith } = await aTerminal(t);
  t.is(run('keys', 'root', '--test').code, 0);

  t.regex(run('keys', 'root').err, /KEYS_EXIST/);
  t.regex(
    runWith({ ZHICHENG_ROOT_PASSPHRASE: 'not the passphrase' }, 'keys', 'add', '--month', '2021-07').err,
    /PASSPHRASE_WRONG/,
  );
  t.regex(
    runWith({ ZHICHENG_ROOT_PASSPHRASE: 'short' }, 'keys', 'add', '--month', '2021-07').err,
    /PASSPHRASE_MISSING/,
  );
  t.regex(runWith({ ZHICHENG_TYPO: '1' }, 'keys', 'list').err, /CONFIG_INVALID/);
});

test('production refuses test keys and demonstrations', async t => {
  const { folder, run, runWith } = await aTerminal(t);
  for (const words of [
    ['root', '--test'],
    ['add', '--use', 'status-lists'],
    ['add', '--use', 'files'],
  ])
    run('keys', ...words);
  run('migrate');
  const production = {
    NODE_ENV: 'production',
    ZHICHENG_ORIGIN: 'http://localhost:3000',
    ZHICHENG_DATA_KEY: Buffer.alloc(32, 7).toString('base64url'),
  };

  t.regex(runWith(production, 'demo', '--once').err, /CONFIG_INVALID|DEMO_REFUSED/);
  const started = spawnSync(process.execPath, [projectFile('dist/src/main.js')], {
    env: {
      ...bureauEnv(folder, `sqlite:${join(folder, 'p.sqlite')}`),
      ...production,
      ZHICHENG_ORIGIN: 'https://localhost:3000',
    },
    encoding: 'utf8',
    timeout: 20_000,
  });
  t.not(started.status, 0);
  t.regex(started.stderr, /TEST_KEY_IN_PRODUCTION|MANIFEST_INVALID/);
});

test('in production nobody revokes alone at the command line', async t => {
  const { runWith } = await aTerminal(t);
  const production = {
    NODE_ENV: 'production',
    ZHICHENG_ORIGIN: 'https://localhost:3000',
    ZHICHENG_DATA_KEY: Buffer.alloc(32, 7).toString('base64url'),
  };

  const words = ['B1220210000011', '--reason', 'FRAUD', '--document', '津人社撤字〔2021〕1号'];

  t.regex(runWith(production, 'revoke', ...words).err, /TWO_PERSONS_NEEDED/);
});

test('in production no key is given up or its certificates made anew without the document that ordered it', async t => {
  const { runWith } = await aTerminal(t);
  const production = {
    NODE_ENV: 'production',
    ZHICHENG_ORIGIN: 'https://localhost:3000',
    ZHICHENG_DATA_KEY: Buffer.alloc(32, 7).toString('base64url'),
  };
  const keys = (...words: string[]): Ran => runWith(production, 'keys', ...words);
  for (const words of [['root'], ['add', '--use', 'status-lists'], ['add', '--month', '2021-07']])
    t.is(keys(...words).code, 0, words.join(' '));

  for (const words of [['compromise'], ['compromise', '--reissue'], ['reissue']])
    t.regex(keys(...words, 'key-2').err, /^DOCUMENT_MISSING：.*请加上 --document 文号/, words.join(' '));
  t.regex(keys('list').out, /key-2\t.*\t可用/);
  t.is(keys('compromise', 'key-2', '--document', '津人社密〔2026〕1号').code, 0);
  t.regex(keys('list').out, /key-2\t.*\t作废/);
});

test('the roster template can be filled and is refused only for having no rows', async t => {
  const { folder, run } = await aTerminal(t);
  for (const words of [
    ['root', '--test'],
    ['add', '--use', 'status-lists'],
    ['add', '--use', 'files'],
    ['add', '--month', '2021-07'],
  ])
    run('keys', ...words);

  for (const format of ['xlsx', 'csv', 'json']) {
    const file = join(folder, `template.${format}`);
    t.is(run('roster-template', file).code, 0);
    t.regex(run('issue', '--roster', file, '--month', '2021-07').err, /ROSTER_EMPTY/, format);
  }
  t.is(readdirSync(folder).filter(name => name.startsWith('template.')).length, 3);
});
