/** A month's key that is changed while its batch runs (R14): none is signed after, none is lost, and every promise is kept by one key. */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { certificatesFor } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { issueBatch, type IssueOptions } from '../../src/issuance/issue-batch.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { allBatches, countItems } from '../../src/issuance/store.ts';
import { addKey, retireKey, revokeKey, type Ceremony } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { publish } from '../../src/revocation/publish.ts';
import { projectFile } from '../../src/shared/project.ts';
import { startOf } from '../../src/shared/time.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, bureauEnv, JULY, JULY_30, openWorld, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const options = { unprintable: () => [] };
const rows = (count: number) => Array.from({ length: count }, (_, place) => someCells(place + 1));
/** July's key in a bureau of tests: the three without a month come before it. */
const OLD = 4;
const NEW = 5;

for (const database of databases()) {
  test(`a key revoked between two items of a batch signs nothing after, and a new one finishes with the same numbers, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const ids = await takeIn(world, rows(3));
    const revoked = await prepared(world, ceremony => revokeKey(ceremony, OLD));
    let signatures = 0;
    const onStep: IssueOptions['onStep'] = step => {
      if (step === 'sign' && ++signatures === 2) revoked.inForce();
    };

    await t.throwsAsync(releaseAll(world, anAct(), { month: JULY, options: { ...options, onStep } }), {
      code: 'KEY_RETIRED',
    });

    t.is(signatures, 2);
    t.deepEqual(await certificatesFor(world.db, ids), []);
    t.like(await counts(world), { planned: 0, reserved: 3, issued: 0, stopped: 0 });
    await t.throwsAsync(issueBatch(world, anAct(), { month: JULY, options }), { code: 'KEY_RETIRED' });
    await addKey(ceremonyOf(world), { use: 'certificates', month: JULY, ...WINDOW });
    const done = await issueBatch(await openWorld(t, world.config), anAct(JULY_30 + 60), {
      month: JULY,
      options,
    });
    t.is(done.issued, 3);
    const certificates = await certificatesFor(world.db, ids);
    t.deepEqual(
      certificates.map(({ keyId, number }) => [keyId, Number(number.slice(7, 13))]),
      [1, 2, 3].map(serial => [`key-${NEW}`, serial]),
    );
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`a key of a later time does not keep an earlier key's promises, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    await takeIn(world, rows(1));
    const failpoint = (name: string): void => {
      if (name === 'reserved') throw new Error('killed');
    };
    await t.throwsAsync(releaseAll(world, anAct(), { month: JULY, options: { ...options, failpoint } }));
    await retireKey(ceremonyOf(world), OLD);
    await addKey(ceremonyOf(world), { use: 'certificates', month: JULY, ...WINDOW, notBefore: JULY_30 + 60 });

    await t.throwsAsync(issueBatch(world, anAct(JULY_30 + 120), { month: JULY, options }), {
      code: 'KEY_OUTSIDE_WINDOW',
    });

    t.like(await counts(world), { reserved: 1, issued: 0 });
  });

  test(`another process changes the month's key in the midst of a batch: it stops, and the rest is signed by the new key, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const ids = await takeIn(world, rows(52));
    let chunks = 0;
    const failpoint = (name: string): void => {
      if (name !== 'kept' || ++chunks > 1) return;
      keysCommand(world, 'retire', `key-${OLD}`);
      keysCommand(world, 'add', '--month', JULY, '--from', '2021-07-01', '--until', '2029-12-31');
    };

    await t.throwsAsync(releaseAll(world, anAct(), { month: JULY, options: { ...options, failpoint } }), {
      code: 'KEY_RETIRED',
    });

    t.like(await counts(world), { planned: 2, reserved: 0, issued: 50 });
    const done = await issueBatch(world, anAct(JULY_30 + 60), { month: JULY, options });
    t.is(done.issued, 52);
    await publish(world, anAct(JULY_30 + 60));
    const certificates = await certificatesFor(world.db, ids);
    const signedBy = (number: number) => certificates.filter(({ keyId }) => keyId === `key-${number}`).length;
    t.deepEqual([signedBy(OLD), signedBy(NEW)], [50, 2]);
    const trust = await currentTrust(world, JULY_30 + 60);
    const verdicts = new Set<string>();
    for (const { qrText } of certificates) verdicts.add((await verify(qrText, trust, JULY_30 + 60)).verdict);
    t.deepEqual([...verdicts], ['valid']);
    t.deepEqual((await checkEverything(world)).faults, []);
  });
}

const WINDOW = { notBefore: startOf('2020-05-01'), notAfter: startOf('2030-01-01') };

function ceremonyOf({ config }: World): Ceremony {
  const { keyPassphrase, rootPassphrase, origin } = config;
  const secrets = { keyPassphrase, rootPassphrase, passphraseRounds: 1000 };
  return { folders: config, did: didOf(origin), at: JULY_30, ...secrets };
}

/** The manifest after that ceremony, ready to come into force between two statements; until then the one before it is. */
async function prepared(
  world: World,
  ceremony: (at: Ceremony) => Promise<unknown>,
): Promise<{ inForce: () => void }> {
  const file = join(world.config.publicKeysDir, 'manifest.jws');
  const before = readFileSync(file);
  await ceremony(ceremonyOf(world));
  const after = readFileSync(file);
  writeFileSync(file, before);
  return {
    inForce: () => {
      writeFileSync(`${file}.next`, after);
      renameSync(`${file}.next`, file);
    },
  };
}

async function counts(world: World): Promise<Awaited<ReturnType<typeof countItems>>> {
  const [batch] = await allBatches(world.db);
  return countItems(world.db, batch?.id ?? '');
}

/** As the custodians type it, at another terminal. */
function keysCommand({ config }: World, ...words: string[]): void {
  const env = { PATH: process.env['PATH'] ?? '', ...bureauEnv(config.dataDir, config.databaseUrl) };
  execFileSync(process.execPath, [projectFile('dist/src/cli/main.js'), 'keys', ...words], { env });
}
