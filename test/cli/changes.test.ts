/**
 * Changes of state as an operator types them: one certificate's whole life, all that is refused, and a file of many, killed in the middle.
 * Every step is asked of the record, of a verifier with the newest lists and of one that has nothing but a saved trust file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { checkEverything } from '../../src/cli/fsck.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import { newestVersions } from '../../src/revocation/newest-versions.ts';
import type { CertificateState } from '../../src/revocation/state.ts';
import { changesOf } from '../../src/revocation/store.ts';
import { projectFile } from '../../src/shared/project.ts';
import type { ChangeSheetChecked, StatusAt } from '../../src/shared/shapes/shapes.ts';
import { addDays, dateAt, toChineseDate, type PlainDate } from '../../src/shared/time.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { dataKeyFile, type World } from '../../src/world.ts';
import type { Certificate } from '../../src/certificate/store.ts';
import { aRegister, one, verdictNow } from '../revocation/a-register.ts';
import { bureauEnv } from '../support/bureau.ts';
import { databases, freshFolder, type TestDatabase } from '../support/database.ts';
import { runningWith, zhicheng, type Ran } from '../support/running.ts';

const MAIN = 'dist/src/cli/main.js';
const DOCUMENT = '津人社撤字〔2026〕1号（测试）';
/** A good number that nobody has. */
const UNKNOWN = 'B1220219999998';
const NOWHERE = 'mysql://root@127.0.0.1:1/none';

/** Days from today, which for the commands is the machine's. */
const today = (): PlainDate => dateAt(Math.floor(Date.now() / 1000));
const inDays = (days: number): PlainDate => addDays(today(), days);

interface Terminal {
  readonly world: World;
  readonly folder: string;
  readonly certificates: readonly Certificate[];
  readonly run: (...words: readonly string[]) => Promise<Ran>;
  /** The World's clock goes to the machine's, which the commands read. */
  readonly catchUp: () => void;
}

/** A bureau with so many certificates of July 2021, and today's lists. */
async function aTerminal(t: ExecutionContext, database: TestDatabase, count: number): Promise<Terminal> {
  const { world, certificates, now, pass } = await aRegister(t, database, count);
  const run: Terminal['run'] = async (...words) => zhicheng(world, ...words);
  const catchUp = (): void => pass(Math.floor(Date.now() / 1000) - now());
  const published = await run('publish');
  if (published.status !== 0) throw new RangeError(published.stderr);
  return { world, folder: freshFolder(t), certificates, run, catchUp };
}

for (const database of databases()) {
  const on = `, on ${database.name}`;

  test(`suspended, extended once, resumed, revoked for fraud: after every command all verifiers and the record say it${on}`, async t => {
    const terminal = await aTerminal(t, database, 1);
    const { run } = terminal;
    const { number } = one(terminal);
    const said = async (words: readonly string[], pattern: RegExp): Promise<void> => {
      const { status, stdout, stderr } = await run(...words);
      t.is(status, 0, stderr);
      t.regex(stdout, pattern);
    };
    t.regex((await run('publish')).stdout, /状态没有变化/);
    await allSay(t, terminal, { state: 'VALID', verdict: 'valid' });

    await said(['suspend', number], RegExp(`有效 → 核查中，暂停使用，至 ${chinese(60)}（含当日）`));
    await allSay(t, terminal, { state: 'SUSPENDED', verdict: 'suspended', through: inDays(60) });
    await said(
      ['extend', number, '--until', inDays(90)],
      RegExp(`→ 核查中，暂停使用，至 ${chinese(90)}（含当日）`),
    );
    await allSay(t, terminal, { state: 'SUSPENDED', verdict: 'suspended', through: inDays(90) });
    const again = await run('extend', number, '--until', inDays(120));
    t.is(again.status, 1);
    t.regex(again.stderr, /^EXTENDED_ALREADY：.*到期自动恢复有效/);
    await said(['resume', number], /核查中，暂停使用 → 有效，状态列表已发布/);
    await allSay(t, terminal, { state: 'VALID', verdict: 'valid' });
    await said(
      ['revoke', number, '--reason', 'FRAUD', '--document', DOCUMENT],
      /有效 → 已撤销，自 2021年7月9日 起无效，状态列表已发布/,
    );
    await allSay(t, terminal, { state: 'REVOKED', verdict: 'revoked' });

    const past = await run('status', number, '--on', '2021-08-02', '--json');
    t.is(past.status, 0, past.stderr);
    const { state, versions } = JSON.parse(past.stdout) as StatusAt;
    t.is(state, 'VALID');
    t.like(versions[0], { annulled: { invalidFrom: '2021-07-09' }, published: { agrees: true, set: [] } });
    t.regex((await run('status', number, '--on', '2021-07-29')).stdout, /尚未签发/);
    t.regex(
      (await run('status', number)).stdout,
      /：已撤销\n.*原因 弄虚作假.*自 2021-07-09 起无效\n.*与变更记录一致/,
    );
    t.deepEqual(await faultsOf(terminal), []);
  });

  test(`whatever is refused says its code and changes nothing, and so does production${on}`, async t => {
    const terminal = await aTerminal(t, database, 3);
    const { run } = terminal;
    const [valid, suspended, revoked] = [one(terminal), one(terminal, 1), one(terminal, 2)].map(
      each => each.number,
    );
    if (valid === undefined || suspended === undefined || revoked === undefined) return t.fail();
    await run('suspend', suspended);
    await run('revoke', revoked, '--reason', 'FRAUD', '--document', DOCUMENT);
    const before = await standingOf(terminal);

    const all = refusals({ valid, suspended, revoked });
    // what no database has a say in is tried once
    for (const [title, words, said, status = 1] of database.name === 'SQLite' ? all : all.slice(0, ON_BOTH)) {
      const refused = await run(...words);
      t.is(refused.status, status, title);
      t.is(refused.stdout, '', title);
      t.regex(refused.stderr, said, title);
    }
    for (const words of [
      ['revoke', valid, '--reason', 'FRAUD', '--document', DOCUMENT],
      ['changes', 'run', aSheet(terminal, 'one.csv', [valid]), '--change', '暂停'],
    ]) {
      const refused = await inProduction(terminal.world, words);
      t.is(refused.status, 1, words[0]);
      t.regex(refused.stderr, /^TWO_PERSONS_NEEDED：/, words[0]);
    }
    t.deepEqual(await standingOf(terminal), before);
    return undefined;
  });

  test(`a change whose lists cannot be signed stands and says so, and publishing it later makes it public${on}`, async t => {
    const terminal = await aTerminal(t, database, 1);
    const { world, run } = terminal;
    const { number } = one(terminal);
    const settings = bureauEnv(world.config.dataDir, world.config.databaseUrl);
    const wrong = { ...settings, ZHICHENG_KEY_PASSPHRASE: 'not the passphrase for tests' };

    const cut = await runningWith(wrong, MAIN, 'suspend', number);
    const meanwhile = await verdictOf(terminal, one(terminal));
    const published = await run('publish');
    t.is(cut.status, 1);
    t.is(cut.stdout, '');
    t.regex(cut.stderr, /变更已生效，但状态列表尚未发布.*zhicheng publish。\nPASSPHRASE_WRONG：/);
    t.is(meanwhile, 'valid');
    t.regex(published.stdout, /^suspension-1\t第 \d+ 版$/m);
    t.is(await verdictOf(terminal, one(terminal)), 'suspended');
  });

  test(`a file is looked at row by row without a change, refused whole for one bad row, carried out once and told again${on}`, async t => {
    const terminal = await aTerminal(t, database, 4);
    const { run, certificates } = terminal;
    const [first = '', two = '', three = ''] = certificates.map(each => each.number);
    const good = aSheet(terminal, 'good.csv', [first, two]);
    const faulty = aSheet(terminal, 'faulty.csv', [first, three, first, UNKNOWN, 'B12202']);
    const cancel = ['--change', '注销', '--reason', 'ISSUED_BY_MISTAKE', '--document', DOCUMENT];
    const before = await standingOf(terminal);

    const looked = await run('changes', 'check', good, ...cancel);
    const bad = await run('changes', 'check', faulty, ...cancel, '--json');
    const refused = await run('changes', 'run', faulty, ...cancel);
    t.is(looked.status, 0, looked.stderr);
    t.deepEqual(linesOf(looked), [`2\t${first}\t注销\t有效 → 已注销`, `3\t${two}\t注销\t有效 → 已注销`]);
    t.regex(looked.stderr, /共 2 行，有错误 0 行；什么也没有改变/);
    t.is(bad.status, 1);
    t.deepEqual(faultsIn(bad), [[], [], ['ROW_REPEATED'], ['CERTIFICATE_UNKNOWN'], ['CERTIFICATE_UNKNOWN']]);
    t.is(refused.status, 1);
    t.regex(refused.stderr, /CHANGE_SHEET_INVALID：有 3 行有错误/);
    t.is(linesOf(refused).length, 5);
    t.regex(refused.stdout, /^4\t.*ROW_REPEATED 证书编号：/m);
    t.deepEqual(await standingOf(terminal), before);

    const done = await run('changes', 'run', good, ...cancel);
    const after = await standingOf(terminal);
    const again = await run('changes', 'run', good, ...cancel, '--json');
    t.is(done.status, 0, done.stderr);
    t.deepEqual(linesOf(done), [
      `2\t${first}\t注销\t已办成\t有效 → 已注销`,
      `3\t${two}\t注销\t已办成\t有效 → 已注销`,
    ]);
    t.deepEqual(after.changes, [1, 1, 0, 0]);
    t.is(again.status, 0, again.stderr);
    t.regex(again.stderr, /同样的一份先前已开始办理/);
    t.like(JSON.parse(again.stdout), { done: 2, failed: 0 });
    t.deepEqual(await standingOf(terminal), after);
    for (const place of [0, 1, 2])
      t.is(await verdictOf(terminal, one(terminal, place)), place < 2 ? 'revoked' : 'valid');
    t.regex(
      (await run('changes', 'check', good, ...cancel)).stdout,
      /STATE_CONFLICT 证书编号：证书当前为“已注销”/,
    );
  });

  test(`a run that is killed goes on by the same command: each row exactly once${on}`, async t => {
    const terminal = await aTerminal(t, database, 7);
    const numbers = terminal.certificates.map(each => each.number);
    const whole = ['--change', '撤销', '--reason', 'REVIEW_OVERTURNED', '--document', DOCUMENT];
    const killings = {
      'at its first word of progress': [MAIN, 'changes', 'run'],
      'in its second transaction': ['dist/test/cli/changes-child.js', 'changed'],
    };

    const before = await standingOf(terminal);
    for (const [place, [script = '', ...words]] of Object.values(killings).entries()) {
      const own = numbers.slice(3 * place, 3 * place + 3);
      const file = aSheet(terminal, `${place}.csv`, own);
      await killedAtItsFirstLine(terminal, script, [...words, file, ...whole]);
      const resumed = await terminal.run('changes', 'run', file, ...whole, '--json');
      t.is(resumed.status, 0, resumed.stderr);
      t.regex(resumed.stderr, /同样的一份先前已开始办理/);
      t.like(JSON.parse(resumed.stdout), { done: 3, failed: 0 });
    }

    const { changes, messages } = await standingOf(terminal);
    t.deepEqual(changes, [...Array<number>(6).fill(1), 0]);
    t.is(messages - before.messages, 6);
    t.is(await verdictOf(terminal, one(terminal, 5)), 'revoked');
    t.is(await verdictOf(terminal, one(terminal, 6)), 'valid');
    t.deepEqual(await faultsOf(terminal), []);
  });
}

interface Expected {
  readonly state: CertificateState;
  readonly verdict: VerificationReport['verdict'];
  /** Last day of the suspension. */
  readonly through?: PlainDate;
}

/** What the record, a verifier with the newest lists and one without any network say of the only certificate. */
async function allSay(t: ExecutionContext, terminal: Terminal, expected: Expected): Promise<void> {
  const { run } = terminal;
  const { number, qrText } = one(terminal);
  const { state, verdict, through } = expected;
  const [online, offline, asked] = await Promise.all([
    run('verify', qrText, '--json'),
    verifiedOffline(terminal, qrText),
    run('status', number, '--on', today(), '--json'),
  ]);

  for (const verified of [online, offline]) {
    t.is(verified.status, verdict === 'valid' ? 0 : 1, verified.stderr);
    t.is((JSON.parse(verified.stdout) as VerificationReport).verdict, verdict);
  }
  const status = JSON.parse(asked.stdout) as StatusAt;
  t.is(asked.status, 0, asked.stderr);
  t.like(status, { number, state });
  t.true(status.versions[0]?.published?.agrees);
  if (through !== undefined)
    t.is(dateAt(Date.parse(status.versions[0]?.until ?? '') / 1000), addDays(through, 1));
  if (state === 'REVOKED')
    t.like(status.versions[0], { reason: 'FRAUD', document: DOCUMENT, invalidFrom: '2021-07-09' });
}

/** By a trust file saved now, on a machine that reaches no database. */
async function verifiedOffline({ world, folder, run }: Terminal, text: string): Promise<Ran> {
  const file = join(folder, 'trust.json');
  const saved = await run('trust', '--save', file);
  if (saved.status !== 0) throw new RangeError(saved.stderr);
  const cutOff = { config: { ...world.config, databaseUrl: NOWHERE } };
  return zhicheng(cutOff, 'verify', text, '--trust', file, '--json');
}

async function verdictOf({ world, catchUp }: Terminal, certificate: Certificate): Promise<string> {
  catchUp();
  return verdictNow(world, certificate);
}

async function faultsOf({ world, catchUp }: Terminal): Promise<readonly string[]> {
  catchUp();
  return (await checkEverything(world)).faults;
}

/** All that a change would leave behind: on record, to its holder and to the public. */
async function standingOf({ world, certificates }: Terminal): Promise<{
  readonly changes: readonly number[];
  readonly messages: number;
  readonly lists: readonly string[];
}> {
  const changes: number[] = [];
  for (const certificate of certificates) changes.push((await changesOf(world.db, certificate)).length);
  const messages = (await recentMessages(world, 1000)).length;
  const lists = (await newestVersions(world.db)).map(
    ({ purpose, list, version }) => `${purpose}-${list} ${version}`,
  );
  return { changes, messages, lists };
}

type Refusal = readonly [title: string, words: readonly string[], said: RegExp, status?: number];
/** So many of them, from the first, are asked of every database. */
const ON_BOTH = 13;

function refusals(numbers: { valid: string; suspended: string; revoked: string }): readonly Refusal[] {
  const { valid, suspended, revoked } = numbers;
  const fraud = ['--reason', 'FRAUD', '--document', DOCUMENT];
  const until = (end: string): readonly string[] => ['suspend', valid, '--until', end];
  return [
    ['a revoked one revoked', ['revoke', revoked, ...fraud], /^STATE_CONFLICT：证书当前为“已撤销”/],
    ['a revoked one resumed', ['resume', revoked], /^STATE_CONFLICT：证书当前为“已撤销”/],
    ['a valid one resumed', ['resume', valid], /^STATE_CONFLICT：.*没有在执行的暂停/],
    ['a valid one extended', ['extend', valid, '--until', inDays(30)], /^STATE_CONFLICT：.*没有在执行的暂停/],
    ['ends in the past', until(inDays(-1)), /^BAD_REQUEST：.*不能早于今天/],
    ['ends too late', until(inDays(300)), /^BAD_REQUEST：.*不能晚于 .*180 天/],
    ['ends on garbage', until('九月'), /^BAD_REQUEST：截止日期须是/],
    ['an empty end', until(''), /^BAD_REQUEST：截止日期须是/],
    ['extended without end', ['extend', suspended], /^BAD_REQUEST：请写明延长后的截止日期/],
    ['no document', ['revoke', valid, '--reason', 'FRAUD'], /^DOCUMENT_MISSING：/],
    [
      'an unknown reason',
      ['revoke', valid, '--reason', 'fraud', '--document', DOCUMENT],
      /^REASON_UNKNOWN：/,
    ],
    ['a number of nobody', ['revoke', UNKNOWN, ...fraud], /^CERTIFICATE_UNKNOWN：/],
    ['no number', ['suspend', `${valid.slice(0, -1)}x`], /^CERTIFICATE_UNKNOWN：/],
    // 13 so far
    ['a suspended one suspended', ['suspend', suspended], /^STATE_CONFLICT：.*只能延长、恢复或撤销/],
    ['ends on no day', until('2027-02-30'), /^BAD_REQUEST：截止日期须是/],
    ['extended to no later', ['extend', suspended, '--until', inDays(30)], /^BAD_REQUEST：.*须晚于现在的/],
    ['a blank document', ['revoke', valid, '--reason', 'FRAUD', '--document', ' '], /^DOCUMENT_MISSING：/],
    ['no reason', ['revoke', valid, '--document', DOCUMENT], /^REASON_UNKNOWN：.*FRAUD（弄虚作假）/],
    ['another change’s reason', ['suspend', valid, '--reason', 'FRAUD'], /^REASON_UNKNOWN：/],
    ['the status of nobody', ['status', UNKNOWN], /^CERTIFICATE_UNKNOWN：/],
    ['the status in the future', ['status', valid, '--on', inDays(2)], /^QUERY_INVALID：不能查询将来/],
    ['the status on no day', ['status', valid, '--on', '2021-02-30'], /^QUERY_INVALID：/],
    ['two numbers', ['suspend', valid, revoked], /^用法有误：须写明一个证书编号/, 2],
    ['an end that none has', ['revoke', valid, ...fraud, '--until', inDays(9)], /^用法有误：只有暂停/, 2],
    ['changes of an absent file', ['changes', 'run', '没有.csv'], /^FILE_UNREADABLE：/],
  ];
}

/** As on the bureau's own server, where the data key is a setting and test keys are none. */
async function inProduction({ config }: World, words: readonly string[]): Promise<Ran> {
  const env = {
    ...bureauEnv(config.dataDir, config.databaseUrl),
    NODE_ENV: 'production',
    ZHICHENG_ORIGIN: 'https://localhost:3000',
    ZHICHENG_DATA_KEY: readFileSync(dataKeyFile(config.dataDir), 'utf8').trim(),
  };
  return runningWith(env, MAIN, ...words);
}

function aSheet({ folder }: Terminal, name: string, numbers: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, ['证书编号', ...numbers].join('\r\n'));
  return file;
}

function linesOf({ stdout }: Ran): readonly string[] {
  return stdout.trimEnd().split('\n');
}

function faultsIn({ stdout }: Ran): readonly (readonly string[])[] {
  return (JSON.parse(stdout) as ChangeSheetChecked).rows.map(({ faults }) => faults.map(({ code }) => code));
}

function chinese(days: number): string {
  return toChineseDate(inDays(days));
}

async function killedAtItsFirstLine(
  { world: { config } }: Terminal,
  script: string,
  words: readonly string[],
): Promise<void> {
  const env = { ...bureauEnv(config.dataDir, config.databaseUrl), PATH: process.env['PATH'] ?? '' };
  const child = spawn(process.execPath, [projectFile(script), ...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  await once(createInterface(child.stderr), 'line');
  child.kill('SIGKILL');
  await ended;
}
