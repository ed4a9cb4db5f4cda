/** The demo as a process of its own and its people over HTTP: what drills on it share. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { totpCodeAt } from '../../src/accounts/sign-in/totp.ts';
import { DEMO_PASSWORD, DEMO_TOTP_SECRET } from '../../src/cli/demo/setup.ts';
import type { CertificateState, Match } from '../../src/client/zhicheng-client.ts';
import { projectFile } from '../../src/shared/project.ts';
import type {
  ApplicationList,
  CertificateRecord,
  ChangeSheetChecked,
  ChangeSheetView,
  ChangeView,
  TrustDocument,
} from '../../src/shared/shapes/shapes.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { freshFolder, freshUrl, type TestDatabase } from '../support/database.ts';
import { verifiersOf, type Told, type Verifiers } from './demo-verifiers.ts';

/** One version of a certificate, and what it should be. */
export interface Held {
  readonly number: string;
  readonly version: number;
  readonly verifyUrl: string;
  state: CertificateState;
  /** Its key was compromised: whatever its state, no verifier shows it as good. */
  isKeyGone?: boolean;
}

/** By number. */
export type Changed = Readonly<Record<string, CertificateState>>;

export type Session = Readonly<Record<string, string>>;

export interface Demo {
  readonly at: string;
  readonly folder: string;
  /** Every version of every certificate. */
  readonly held: Held[];
  /** Numbers whose only version is valid, in the order of the demo. */
  readonly standing: () => readonly [string, string, string, string, ...string[]];
  /** One of the desks' people, signed in. */
  readonly desk: (login: string) => Promise<Session>;
  /** @param request method and path, as `GET /api/session` */
  readonly call: <T>(session: Session, request: string, body?: unknown) => Promise<T>;
  /** A command as the operator types it. @returns what it printed */
  readonly cli: (...words: readonly string[]) => Promise<string>;
  /**
   * Every verifier says of every version what is expected, now that these numbers' newest versions are in these states; and the webhook
   * has told so of them.
   */
  readonly agree: (when: string, changed?: Changed, told?: Readonly<Record<string, Told>>) => Promise<void>;
}

const PATH = process.env['PATH'] ?? '';
/** Lists are published within this of a change, and a key is given up as quickly. */
const PUBLISHED_WITHIN_MS = 60_000;
const POLL_MS = 250;

/** The demo on that database, served until the test has ended. */
export async function theDemo(t: ExecutionContext, database: TestDatabase): Promise<Demo> {
  const folder = freshFolder(t);
  const port = await freePort();
  const at = `http://localhost:${port}`;
  const env = {
    PATH,
    PORT: String(port),
    ZHICHENG_ORIGIN: at,
    DATABASE_URL: await freshUrl(t, database),
    ZHICHENG_DATA_DIR: folder,
    ZHICHENG_PUBLIC_KEYS_DIR: join(folder, 'public-keys'),
    ZHICHENG_COLLECTION_POLICY: 'qa',
    ZHICHENG_CUTOFF_ROLLOVER: 'month-end',
    ZHICHENG_WEBHOOK_PRIVATE: 'true',
    ZHICHENG_PUBLISH_SECONDS: '1',
  };
  const main = projectFile('dist/src/cli/main.js');
  const process_ = spawn(process.execPath, [main, 'demo'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => process_.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface(process_.stdout)) {
    lines.push(line);
    if (line.startsWith('演示证书均由')) break;
  }
  t.true(lines.length > 0, 'the demo stands');
  const held = JSON.parse(readFileSync(join(folder, 'demo/demo.json'), 'utf8')) as Held[];
  const sessions = new Map<string, Promise<Session>>();
  const demo: Demo = {
    at,
    folder,
    held,
    standing: () => standingAmong(held),
    desk: async login => {
      const session = sessions.get(login) ?? signedIn(at, login);
      sessions.set(login, session);
      return session;
    },
    call: async (session, request, body) => call(at, { session, request, body }),
    cli: async (...words) => (await promisify(execFile)(process.execPath, [main, ...words], { env })).stdout,
    agree: async () => Promise.resolve(),
  };
  const verifiers = await verifiersOf(t, demo, env);
  return {
    ...demo,
    agree: async (when, changed = {}, told = changed) => agreed(t, { demo, verifiers, when, changed, told }),
  };
}

function standingAmong(held: readonly Held[]): readonly [string, string, string, string, ...string[]] {
  const versions = new Map<string, number>();
  for (const { number } of held) versions.set(number, (versions.get(number) ?? 0) + 1);
  const [a, b, c, d, ...more] = held
    .filter(({ number, state }) => state === 'VALID' && versions.get(number) === 1)
    .map(({ number }) => number);
  if (!a || !b || !c || !d) throw new RangeError('the demo has too few certificates in force');
  return [a, b, c, d, ...more];
}

async function signedIn(at: string, login: string): Promise<Session> {
  const now = Math.floor(Date.now() / 1000);
  const response = await fetch(`${at}/api/sign-in/staff`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      login,
      password: DEMO_PASSWORD,
      code: totpCodeAt(DEMO_TOTP_SECRET, now),
    }),
  });
  const answer = (await response.json()) as { csrfToken?: string; detail?: string };
  if (!response.ok) throw new Error(`${login}: ${answer.detail}`);
  const [cookie = ''] = response.headers.getSetCookie().map(line => line.split(';')[0] ?? '');
  return { cookie, 'x-csrf-token': answer.csrfToken ?? '' };
}

async function call<T>(at: string, asked: { session: Session; request: string; body: unknown }): Promise<T> {
  const { session, request, body } = asked;
  const [method = '', path = ''] = request.split(' ');
  const headers = { ...session, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(at + path, init);
  const answer = (await response.json()) as T & { code?: string; detail?: string };
  if (!response.ok) throw new Error(`${request}: ${answer.code} ${answer.detail}`);
  return answer;
}

/** A handler proposes, the revocation officer confirms what was proposed. */
export async function confirmed(demo: Demo, number: string, wanted: object): Promise<void> {
  const [handler, officer] = [await demo.desk('jingban'), await demo.desk('zhangyin')];
  const proposing = `POST /api/certificates/${number}/changes`;
  const { id, digest } = await demo.call<ChangeView>(handler, proposing, wanted);
  await demo.call(officer, `POST /api/changes/${id}/decision`, { decision: 'confirm', digest });
}

/** Many are changed alike by one sheet: checked, proposed by a handler as it was checked, confirmed by the revocation officer. */
export async function changedBySheet(
  demo: Demo,
  numbers: readonly string[],
  whole: Readonly<Record<string, string>>,
): Promise<void> {
  const [handler, officer] = [await demo.desk('jingban'), await demo.desk('zhangyin')];
  const send = async <T>(path: string, fields: Readonly<Record<string, string>>): Promise<T> => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([`证书编号\n${numbers.join('\n')}\n`]), '决定.csv');
    const init = { method: 'POST', headers: handler, body: form };
    const response = await fetch(`${demo.at}/api/change-sheets${path}`, init);
    const answer = (await response.json()) as T & { code?: string; detail?: string };
    if (!response.ok) throw new Error(`change-sheets${path}: ${answer.code} ${answer.detail}`);
    return answer;
  };
  const { digest } = await send<ChangeSheetChecked>('/check', whole);
  const sheet = await send<ChangeSheetView>('', { ...whole, digest: digest ?? '' });
  await demo.call(officer, `POST /api/change-sheets/${sheet.id}/decision`, {
    decision: 'confirm',
    digest: sheet.digest,
  });
}

/** Every version by the key that signed it. */
export async function versionsByKey(demo: Demo): Promise<ReadonlyMap<string, readonly Held[]>> {
  const trust = await readTrust((await (await fetch(`${demo.at}/trust`)).json()) as TrustDocument);
  const now = Math.floor(Date.now() / 1000);
  const found = new Map<string, readonly Held[]>();
  for (const held of demo.held) {
    const { certificate } = await verify(held.verifyUrl, trust, now);
    const key = certificate?.keyId ?? '';
    found.set(key, [...(found.get(key) ?? []), held]);
  }
  return found;
}

/** The name is corrected: proposed, confirmed, checked and approved in this month's batch, and signed. */
export async function corrected(demo: Demo, number: string, name = '张更名'): Promise<void> {
  await confirmed(demo, number, { kind: 'CORRECT', name, proof: '户口簿更名页（测试）' });
  const [handler, approver] = [await demo.desk('jingban'), await demo.desk('fuhe')];
  const query = new URLSearchParams({ state: 'UPLOADED', name }).toString();
  const { items } = await demo.call<ApplicationList>(handler, `GET /api/applications?${query}`);
  const [waiting] = items;
  if (!waiting) throw new RangeError('the correction is not in the batch');
  const { id, version, batchMonth: month } = waiting;
  await demo.call(handler, 'POST /api/decisions', { decision: 'check', items: [{ id, version }] });
  const { digest } = await demo.call<{ digest: string }>(approver, `GET /api/batches/${month}`);
  await demo.call(approver, `POST /api/batches/${month}/approve`, { digest });
  await newVersionOf(demo, number);
}

/** The next version of that number, once it is signed; the one before it is superseded from then on. */
export async function newVersionOf(demo: Demo, number: string): Promise<void> {
  const known = demo.held.filter(each => each.number === number);
  const officer = await demo.desk('zhangyin');
  const record = await until(`a new version of ${number}`, async () => {
    const found = await demo.call<CertificateRecord>(officer, `GET /api/certificates/${number}/record`);
    return found.versions.length > known.length ? found : undefined;
  });
  for (const old of known) if (old.state === 'VALID' || old.state === 'SUSPENDED') old.state = 'SUPERSEDED';
  for (const { version, verifyUrl, state } of record.versions)
    if (!known.some(each => each.version === version)) demo.held.push({ number, version, verifyUrl, state });
}

export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PUBLISHED_WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`not within ${PUBLISHED_WITHIN_MS} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
}

/** The answer once it is good, or the last one at the end of the time that all of it may take. */
async function soon<T>(ask: () => Promise<T>, isGood: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + PUBLISHED_WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (isGood(answer) || Date.now() > end) return answer;
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
}

/** What a verifier that cannot see more than the lists says of a version in that state. */
const VERDICTS: Readonly<Record<CertificateState, string>> = {
  VALID: 'valid',
  SUSPENDED: 'suspended',
  SUPERSEDED: 'superseded',
  REVOKED: 'revoked',
  CANCELLED: 'revoked',
};

const expectedOf = ({ state, isKeyGone }: Held): string => (isKeyGone === true ? 'invalid' : VERDICTS[state]);

const verdictOf = (match: Match | undefined): string => match?.verdict ?? 'invalid';

async function agreed(
  t: ExecutionContext,
  asked: {
    demo: Demo;
    verifiers: Verifiers;
    when: string;
    changed: Changed;
    told: Readonly<Record<string, Told>>;
  },
): Promise<void> {
  const { demo, verifiers, when, changed, told } = asked;
  const { held } = demo;
  for (const [number, state] of Object.entries(changed)) {
    const newest = held.findLast(each => each.number === number);
    if (newest) newest.state = state;
  }
  const named = (verdicts: readonly unknown[]) =>
    held.map(({ number, version }, place) => `${number}-${version} ${String(verdicts[place])}`);
  const expected = named(held.map(expectedOf));
  const shown = await soon(
    async () => verifiers.page(held),
    found => String(named(found)) === String(expected),
  );
  t.deepEqual(named(shown), expected, `page, ${when}`);
  t.deepEqual(named(await verifiers.commandLine(held)), expected, `command line, ${when}`);
  // the service looks for a newer list every few seconds, so that its verdict follows the lists by as much
  const results = await soon(
    async () => verifiers.registration(held),
    found => String(named(found.map(verdictOf))) === String(expected),
  );
  t.deepEqual(named(results.map(verdictOf)), expected, `registration, ${when}`);
  for (const [place, { state, isKeyGone }] of held.entries())
    if (isKeyGone !== true) t.is(results[place]?.certificate.state, state, `state, ${when}`);
  await agreedByNumber(t, { verifiers, held, when });
  for (const [number, state] of Object.entries(told))
    await until(`the webhook of ${number}, ${when}`, async () =>
      Promise.resolve(verifiers.told.get(number) === state ? true : undefined),
    );
}

/** By number the register answers, of each number's newest version. */
async function agreedByNumber(
  t: ExecutionContext,
  { verifiers, held, when }: { verifiers: Verifiers; held: readonly Held[]; when: string },
): Promise<void> {
  const newest = held.filter(each => held.findLast(({ number }) => number === each.number) === each);
  const answers = await verifiers.byNumber(held);
  const said = newest.map(each => {
    const answer = answers[held.indexOf(each)];
    return [
      each.number,
      answer?.certificate.version,
      answer?.verdict,
      answer?.certificate.keyRevokedAt !== undefined,
    ];
  });
  const expected = newest.map(each => [each.number, each.version, expectedOf(each), each.isKeyGone === true]);
  t.deepEqual(said, expected, `registration by number, ${when}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
