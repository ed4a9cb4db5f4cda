/** The drill "lost root": with its private half gone another root takes the keys over, and whatever was printed goes on verifying. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { applicationsById } from '../../src/applications/store.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { fileOf } from '../../src/issuance/render-files.ts';
import { rootFingerprint } from '../../src/keys/fingerprint.ts';
import { readRoot } from '../../src/keys/keyring.ts';
import { startService } from '../../src/service.ts';
import { addMonths, monthAt, type Month } from '../../src/shared/time.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { readTrust, type TrustDocument } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, openWorld, someCells, takeIn } from '../support/bureau.ts';
import { databases, freshFolder } from '../support/database.ts';
import { zhicheng } from '../support/running.ts';

/** The command line knows no clock but the machine's. */
const now = (): number => Math.floor(Date.now() / 1000);
const THIS = monthAt(now());
const EARLIER = addMonths(THIS, -1);

for (const database of databases()) {
  test(`with the root lost another takes the keys over, and every certificate ever printed stays valid, on ${database.name}`, async t => {
    const world = await aBureau(t, database, { months: [THIS], clock: now, pinned: true });
    const { publicKeysDir, privateKeysDir } = world.config;
    const service = await startService(world);
    t.teardown(service.stop);
    const old = await anIssued(t, world, { month: THIS, serial: 1 });
    const before = await trustAt(service.url);
    const verifier = verifierAway(t, world);
    verifier.bring(before);
    t.is((await verifier.ask(old.qrText)).verdict, 'valid');
    const saved = join(freshFolder(t), 'trust.json');
    t.is((await zhicheng(world, 'trust', '--save', saved)).status, 0);
    const formerPrint = await rootFingerprint(readRoot(world.config));

    rmSync(join(privateKeysDir, 'root.jwe'));
    const stuck = await zhicheng(world, 'keys', 'add', '--month', EARLIER);
    const adopted = await zhicheng(world, 'keys', 'root', '--adopt', publicKeysDir);
    const added = await zhicheng(world, 'keys', 'add', '--month', EARLIER);

    t.regex(stuck.stderr, /^KEY_UNKNOWN：本机没有 root 的私钥文件.*zhicheng keys root --adopt/);
    const print = await rootFingerprint(readRoot(world.config));
    t.regex(adopted.stdout, /清单第 5 版由它签发，原样承接：key-1、key-2、key-3、key-4。/, adopted.stderr);
    t.true(adopted.stdout.includes(`新根密钥指纹　${print}`));
    t.true(adopted.stdout.includes(`原根密钥指纹　${formerPrint}`));
    t.regex(added.stdout, /^已建立 key-5/, added.stderr);
    t.regex((await zhicheng(world, 'keys', 'list')).stdout, new RegExp(`根密钥指纹　${print}`));

    // the service that ran all the while takes it up, signs under it and has written it down
    const after = await trustUnder(service.url, print);
    const next = await anIssued(t, world, { month: EARLIER, serial: 2 });
    for (const { qrText } of [old, next]) t.is((await askHttp(service.url, qrText)).verdict, 'valid');
    const changes = (await entriesAfter(world.db, 0, 1000)).filter(({ action }) => action === 'root.changed');
    t.deepEqual(
      changes.map(({ subject, detail }) => [subject, (JSON.parse(detail) as { before: string }).before]),
      [[print, formerPrint]],
    );
    for (const { pdf } of [old, next]) {
      const { stdout, stderr } = await zhicheng(world, 'verify', pdf, '--json');
      t.is((JSON.parse(stdout) as { file: { original: string } }).file.original, 'original', stderr);
    }

    // whoever pinned the old root refuses the new one until a person accepts it
    const page = await readTrust(before);
    const memory = { root: page.root, highest: page.highest };
    await t.throwsAsync(readTrust(after, memory), { code: 'TRUST_OTHER_ROOT' });
    const cleared = await readTrust(after);
    t.is((await verify(old.qrText, cleared, now())).verdict, 'valid');
    verifier.bring(after);
    t.regex(await verifier.refusal(old.qrText), new RegExp(`^TRUST_OTHER_ROOT：.*${print}.*--accept-root`));
    t.regex(await verifier.refusal(old.qrText, '--accept-root', formerPrint), /^TRUST_OTHER_ROOT/);
    t.is((await verifier.ask(old.qrText, '--accept-root', print)).verdict, 'valid');
    t.is((await verifier.ask(old.qrText)).verdict, 'valid');
    verifier.bring(before);
    t.regex(await verifier.refusal(old.qrText), /^TRUST_OTHER_ROOT/);
    t.regex((await zhicheng(world, 'trust', '--save', saved)).stderr, /^TRUST_OTHER_ROOT/m);
    const accepted = await zhicheng(world, 'trust', '--save', saved, '--accept-root', print.toLowerCase());
    t.is(accepted.status, 0, accepted.stderr);

    const restarted = await openWorld(t, world.config, now);
    t.is((await restarted.keys.manifest()).manifest.version, 6);
    t.deepEqual((await checkEverything(world)).faults, []);
  });
}

interface Issued extends Certificate {
  /** File of the document as its holder downloaded it. */
  readonly pdf: string;
}

async function anIssued(
  t: ExecutionContext,
  world: World,
  { month, serial }: { month: Month; serial: number },
): Promise<Issued> {
  const act = anAct(now());
  const ids = await takeIn(world, [someCells(serial)], { act, month });
  await releaseAll(world, act, { month, options: { unprintable: () => [] } });
  const [certificate] = await certificatesFor(world.db, ids);
  const application = (await applicationsById(world, ids)).get(ids[0] ?? '');
  if (!certificate || !application) throw new RangeError('one certificate was to be issued');
  const pdf = join(freshFolder(t), 'certificate.pdf');
  writeFileSync(pdf, await fileOf(world, act, { application, certificate, format: 'pdf' }));
  return { ...certificate, pdf };
}

async function trustAt(url: string): Promise<TrustDocument> {
  return (await (await fetch(`${url}/trust`)).json()) as TrustDocument; // judged by whoever reads it
}

/** The running service reads its trust anew every few seconds, without being told. */
async function trustUnder(url: string, print: string): Promise<TrustDocument> {
  for (;;) {
    const trust = await trustAt(url);
    if ((await rootFingerprint(trust.root)) === print) return trust;
    await pause(100);
  }
}

async function askHttp(url: string, text: string): Promise<VerificationReport> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/verify`, { method: 'POST', headers, body: JSON.stringify({ text }) });
  return (await answer.json()) as VerificationReport; // what it is shows when it is compared
}

interface VerifierAway {
  readonly bring: (trust: TrustDocument) => void;
  readonly ask: (text: string, ...options: string[]) => Promise<VerificationReport>;
  readonly refusal: (text: string, ...options: string[]) => Promise<string>;
}

/** Another machine, with the command line, a trust file and nothing else of the bureau's. */
function verifierAway(t: ExecutionContext, { config }: World): VerifierAway {
  const away = { config: { ...config, dataDir: freshFolder(t) } };
  const file = join(away.config.dataDir, 'trust.json');
  const run = async (text: string, options: string[]) =>
    zhicheng(away, 'verify', text, '--trust', file, '--json', ...options);
  return {
    bring: trust => writeFileSync(file, JSON.stringify(trust)),
    ask: async (text, ...options) => {
      const { stdout, stderr } = await run(text, options);
      if (stdout === '') t.fail(stderr);
      return JSON.parse(stdout) as VerificationReport; // the same
    },
    refusal: async (text, ...options) => (await run(text, options)).stderr,
  };
}
