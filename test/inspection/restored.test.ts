/**
 * Yesterday's backup restored (reliability: T40, R25): the service reads and verifies and changes nothing until it is reconciled with the
 * last checkpoint; then no number and no place is given twice, no list goes back, and who was revoked stays revoked.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkEverything } from '../../src/cli/fsck.ts';
import { readConfig } from '../../src/config.ts';
import { allCounters } from '../../src/db/counters.ts';
import { toCheckpoint } from '../../src/inspection/checkpoint.ts';
import { checkpointFile } from '../../src/inspection/kept-checkpoint.ts';
import { looker } from '../../src/inspection/watch-register.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { monthAt } from '../../src/shared/time.ts';
import { trustDocument } from '../../src/verification/current-trust.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, openWorld } from '../support/bureau.ts';
import { databases, freshFolder, migratedUrl } from '../support/database.ts';
import { client, signInStaff } from '../support/people.ts';
import { backUp } from './backup.ts';
import {
  cli,
  DOCUMENT,
  envOf,
  isReadOnly,
  issued,
  now,
  OPTIONS,
  until,
  yesterdayRestored,
  type Papers,
  type Restored,
} from './restored-scene.ts';

async function verdictsOf(url: string, papers: Papers): Promise<Record<string, string>> {
  const verdicts: Record<string, string> = {};
  for (const [story, text] of Object.entries(papers)) {
    const { body } = await client(url).post('/api/verify', { text });
    verdicts[story] = (body as { verdict: string }).verdict;
  }
  return verdicts;
}

const VERDICTS = {
  revoked: 'revoked',
  suspended: 'suspended',
  superseded: 'superseded',
  valid: 'valid',
  lostRevoked: 'revoked',
  lostValid: 'valid',
};

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { security?: readonly object[] }>>>>;
}

/** What only reads, although it is no GET. */
const READING =
  /^post \/api\/(verify(\/stapled)?|files\/check|sign-in\/staff|feedback\/receipt|applications\/search|review-sheet|staff-certificates\/export|printed-name|(exam-)?rosters\/(check|annotated))$|^delete \/api\/sessions?(\/|$)/;

for (const database of databases()) {
  test(`a restored backup is read only until it is reconciled, and then nothing is given twice (${database.name})`, async t => {
    const scene = await yesterdayRestored(t, database);
    const { world, url, papers, seen } = scene;

    await readsOnly(t, scene);
    t.deepEqual(await verdictsOf(url, papers), VERDICTS);
    await commandsAreRefused(t, scene);
    const before = await allCounters(world.db);
    const plan = await cli(world, 'reconcile');
    t.is(plan.code, 1, plan.out);
    t.regex(plan.out, /编号：B12\d{11} 至 B12\d{11} 共 2 个可能已签发而无记录/);
    t.regex(plan.out, /审计：缺第 \d+ 至 \d+ 条|审计：第 \d+ 条与留存点不同/);
    t.regex(plan.out, /状态变更：缺第 1 至 4 号，共 4 项/);
    t.regex(plan.out, /revocation-1：缺第 \d+ 至 \d+ 版/);
    t.regex(plan.out, /位置缺 3 个（库中 6，留存点 9）/);
    t.regex(plan.out, /状态 4 项/);
    t.regex(plan.out, /证书已无记录）：已撤销/);
    t.deepEqual(await allCounters(world.db), before);
    const old = join(freshFolder(t), 'old-checkpoint.json');
    copyFileSync(checkpointFile(world.config), old);

    const done = await cli(world, 'reconcile', '--confirm');

    t.is(done.code, 0, done.out);
    await until(async () => !(await isReadOnly(url)));
    t.deepEqual(await verdictsOf(url, papers), VERDICTS);
    const fresh = await issued(world, 9, 12);
    t.true(fresh.every(({ number }) => !scene.numbers.has(number)));
    t.true(fresh.every(({ list, index }) => list > 1 && !scene.places.has(`${list}:${index}`)));
    const { body } = await client(url).post('/api/verify', { text: fresh[0]?.qrText ?? '' });
    t.is((body as { verdict: string }).verdict, 'valid');
    await listsGoOn(t, scene);
    t.deepEqual((await checkEverything(world)).faults, []);
    await chainTells(t, world, old);
    const trust = await readTrust(await trustDocument(world, now()), { highest: seen.highest });
    t.is((await verify(papers.revoked, trust, now())).verdict, 'revoked');
  });
}

/** Every operation that changes anything is refused to whoever asks; signing in, looking and verifying go on. */
async function readsOnly(t: ExecutionContext, { url, auditor, seen, world }: Restored): Promise<void> {
  t.true(await isReadOnly(url));
  const session = await signInStaff(url, auditor, now());
  const desk = client(url, session);
  t.is((await desk.get('/api/audit?limit=1')).status, 200);
  t.is((await desk.get('/api/trust-state')).status, 200);
  const document = (await client(url).get('/openapi.json')).body as Described;
  let refused = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods)) {
      if (method === 'get' || READING.test(`${method} ${path}`)) continue;
      const response = await fetch(url + path.replace(/\{\w+\}/g, '0'.repeat(32)), {
        method: method.toUpperCase(),
        headers: {
          cookie: session.cookie,
          'x-csrf-token': session.csrfToken,
          'content-type': 'application/json',
        },
        ...(method === 'delete' ? {} : { body: '{}' }),
      });
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      t.is(`${response.status} ${code}`, '503 READ_ONLY_RESTORED', `${method} ${path}`);
      t.regex(detail, /备份恢复/);
      refused += 1;
    }
  }
  t.true(refused > 50, `${refused}`);
  const lists = await client(url).get('/status-lists/revocation-1');
  const newest = seen.highest.get(`${world.issuer.origin}/status-lists/revocation-1`);
  t.is(versionIn(String(lists.body)), newest ?? 0);
  t.true(
    (await readTrust((await client(url).get('/trust')).body, { highest: seen.highest })).lists.size >= 3,
  );
  t.is((await desk.delete('/api/session')).status, 204);
}

function versionIn(jwt: string): number {
  const [, payload = ''] = jwt.split('.');
  const { credentialSubject } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    credentialSubject: { listVersion: number };
  };
  return credentialSubject.listVersion;
}

async function commandsAreRefused(t: ExecutionContext, { world, papers, numbers }: Restored): Promise<void> {
  const [number = ''] = numbers;
  for (const words of [
    ['revoke', number, '--reason', 'FRAUD', '--document', DOCUMENT],
    ['publish'],
    ['audit', 'checkpoint', '--out', join(freshFolder(t), 'x.json')],
  ]) {
    const { code, out } = await cli(world, ...words);
    t.is(code, 1, words.join(' '));
    t.regex(out, /READ_ONLY_RESTORED/, words.join(' '));
  }
  const { out } = await cli(world, 'verify', papers.revoked, '--json');
  t.regex(out, /"verdict":\s*"revoked"/);
  const error = await t.throwsAsync(
    releaseAll(world, anAct(now()), { month: monthAt(now()), options: OPTIONS }),
    { instanceOf: DomainError },
  );
  t.is(error?.code, 'READ_ONLY_RESTORED');
}

/** A later change is in a version that a verifier with memory takes. */
async function listsGoOn(t: ExecutionContext, { world, papers, seen }: Restored): Promise<void> {
  const trust = await readTrust(await trustDocument(world, now()), { highest: seen.highest });
  const { certificate } = await verify(papers.valid, trust, now());
  await changeState(world, anAct(now()), {
    number: certificate?.number ?? '',
    change: 'REVOKE',
    reason: 'FRAUD',
    document: DOCUMENT,
  });
  await publish(world, anAct(now()));
  const later = await readTrust(await trustDocument(world, now()), { highest: seen.highest });
  for (const [list, version] of seen.highest) t.true((later.highest.get(list) ?? 0) >= version, list);
  const list = `${world.issuer.origin}/status-lists/revocation-1`;
  t.true((later.lists.get(list)?.version ?? 0) > (seen.highest.get(list) ?? 0));
  t.is((await verify(papers.valid, later, now())).verdict, 'revoked');
}

async function chainTells(t: ExecutionContext, world: World, old: string): Promise<void> {
  const fresh = join(freshFolder(t), 'checkpoint.json');
  const kept = await cli(world, 'audit', 'checkpoint', '--out', fresh);
  const same = await cli(world, 'audit', 'verify', '--checkpoint', fresh);
  const lost = await cli(world, 'audit', 'verify', '--checkpoint', old);

  t.deepEqual([kept.code, same.code, lost.code], [0, 0, 1], kept.out + same.out + lost.out);
  t.regex(same.out, /审计链成立[^]*记有一次恢复备份[^]*一致/);
  t.regex(lost.out, /所记的恢复备份中缺失/);
}

test('an instance whose own folder knows less or more of an earlier life takes the reconciled register up', async t => {
  const [database] = databases();
  if (!database) return t.fail();
  const world = await aBureau(t, database, { months: [monthAt(now())], clock: now });
  await issued(world, 1, 2);
  const look = looker(world);
  t.deepEqual(await look(), []);
  const other = await openWorld(
    t,
    readConfig({ ...envOf(world), ZHICHENG_CHECKPOINT_DIR: freshFolder(t) }),
    now,
  );
  t.deepEqual(await looker(other)(), []);
  const backup = await backUp(t, world.db, world.config.databaseUrl);
  await issued(world, 3, 4);
  await look();
  const databaseUrl = await backup.restore();

  const { code, out } = await cli({ config: { ...world.config, databaseUrl } }, 'reconcile', '--confirm');
  const again = await openWorld(t, { ...other.config, databaseUrl }, now);

  t.is(code, 0, out);
  t.deepEqual(await looker(again)(), []);
  t.false(again.db.writes.isShut);
});

test('an emptied database, a damaged checkpoint and a manifest that went back shut the register as well', async t => {
  const [database] = databases();
  if (!database) return t.fail();
  const world = await aBureau(t, database, { months: [monthAt(now())], clock: now });
  const manifest = join(world.config.publicKeysDir, 'manifest.jws');
  const oldManifest = readFileSync(manifest, 'utf8');
  t.is((await cli(world, 'keys', 'add', '--use', 'use-copies')).code, 0);
  await issued(world, 1, 1);
  await looker(world)();
  const file = checkpointFile(world.config);
  const kept = readFileSync(file, 'utf8');
  const lagsOf = async (databaseUrl: string): Promise<readonly string[]> => {
    const config = readConfig({ ...envOf(world), DATABASE_URL: databaseUrl });
    const opened = await openWorld(t, config, now);
    const lags = await looker(opened)('compare');
    t.is(opened.db.writes.isShut, lags.length > 0);
    return lags.map(({ what }) => what);
  };

  const emptied = await lagsOf(await migratedUrl(t, database));
  t.true(
    ['counter', 'places', 'list', 'audit'].every(what => emptied.includes(what)),
    emptied.join(),
  );
  writeFileSync(file, kept.slice(0, -20));
  t.deepEqual(await lagsOf(world.config.databaseUrl), ['damaged']);
  t.regex((await cli(world, 'reconcile', '--confirm')).out, /FILE_UNREADABLE/);
  writeFileSync(file, kept);
  writeFileSync(manifest, oldManifest);
  t.deepEqual(await lagsOf(world.config.databaseUrl), ['manifest']);
  const refused = await cli(world, 'keys', 'add', '--use', 'use-copies');
  t.regex(refused.out, /READ_ONLY_RESTORED：密钥清单是第 \d 版，而已公布到第 \d 版/);
  const done = await cli(world, 'reconcile', '--confirm');
  t.is(done.code, 0, done.out);
  t.not(readFileSync(manifest, 'utf8'), oldManifest);
  t.is((await cli(world, 'keys', 'add', '--use', 'use-copies')).code, 0);
});

test('whoever is killed while keeping a checkpoint leaves a whole one', async t => {
  const file = join(freshFolder(t), 'checkpoint.json');
  const module = new URL('../../src/inspection/kept-checkpoint.js', import.meta.url).href;
  const jwtOf = "`a.${'b'.repeat(300_000)}.${'c'.repeat(86)}`";
  const script = `
    import { keep } from ${JSON.stringify(module)};
    const list = { list: 1, purpose: 'revocation', version: 1, contentHash: '0'.repeat(64), publishedAt: 1, jwt: ${jwtOf} };
    const register = { counters: {}, places: {}, lists: [list] };
    for (let seq = 1; ; seq += 1) {
      keep(${JSON.stringify(file)}, { seq, hash: '0'.repeat(64), at: '2026-11-01T00:00:00Z', register });
      if (seq === 3) process.stdout.write('going');
    }`;
  for (let round = 0; round < 4; round += 1) {
    const child = execFile(process.execPath, ['--input-type=module', '-e', script]);
    const ended = new Promise(resolve => child.once('exit', resolve));
    await new Promise(resolve => child.stdout?.once('data', resolve));
    child.kill('SIGKILL');
    await ended;

    const kept = toCheckpoint(readFileSync(file, 'utf8'));
    t.true((kept?.seq ?? 0) >= 3);
    t.is(kept?.register?.lists[0]?.jwt.length, 2 + 300_000 + 1 + 86);
  }
});
