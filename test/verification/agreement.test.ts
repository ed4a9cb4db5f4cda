/**
 * One certificate, one verdict: the page, the command line with and without network, the public and the registration bodies' interface and
 * the file check say the same of it, and of its use copy, whatever became of it.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Application } from '../../src/applications/application.ts';
import { applicationsById } from '../../src/applications/store.ts';
import { certificatesFor, versionsOf, type Certificate } from '../../src/certificate/store.ts';
import { copyFaceContent } from '../../src/copies/copy-face.ts';
import { makeUseCopy } from '../../src/copies/make-use-copy.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { fileOf } from '../../src/issuance/render-files.ts';
import { sealedFile } from '../../src/issuance/seal-file.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { startService } from '../../src/service.ts';
import { projectFile } from '../../src/shared/project.ts';
import type { FileReport, RegistrationAnswer } from '../../src/shared/shapes/shapes.ts';
import { addDays, addMonths, dateAt, monthAt } from '../../src/shared/time.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { World } from '../../src/world.ts';
import { ask, aSigner, type Signer } from '../clients/signing.ts';
import { actOf, aHolder } from '../support/actor.ts';
import { aBureau, anAct, bureauEnv, idNumberOf, someCells, takeIn } from '../support/bureau.ts';
import { databases, freshFolder, type TestDatabase } from '../support/database.ts';

/** The command line knows no clock but the machine's. */
const now = (): number => Math.floor(Date.now() / 1000);
const DOCUMENT = '津人社撤字〔2021〕1号';

/** What becomes of the certificate of each serial, in order; none is collectable yet. */
const STORIES = [
  { story: 'issued and not yet collectable', verdict: 'valid', changes: [] },
  { story: 'suspended', verdict: 'suspended', changes: [['SUSPEND', 'UNDER_INVESTIGATION']] },
  {
    story: 'suspended and resumed',
    verdict: 'valid',
    changes: [
      ['SUSPEND', 'UNDER_INVESTIGATION'],
      ['RESUME', 'NOT_UPHELD'],
    ],
  },
  { story: 'revoked', verdict: 'revoked', changes: [['REVOKE', 'FRAUD']] },
  { story: 'superseded', verdict: 'superseded', changes: 'corrected' },
] as const;

interface Shown {
  readonly story: string;
  readonly verdict: string;
  readonly qrText: string;
  readonly jwt: string;
  /** A certificate's file as its holder got it, while it was in force. */
  readonly file: Uint8Array;
  readonly name: string;
}

for (const database of databases()) {
  test(`${database.name}: every verifier says the same of a certificate and of its use copy, whatever became of it`, async t => {
    const { world, shown } = await aBureauWithStories(t, database);
    const verifiers = await verifiersOf(t, world);

    for (const each of shown) {
      const verdicts = await Promise.all(
        Object.entries(verifiers).map(async ([verifier, verdictOf]) => [verifier, await verdictOf(each)]),
      );
      t.deepEqual(
        verdicts,
        verdicts.map(([verifier]) => [verifier, each.verdict]),
        each.story,
      );
    }
    t.is(shown.length, 2 * STORIES.length + 1);
  });
}

async function aBureauWithStories(
  t: ExecutionContext,
  database: TestDatabase,
): Promise<{ world: World; shown: readonly Shown[] }> {
  const month = monthAt(now());
  const world = await aBureau(t, database, { months: [month, addMonths(month, 1)], clock: now });
  const rows = STORIES.map((_, place) => someCells(place + 1));
  const ids = await takeIn(world, rows, { act: anAct(now()), month });
  await releaseAll(world, anAct(now()), { month, options: { unprintable: () => [] } });
  const certificates = await certificatesFor(world.db, ids);
  t.true(certificates.every(({ collectFrom }) => collectFrom > dateAt(now())));
  const shown: Shown[] = [];
  for (const [place, { changes, story, verdict }] of STORIES.entries()) {
    const certificate = await newestOf(world, place + 1, certificates);
    // a file of each format of every second story, its use copy in the other one
    const [format, other] = place % 2 === 0 ? FORMATS : FORMATS.toReversed();
    shown.push({ story, verdict, ...(await asFile(world, certificate, format)) });
    const copy = await asCopy(world, certificate, { serial: place + 1, format: other });
    shown.push({ story: `use copy, ${story}`, verdict, ...copy });
    if (changes !== 'corrected') await change(world, certificate, changes);
  }
  const { number } = await newestOf(world, STORIES.length, certificates);
  const wanted = { number, name: '张明原', proof: '户口簿更名页（测试）' };
  const { month: later } = await requestCorrection(world, anAct(now()), wanted);
  await releaseAll(world, anAct(now()), { month: later, options: { unprintable: () => [] } });
  const newest = await newestOf(world, STORIES.length, certificates);
  shown.push({ story: 'a second version', verdict: 'valid', ...(await asFile(world, newest, 'pdf')) });
  await publish(world, anAct(now()));
  return { world, shown };
}

const FORMATS = ['png', 'pdf'] as const;
type Format = (typeof FORMATS)[number];
type AsFile = Omit<Shown, 'story' | 'verdict'>;

/** The newest version of the certificate of the person with that serial. */
async function newestOf(
  world: World,
  serial: number,
  certificates: readonly Certificate[],
): Promise<Certificate> {
  const ids = certificates.map(({ applicationId }) => applicationId);
  const applications = await applicationsById(world, ids);
  const own = certificates.find(
    each => applications.get(each.applicationId)?.idNumber === idNumberOf(serial),
  );
  const newest = (await versionsOf(world.db, own?.number ?? '')).at(-1);
  if (!newest) throw new RangeError(`no certificate of person ${serial}`);
  return newest;
}

async function applicationOf(world: World, { applicationId }: Certificate): Promise<Application> {
  const application = (await applicationsById(world, [applicationId])).get(applicationId);
  if (!application) throw new RangeError('its application is gone');
  return application;
}

async function asFile(world: World, certificate: Certificate, format: Format): Promise<AsFile> {
  const application = await applicationOf(world, certificate);
  const { qrText, jwt, number, version } = certificate;
  const file = await fileOf(world, anAct(now()), { application, certificate, format });
  return { qrText, jwt, file, name: `${number}-${version}.${format}` };
}

/** Made by a bureau that hands out at once: here nothing can be collected before its day. */
async function asCopy(
  world: World,
  certificate: Certificate,
  { serial, format }: { serial: number; format: Format },
): Promise<AsFile> {
  const early: World = { ...world, config: { ...world.config, collectionPolicy: 'qa' } };
  const by = { ...aHolder(idNumberOf(serial)), accountId: world.ids() };
  const { number } = certificate;
  const copy = await makeUseCopy(early, actOf(by, anAct(now())), {
    onceId: world.ids(),
    number,
    purpose: '岗位聘任核验',
    recipient: '天津样例人才有限公司（测试）',
    validThrough: addDays(dateAt(now()), 30),
  });
  const application = await applicationOf(world, certificate);
  const content = await copyFaceContent(world, { application, certificate }, copy);
  const { qrText, jwt } = copy;
  const file = await sealedFile(world, anAct(now()), { content, jwt, format });
  return { qrText, jwt, file, name: `${number}-copy.${format}` };
}

async function change(
  world: World,
  { number }: Certificate,
  changes: Exclude<(typeof STORIES)[number]['changes'], 'corrected'>,
): Promise<void> {
  for (const [kind, reason] of changes)
    await changeState(world, anAct(now()), { number, change: kind, reason, document: DOCUMENT });
}

type Verifier = (shown: Shown) => Promise<string | undefined>;

/** Everybody who verifies, by name; each gives its verdict, and an original that is none is said in its stead. */
async function verifiersOf(t: ExecutionContext, world: World): Promise<Record<string, Verifier>> {
  const { url, stop } = await startService(world);
  t.teardown(stop);
  const trust: unknown = await (await fetch(`${url}/trust`)).json();
  const folder = freshFolder(t);
  const saved = join(folder, 'trust.json');
  await run(world, 'trust', '--save', saved);
  const signer = await aSigner(world);
  const onPage = async (text: string): Promise<string> =>
    (await verify(text, await readTrust(trust), now())).verdict; // as the page does, by the browser's own engine
  return {
    'the page, the code': async ({ qrText }) => onPage(qrText),
    'the page, the token': async ({ jwt }) => onPage(jwt),
    'the command line, the file': async ({ file, name }) => {
      writeFileSync(join(folder, name), file);
      return said(await run(world, 'verify', join(folder, name), '--json'), true);
    },
    'the command line without network, the code': async ({ qrText }) =>
      said(await run(world, 'verify', qrText, '--trust', saved, '--json')),
    'POST /api/verify': async ({ qrText }) =>
      (
        await posted<VerificationReport>(
          `${url}/api/verify`,
          Buffer.from(JSON.stringify({ text: qrText })),
          'application/json',
        )
      ).verdict,
    'POST /api/v1/verifications, the code': async ({ qrText }) => registered({ url, world }, signer, qrText),
    'POST /api/v1/verifications, the token': async ({ jwt }) => registered({ url, world }, signer, jwt),
    'POST /api/files/check': async ({ file }) => {
      const { original, codes } = await posted<FileReport>(`${url}/api/files/check`, file);
      return original === 'original' ? codes.map(({ report }) => report.verdict).join() : original;
    },
  };
}

async function posted<Body>(url: string, body: Uint8Array, type = 'application/octet-stream'): Promise<Body> {
  const init = { method: 'POST', headers: { 'content-type': type }, body: Uint8Array.from(body) };
  return (await (await fetch(url, init)).json()) as Body; // what it is shows when it is compared
}

async function registered(
  scene: { url: string; world: World },
  signer: Signer,
  credential: string,
): Promise<string | undefined> {
  const body = { purpose: 'PRACTICE_REGISTRATION', items: [{ credential }] };
  const answer = await ask(scene, signer, { target: '/api/v1/verifications', body });
  const [result] = (answer.body as RegistrationAnswer).results;
  return result && 'verdict' in result ? result.verdict : JSON.stringify(answer.body);
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

function said(out: string, isFile = false): string {
  if (!out.startsWith('{')) return out;
  const { verdict, file } = JSON.parse(out) as VerificationReport & { file?: { original: string } };
  return isFile && file?.original !== 'original' ? `${file?.original}` : verdict;
}
