/** The drill "leaked key" (T17): every certificate of that key is red for everybody and all others stay green, then each gets its next version. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { certificatesFor, versionsOf, type Certificate } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { keyEvents } from '../../src/keys/store.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { startService } from '../../src/service.ts';
import { projectFile } from '../../src/shared/project.ts';
import type { RegistrationAnswer } from '../../src/shared/shapes/shapes.ts';
import { addMonths, monthAt } from '../../src/shared/time.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { World } from '../../src/world.ts';
import { ask, aSigner } from '../clients/signing.ts';
import { aBureau, anAct, bureauEnv, someCells, takeIn } from '../support/bureau.ts';
import { databases, freshFolder, type TestDatabase } from '../support/database.ts';

/** The command line knows no clock but the machine's. */
const now = (): number => Math.floor(Date.now() / 1000);
const THIS = monthAt(now());
const EARLIER = addMonths(THIS, -1);
const DOCUMENT = '津人社密〔2026〕1号（测试）';
/** Of the earlier month; those of lists, copies and files come before it. */
const LEAKED = 'key-4';
const options = { unprintable: () => [] };

for (const database of databases()) {
  test(`a leaked key makes red what it signed and nothing else, and each holder gets the next version, on ${database.name}`, async t => {
    const { world, leaked, others } = await aBureauWithTwoMonths(t, database);
    const [valid, suspended, revoked] = leaked;
    const verifiers = await verifiersOf(t, world);
    const all = [...leaked, ...others];
    t.deepEqual(await agreed(t, verifiers, all), ['valid', 'suspended', 'revoked', 'valid', 'valid']);
    const offline = await verifiers.cliSaved(valid);

    const said = await run(world, 'keys', 'compromise', LEAKED, '--document', DOCUMENT);

    t.regex(said, /key-4 已作废.*\n它签发过 3 张证书，其中 2 张有效或暂停/);
    await untilRed(verifiers, valid);
    t.deepEqual(await agreed(t, verifiers, all), ['invalid', 'invalid', 'invalid', 'valid', 'valid']);
    // a phone without network knows what it knew; it cannot know more
    t.is(offline, 'valid');
    const again = await run(world, 'keys', 'compromise', LEAKED, '--document', DOCUMENT);
    t.regex(again, /其中 2 张有效或暂停/);
    t.is((await keyEvents(world.db)).length, 1);

    const reissued = await run(world, 'keys', 'reissue', LEAKED, '--no-images');

    t.regex(reissued, /本次换发 2 张，编号不变/);
    t.regex(await run(world, 'keys', 'reissue', LEAKED, '--no-images'), /没有需要换发的证书/);
    const next = await Promise.all([valid, suspended].map(async each => newestOf(world, each)));
    t.deepEqual(
      next.map(({ number, version, keyId }) => [number, version, keyId]),
      [valid, suspended].map(({ number }) => [number, 2, 'key-5']),
    );
    t.is((await newestOf(world, revoked)).version, 1);
    await untilRenewed(verifiers, valid);
    t.deepEqual(await agreed(t, verifiers, [...all, ...next]), [
      ...['invalid', 'invalid', 'invalid', 'valid', 'valid'],
      ...['valid', 'suspended'],
    ]);
    const old = await verifiers.report(valid);
    t.like(old, { verdict: 'invalid', status: { superseded: true, revoked: true } });
    t.is(old.checks.find(({ name }) => name === 'dates')?.reason, 'KEY_REVOKED');
    const told = (await recentMessages(world, 100)).filter(({ template }) => template === 'reissued');
    t.is(told.length, 2);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`a leaked key of the status lists is replaced in the same act, and every list signed anew, on ${database.name}`, async t => {
    const { world, leaked, others } = await aBureauWithTwoMonths(t, database);
    const verifiers = await verifiersOf(t, world);
    const before = await (await fetch(`${verifiers.url}/status-lists/revocation-1`)).text();

    const said = await run(world, 'keys', 'compromise', 'key-1');

    t.regex(said, /已建立接替的 key-6/);
    const after = await (await fetch(`${verifiers.url}/status-lists/revocation-1`)).text();
    t.deepEqual([kidOf(before), kidOf(after)], ['jwk-1', 'jwk-6']);
    t.deepEqual(await agreed(t, verifiers, [...leaked, ...others]), [
      ...['valid', 'suspended', 'revoked', 'valid', 'valid'],
    ]);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`with an older manifest put back nothing is saved over what a verifier knows, on ${database.name}`, async t => {
    const { world } = await aBureauWithTwoMonths(t, database);
    const file = join(world.config.publicKeysDir, 'manifest.jws');
    const older = readFileSync(file);
    const saved = join(freshFolder(t), 'trust.json');
    await run(world, 'keys', 'compromise', LEAKED);
    t.regex(await run(world, 'trust', '--save', saved), /已保存/);
    const known = readFileSync(saved, 'utf8');

    writeFileSync(file, older);

    t.regex(await run(world, 'trust', '--save', saved), /^MANIFEST_ROLLED_BACK/m);
    t.is(readFileSync(saved, 'utf8'), known);
  });
}

async function aBureauWithTwoMonths(
  t: ExecutionContext,
  database: TestDatabase,
): Promise<{
  world: World;
  leaked: readonly [Certificate, Certificate, Certificate];
  others: readonly Certificate[];
}> {
  const world = await aBureau(t, database, { months: [EARLIER, THIS], clock: now });
  const issued = async (serials: readonly number[], month: string): Promise<readonly Certificate[]> => {
    const rows = serials.map(serial => someCells(serial));
    const ids = await takeIn(world, rows, { act: anAct(now()), month });
    await releaseAll(world, anAct(now()), { month, options });
    return certificatesFor(world.db, ids);
  };
  const [one, two, three] = await issued([1, 2, 3], EARLIER);
  const others = await issued([4, 5], THIS);
  if (!one || !two || !three) throw new RangeError('three were to be issued');
  const { number } = two;
  await changeState(world, anAct(now()), { number, change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' });
  await changeState(world, anAct(now()), {
    number: three.number,
    change: 'REVOKE',
    reason: 'FRAUD',
    document: DOCUMENT,
  });
  await publish(world, anAct(now()));
  return { world, leaked: [one, two, three], others };
}

async function newestOf(world: World, { number }: Certificate): Promise<Certificate> {
  const newest = (await versionsOf(world.db, number)).at(-1);
  if (!newest) throw new RangeError(`no certificate ${number}`);
  return newest;
}

interface Verifiers {
  readonly url: string;
  readonly report: (certificate: Certificate) => Promise<VerificationReport>;
  /** By a trust file that is saved anew before each question. */
  readonly cliRefreshed: (certificate: Certificate) => Promise<string>;
  /** By the trust file as it was saved first. */
  readonly cliSaved: (certificate: Certificate) => Promise<string>;
  readonly page: (certificate: Certificate) => Promise<string>;
  readonly registered: (certificate: Certificate) => Promise<string | undefined>;
}

async function verifiersOf(t: ExecutionContext, world: World): Promise<Verifiers> {
  const { url, stop } = await startService(world);
  t.teardown(stop);
  const folder = freshFolder(t);
  const [first, refreshed] = [join(folder, 'first.json'), join(folder, 'refreshed.json')];
  await run(world, 'trust', '--save', first);
  const signer = await aSigner(world);
  const byFile = async (file: string, { qrText }: Certificate): Promise<string> =>
    (JSON.parse(await run(world, 'verify', qrText, '--trust', file, '--json')) as VerificationReport).verdict;
  let memory = {};
  return {
    url,
    report: async ({ qrText }) => {
      const body = JSON.stringify({ text: qrText });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api/verify`, { method: 'POST', headers, body });
      return (await answer.json()) as VerificationReport; // what it is shows when it is compared
    },
    cliRefreshed: async certificate => {
      await run(world, 'trust', '--save', refreshed);
      return byFile(refreshed, certificate);
    },
    cliSaved: async certificate => byFile(first, certificate),
    page: async ({ qrText }) => {
      const trust = await readTrust(await (await fetch(`${url}/trust`)).json(), memory);
      memory = { root: trust.root, highest: trust.highest };
      return (await verify(qrText, trust, now())).verdict;
    },
    registered: async ({ jwt }) => {
      const body = { purpose: 'PRACTICE_REGISTRATION', items: [{ credential: jwt }] };
      const answer = await ask({ url, world }, signer, { target: '/api/v1/verifications', body });
      const [result] = (answer.body as RegistrationAnswer).results;
      return result && 'verdict' in result ? result.verdict : JSON.stringify(answer.body);
    },
  };
}

/** The verdict on each, once all verifiers say the same. */
async function agreed(
  t: ExecutionContext,
  verifiers: Verifiers,
  certificates: readonly Certificate[],
): Promise<readonly (string | undefined)[]> {
  const verdicts: (string | undefined)[] = [];
  for (const certificate of certificates) {
    const { verdict } = await verifiers.report(certificate);
    verdicts.push(verdict);
    const said = [await verifiers.page(certificate), await verifiers.registered(certificate)];
    t.deepEqual(said, [verdict, verdict]);
  }
  // the command line starts a process for each question: one of each kind is asked
  for (const place of [0, certificates.length - 1]) {
    const certificate = certificates[place];
    if (certificate) t.is(await verifiers.cliRefreshed(certificate), verdicts[place] ?? '');
  }
  return verdicts;
}

/** The running service reads its trust anew every few seconds, without being told. */
async function untilRed(verifiers: Verifiers, certificate: Certificate): Promise<void> {
  while ((await verifiers.report(certificate)).verdict === 'valid') await pause(100);
}

async function untilRenewed(verifiers: Verifiers, certificate: Certificate): Promise<void> {
  while ((await verifiers.report(certificate)).status?.superseded !== true) await pause(100);
}

function kidOf(jwt: string): string {
  const { kid } = JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
  return kid.slice(kid.indexOf('#') + 1);
}

/** The command as an operator types it, on the same database and keys, while the service goes on. */
async function run({ config }: World, ...words: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', ...bureauEnv(config.dataDir, config.databaseUrl) };
  const main = projectFile('dist/src/cli/main.js');
  return new Promise(resolve => {
    execFile(process.execPath, [main, ...words], { env }, (_refused, out, err) =>
      resolve(out === '' ? err : out),
    );
  });
}
