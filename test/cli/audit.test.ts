import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { GENESIS_HASH, hashedText } from '../../src/audit/entry.ts';
import { recordLook } from '../../src/audit/look.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { agrees, takeCheckpoint, toCheckpoint } from '../../src/inspection/checkpoint.ts';
import { auditLines } from '../../src/inspection/export-audit.ts';
import { readConfig } from '../../src/config.ts';
import type { Db } from '../../src/db/connect.ts';
import { anAct, bureauEnv, JULY_30, openWorld } from '../support/bureau.ts';
import { databases, freshDb, freshFolder, migratedUrl } from '../support/database.ts';

/** Texts that a checker may trip over: quotes, line ends, characters beyond the first plane. */
const SUBJECTS = ['2021-07', 'a"b\\c', '𠮷\n䶮', '<&>', '\u2028', ''];

async function aChain(db: Db): Promise<void> {
  const facts = SUBJECTS.map(subject => ({
    action: 'batch.viewed',
    subject,
    detail: { note: subject, count: 3 },
  }));
  await recordLook({ db }, anAct(), facts);
}

/** What anybody could write from the header alone: nothing of ours, only JSON and SHA-256. @returns first bad line, or 0 */
function checkExport(text: string): number {
  const [header, ...entries] = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  if (!header) return 1;
  const names = ['seq', 'at', 'actor', 'requestId', 'action', 'subject', 'detail', 'previousHash'];
  let previous = header['genesisHash'];
  for (const [place, entry] of entries.entries()) {
    const covered = JSON.stringify(names.map(name => entry[name]));
    const hash = createHash('sha256').update(covered, 'utf8').digest('hex');
    if (entry['seq'] !== place + 1 || entry['previousHash'] !== previous || entry['hash'] !== hash)
      return place + 2;
    previous = hash;
  }
  return header['entries'] === entries.length && header['lastHash'] === previous ? 0 : entries.length + 2;
}

async function exportOf(db: Db): Promise<string> {
  let text = '';
  for await (const line of auditLines(db, JULY_30)) text += line;
  return text;
}

/** Somebody with the database's password writes the chain anew from that entry on, so that it holds in itself. */
async function forge(db: Db, from: number): Promise<void> {
  const entries = await entriesAfter(db, 0, 100);
  let previousHash = entries[from - 2]?.hash ?? GENESIS_HASH;
  for (const entry of entries.slice(from - 1)) {
    const forged = { ...entry, actor: 'cli:nobody', previousHash };
    const hash = createHash('sha256').update(hashedText(forged)).digest('hex');
    await db.sequelize.query(
      'UPDATE audit_entries SET actor = :actor, previous_hash = :previousHash, hash = :hash WHERE seq = :seq',
      { replacements: { ...forged, hash } },
    );
    previousHash = hash;
  }
  await db.sequelize.query('UPDATE audit_head SET hash = :previousHash', { replacements: { previousHash } });
}

for (const database of databases()) {
  const on = `: ${database.name}`;

  test(`an exported audit is checked without the service, and every alteration shows${on}`, async t => {
    const db = await freshDb(t, database);
    await aChain(db);

    const text = await exportOf(db);

    t.is(checkExport(text), 0);
    const lines = text.trimEnd().split('\n');
    t.is(lines.length, SUBJECTS.length + 1);
    t.regex(lines[0] ?? '', /SHA-256.*核对|核对.*SHA-256/);
    t.is(checkExport(text.replace('"2021-07"', '"2021-08"')), 2);
    t.is(checkExport(lines.filter((_, place) => place !== 3).join('\n')), 4);
    t.is(checkExport(lines.slice(0, -1).join('\n')), SUBJECTS.length + 1);
  });

  test(`a checkpoint kept outside shows a tail cut off and a chain written anew${on}`, async t => {
    const db = await freshDb(t, database);
    await aChain(db);
    const checkpoint = await takeCheckpoint(db, JULY_30);
    if (!checkpoint) return t.fail('the chain holds');
    await aChain(db);

    t.deepEqual([checkpoint.seq, checkpoint.at], [6, '2021-07-30T04:00:00Z']);
    t.true(await agrees(db, checkpoint));
    await forge(db, 8);
    t.true(await agrees(db, checkpoint));
    await forge(db, 6);
    t.false(await agrees(db, checkpoint));
    await db.sequelize.query('DELETE FROM audit_entries WHERE seq >= 6');
    t.false(await agrees(db, checkpoint));
  });

  test(`no checkpoint is taken of a chain that does not hold${on}`, async t => {
    const db = await freshDb(t, database);
    await aChain(db);
    await db.sequelize.query("UPDATE audit_entries SET subject = 'x' WHERE seq = 3");

    t.is(await takeCheckpoint(db, JULY_30), undefined);
  });
}

test('a checkpoint is read as it is written, and nothing else is', t => {
  const checkpoint = { seq: 6, hash: 'a'.repeat(64), at: '2021-07-30T04:00:00Z' };

  t.deepEqual(toCheckpoint(`${JSON.stringify(checkpoint)}\n`), checkpoint);
  for (const text of [
    '',
    '{}',
    'null',
    JSON.stringify({ ...checkpoint, hash: 'a' }),
    JSON.stringify({ ...checkpoint, seq: -1 }),
  ])
    t.is(toCheckpoint(text), undefined, text);
});

/** The command as an operator's shell runs it. */
async function audit(
  env: Record<string, string>,
  ...words: readonly string[]
): Promise<{ code: number; out: string }> {
  const module = new URL('../../src/cli/audit.js', import.meta.url).href;
  const script = `process.exitCode = await (await import(${JSON.stringify(module)})).auditCommand.run(${JSON.stringify(words)})`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { PATH: process.env['PATH'], ...env },
    });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, out: stdout };
  }
}

async function aShell(t: ExecutionContext): Promise<{ env: Record<string, string>; folder: string; db: Db }> {
  const folder = freshFolder(t);
  const env = bureauEnv(folder, await migratedUrl(t, 'sqlite:'));
  const { db } = await openWorld(t, readConfig(env));
  await aChain(db);
  return { env, folder, db };
}

test('an operator verifies, keeps a checkpoint, and is told of a tail cut off', async t => {
  const { env, folder, db } = await aShell(t);
  const file = join(folder, 'checkpoint.json');

  const whole = await audit(env, 'verify');
  const kept = await audit(env, 'checkpoint', '--out', file);
  const same = await audit(env, 'verify', '--checkpoint', file);
  const { hash } = (await entriesAfter(db, 2, 1))[0] ?? { hash: '' };
  await db.sequelize.query('DELETE FROM audit_entries WHERE seq > 3');
  await db.sequelize.query('UPDATE audit_head SET seq = 3, hash = :hash', { replacements: { hash } });
  const unaware = await audit(env, 'verify');
  const cut = await audit(env, 'verify', '--checkpoint', file);

  t.deepEqual([whole.code, kept.code, same.code, unaware.code, cut.code], [0, 0, 0, 0, 1]);
  t.regex(whole.out, /审计链成立，共 6 条/);
  t.regex(same.out, /留存点（第 6 条）一致/);
  t.regex(cut.out, /第 6 条已被截去或整条链被改写/);
});

test('an operator is told the first entry that does not hold', async t => {
  const { env, db } = await aShell(t);
  await db.sequelize.query("UPDATE audit_entries SET actor = 'cli:x' WHERE seq = 4");

  const { code, out } = await audit(env, 'verify');

  t.is(code, 1);
  t.regex(out, /自第 4 条起不成立；此前 3 条成立/);
});

test('an export is a file for its owner alone, holds its own entry, and overwrites nothing', async t => {
  const { env, folder } = await aShell(t);
  const file = join(folder, 'audit.jsonl');

  const { code, out } = await audit(env, 'export', '--out', file);

  t.is(code, 0);
  t.regex(out, /已导出 7 条/);
  const text = readFileSync(file, 'utf8');
  t.is(checkExport(text), 0);
  t.regex(text, /"action":"audit\.exported"/);
  t.is(statSync(file).mode & 0o777, 0o600);
  writeFileSync(file, 'kept');
  t.not((await audit(env, 'export', '--out', file)).code, 0);
  t.is(readFileSync(file, 'utf8'), 'kept');
});
