/**
 * Two service processes on one MariaDB share the month's work: the same decisions sent to both have one effect, and when one of them is
 * killed in the middle of a release the other finishes it, without a number twice.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { certificatesFor } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { projectFile } from '../../src/shared/project.ts';
import { monthAt } from '../../src/shared/time.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, bureauEnv, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, client, signInStaff, type Client, type StaffPerson } from '../support/people.ts';

const COUNT = 300;
const BUREAU = '11120199TEXT00017Y';
const now = (): number => Math.floor(Date.now() / 1000);

interface Process {
  readonly child: ChildProcess;
  readonly url: string;
}

const mariadb = databases().find(database => database.name === 'MariaDB');
const title =
  'two processes on one MariaDB share the work without a duplicate, also when one is killed in the middle of a release';

if (mariadb === undefined) {
  test.skip(`${title} (set TEST_MYSQL_URL=mysql://root@127.0.0.1:3306 to test it)`, t => t.fail());
} else {
  test(title, async t => {
    const month = monthAt(now());
    const world = await aBureau(t, mariadb, { months: [month], clock: now });
    const rows = Array.from({ length: COUNT }, (_, place) => someCells(place + 1));
    const ids = await takeIn(world, rows, { act: anAct(now()), month });
    const handler = await aStaff(world, { organisationCode: BUREAU, capacity: 'bureau', duty: 'handler' });
    const approver = await aStaff(world, { organisationCode: BUREAU, capacity: 'bureau', duty: 'approver' });
    const [one, other] = await Promise.all([aProcess(t, world), aProcess(t, world)]);
    const items = ids.map(id => ({ id, version: 1 }));

    const session = await signInStaff(one.url, handler, now());
    const checks = await Promise.all(
      [one, other].map(({ url }) =>
        client(url, session).post('/api/decisions', { decision: 'check', items }),
      ),
    );
    const done = checks.flatMap(({ body }) =>
      (body as { results: { ok: boolean }[] }).results.filter(each => each.ok),
    );
    t.is(done.length, COUNT); // each item was checked by exactly one of the two requests

    const watched = await approved(t, { approver, month, processes: [one, other] });
    await untilSome(watched, month);
    one.child.kill('SIGKILL');
    await untilReleased(t, watched, month);

    const certificates = await certificatesFor(world.db, ids);
    t.is(certificates.length, COUNT);
    t.is(new Set(certificates.map(each => each.number)).size, COUNT);
    t.deepEqual((await checkEverything(world)).faults, []);
  });
}

/** One session is good at both processes; the same approval sent to both is one release. @returns a client of the one that will live */
async function approved(
  t: ExecutionContext,
  wanted: { approver: StaffPerson; month: string; processes: readonly [Process, Process] },
): Promise<Client> {
  const { approver, month, processes } = wanted;
  const session = await signInStaff(processes[1].url, approver, now());
  const [first, second] = processes.map(({ url }) => client(url, session)) as [Client, Client];
  const { digest } = (await first.get(`/api/batches/${month}`)).body as { digest: string };
  const answers = await Promise.all(
    [first, second].map(each => each.post(`/api/batches/${month}/approve`, { digest })),
  );
  t.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => answers[0]?.status),
    JSON.stringify(answers.map(({ body }) => body)),
  );
  return second;
}

interface Progress {
  readonly state: string;
  readonly done: number;
}

async function progress(watched: Client, month: string): Promise<Progress> {
  return ((await watched.get(`/api/batches/${month}`)).body as { release: Progress }).release;
}

async function untilSome(watched: Client, month: string): Promise<void> {
  while ((await progress(watched, month)).done === 0);
}

/** A hang guard, not a measurement: a dead process's lease ends after a minute. */
async function untilReleased(t: ExecutionContext, watched: Client, month: string): Promise<void> {
  const end = now() + 180;
  while (now() < end) {
    if ((await progress(watched, month)).state === 'released') return;
    await pause(200); // leaves the processor to those who work
  }
  t.fail('the release did not end');
}

async function aProcess(t: ExecutionContext, { config }: World): Promise<Process> {
  const env = {
    ...bureauEnv(config.dataDir, config.databaseUrl),
    PATH: process.env['PATH'] ?? '',
    ZHICHENG_PUBLISH_SECONDS: '3600',
  };
  const child = spawn(process.execPath, [projectFile('dist/src/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const url = /http:\/\/\S+/.exec(line)?.[0];
  if (url === undefined) throw new RangeError(`the service did not start: ${line}`);
  return { child, url };
}
