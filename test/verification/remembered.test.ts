/** Verifiers remember: the service, and the command line with a saved trust file, believe no list or manifest older than one they saw (T15). */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { publish } from '../../src/revocation/publish.ts';
import { startService } from '../../src/service.ts';
import type { StapledReport, VerificationReport } from '../../src/shared/shapes/shapes.ts';
import { monthAt } from '../../src/shared/time.ts';
import { closeWorld, makeWorld, type World } from '../../src/world.ts';
import { aRegister, one, revoke } from '../revocation/a-register.ts';
import { aBureau, anAct, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases, freshFolder, type TestDatabase } from '../support/database.ts';
import { zhicheng } from '../support/running.ts';

/** The command line knows no clock but the machine's. */
const now = (): number => Math.floor(Date.now() / 1000);

async function issuedNow(
  t: ExecutionContext,
  database: TestDatabase,
): Promise<{ world: World; certificate: Certificate }> {
  const month = monthAt(now());
  const world = await aBureau(t, database, { months: [month], clock: now });
  const ids = await takeIn(world, [someCells()], { act: anAct(now()), month });
  await releaseAll(world, anAct(now()), { month, options: { unprintable: () => [] } });
  const [certificate] = await certificatesFor(world.db, ids);
  if (!certificate) throw new RangeError('nothing was issued');
  return { world, certificate };
}

async function post<T>(url: string, body: unknown): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as T };
}

for (const database of databases()) {
  const on = `, on ${database.name}`;

  test(`the service takes lists brought along, and is alarmed by its own signature on what its register does not have${on}`, async t => {
    const register = await aRegister(t, database);
    const { world, pass } = register;
    const { errors, loud } = await loudly(t, world);
    const { url, stop } = await startService(loud);
    t.teardown(stop);
    const listNow = async (): Promise<string> => (await fetch(`${url}/status-lists/revocation-1`)).text();
    const verified = async (...lists: string[]): Promise<StapledReport> =>
      (await post<StapledReport>(`${url}/api/verify/stapled`, { text: one(register).qrText, lists })).body;
    const first = await listNow();
    t.like(await verified(first), {
      report: { verdict: 'valid' },
      lists: [{ list: 'revocation-1', version: 1, outcome: 'ignored', reason: 'LIST_KNOWN' }],
    });
    await revoke(world, one(register), JULY_30 + 10);
    await publish(world, anAct(JULY_30 + 10));
    const second = await listNow();
    pass(20);
    t.like(await verified(first), {
      report: { verdict: 'revoked' },
      lists: [{ version: 1, outcome: 'ignored', reason: 'LIST_OLDER' }],
    });
    t.deepEqual(errors, []);

    // the register of yesterday
    await world.db.sequelize.query('DELETE FROM status_list_versions WHERE version = 2');
    pass(20);
    const { body: plain } = await post<VerificationReport>(`${url}/api/verify`, {
      text: one(register).qrText,
    });
    const withSecond = await verified(second);
    const withCut = await verified(second.slice(0, 500), 'x', '');

    t.is(plain.verdict, 'status-unknown');
    t.like(withSecond, { report: { verdict: 'revoked' }, lists: [{ version: 2, outcome: 'used' }] });
    t.is(withCut.report.verdict, 'status-unknown');
    t.true(withCut.lists.every(({ reason }) => reason === 'LIST_INVALID'));
    t.deepEqual(
      [...new Set(errors.map(({ msg }) => msg))],
      [
        'status list older than one seen before, or lost: NOT believed',
        'status list NEWER than the register was shown',
      ],
    );
    for (const body of [
      { text: one(register).qrText },
      { text: one(register).qrText, lists: [] },
      { text: one(register).qrText, lists: [1] },
      { text: one(register).qrText, lists: ['a', 'b', 'c', 'd'] },
    ])
      t.is((await post<{ code: string }>(`${url}/api/verify/stapled`, body)).body.code, 'BODY_INVALID');
    const large = { text: 'x', lists: ['x'.repeat(200_000)] };
    t.is((await post<{ code: string }>(`${url}/api/verify/stapled`, large)).body.code, 'BODY_TOO_LARGE');
  });
}

const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

// what a saved file says needs no database: one engine tells it
test('the command line uses lists brought along, remembers them, and is not fooled by an older trust file', async t => {
  const { world, certificate } = await issuedNow(t, SQLITE);
  const folder = freshFolder(t);
  const file = (name: string): string => join(folder, name);
  const run = async (...words: string[]) => zhicheng(world, ...words);
  const verified = async (...words: string[]) => {
    const { stdout, stderr, status } = await run('verify', certificate.qrText, '--json', ...words);
    return {
      ...(JSON.parse(stdout || '{}') as VerificationReport & { stapled?: unknown }),
      stderr,
      status,
    };
  };
  const trust = file('trust.json');
  t.is((await run('trust', '--save', trust)).status, 0);
  copyFileSync(trust, file('old.json'));
  await revoke(world, certificate, now());
  await publish(world, anAct(now()));
  const service = await startService(world);
  const list = await (await fetch(`${service.url}/status-lists/revocation-1`)).text();
  await service.stop();
  writeFileSync(file('list.jwt'), list);
  writeFileSync(file('cut.jwt'), list.slice(0, 900));

  const before = await verified('--trust', trust);
  const [cut, good] = [file('cut.jwt'), file('list.jwt')];
  const brought = await verified('--trust', trust, '--status-list', cut, '--status-list', good);
  const afterwards = await verified('--trust', trust);

  t.is(before.verdict, 'valid', before.stderr);
  t.is(brought.verdict, 'revoked');
  t.deepEqual(brought.stapled, [
    { outcome: 'ignored', reason: 'LIST_INVALID' },
    { list: 'revocation-1', version: 2, outcome: 'used' },
  ]);
  t.is(afterwards.verdict, 'revoked');

  const plain = file('plain.json');

  t.is((await run('trust', '--save', plain)).status, 0);
  copyFileSync(file('old.json'), plain);
  const rolledBack = await verified('--trust', plain);
  t.is(rolledBack.verdict, 'status-unknown');
  t.is(rolledBack.status, 1);
  t.regex(rolledBack.stderr, /revocation-1 先前见过第 2 版/);

  t.is((await run('keys', 'add', '--month', '2021-07')).status, 0);
  t.is((await run('trust', '--save', plain)).status, 0);
  copyFileSync(file('old.json'), plain);
  const oldManifest = await run('verify', certificate.qrText, '--trust', plain);
  t.is(oldManifest.status, 1);
  t.regex(oldManifest.stderr, /TRUST_INVALID/);
  writeFileSync(`${plain}.seen`, '{"root":');
  t.regex((await run('verify', certificate.qrText, '--trust', plain)).stderr, /TRUST_INVALID/);
});

/** A World like that one that keeps what it logs as an error; its service publishes only when told. */
async function loudly(
  t: ExecutionContext,
  world: World,
): Promise<{ loud: World; errors: Record<string, unknown>[] }> {
  const errors: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      errors.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const config = { ...world.config, publishSeconds: 3600 };
  const loud = await makeWorld(config, { clock: world.clock, log: pino({ level: 'error' }, sink) });
  t.teardown(async () => closeWorld(loud));
  return { loud, errors };
}
