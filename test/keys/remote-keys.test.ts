/** Keys whose private half is in a signer: made, opened, judged and destroyed by the same ceremonies as those in files. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { addKey, makeRoot, type Ceremony, type KeyPlan } from '../../src/keys/ceremony.ts';
import { destroyPrivateHalf } from '../../src/keys/destroy-private-half.ts';
import { keyService, type KeyService } from '../../src/keys/key-service.ts';
import { loadManifest } from '../../src/keys/keyring.ts';
import { homeOf } from '../../src/keys/kms-reference.ts';
import { DomainError, type ErrorCode } from '../../src/shared/errors.ts';
import { aFaultySigner, CUSTODIAN_TOKEN, SERVICE_TOKEN, type FaultySigner } from '../signer/faulty-hsm.ts';
import { freshFolder } from '../support/database.ts';
import { NOON } from '../support/issuer.ts';

const DID = 'did:web:zc.example.gov.cn';
const LISTS: KeyPlan = { use: 'status-lists', notBefore: NOON - 86_400, notAfter: NOON + 86_400 };
const IN_KMS: KeyPlan = { ...LISTS, inKms: true };

interface Scene {
  readonly signer: FaultySigner;
  readonly ceremony: Ceremony;
  readonly service: KeyService;
}

async function aScene(t: ExecutionContext): Promise<Scene> {
  const folder = freshFolder(t);
  const signer = await aFaultySigner(t);
  const at = { url: signer.url, token: SERVICE_TOKEN, custodianToken: CUSTODIAN_TOKEN, timeoutSeconds: 30 };
  const folders = { publicKeysDir: join(folder, 'public'), privateKeysDir: join(folder, 'private') };
  const secrets = { rootPassphrase: 'another passphrase for tests', keyPassphrase: 'a passphrase for tests', passphraseRounds: 1000 };
  const ceremony = { folders, did: DID, at: NOON, signer: at, ...secrets };
  await makeRoot(ceremony, true);
  return { signer, ceremony, service: keyService({ ...folders, keyPassphrase: undefined, signer: at }, DID) };
}

async function throwsCode(t: ExecutionContext, code: ErrorCode, body: () => Promise<unknown>): Promise<void> {
  const error = await t.throwsAsync(body, { instanceOf: DomainError });
  t.is(error?.code, code);
}

test('of a key in the signer this machine has the public half and a label, and the service signs without any passphrase', async t => {
  const { signer, ceremony, service } = await aScene(t);

  const key = await addKey(ceremony, IN_KMS);
  await service.prove(key.number);

  t.deepEqual(readdirSync(ceremony.folders.privateKeysDir).sort(), ['key-1.kms.json', 'root.jwe']);
  t.regex(readFileSync(join(ceremony.folders.privateKeysDir, 'key-1.kms.json'), 'utf8'), /^\{"label":"key-1-[0-9a-f]{16}"\}\n$/);
  t.is(signer.countOf('key-1'), 1);
});

test('a ceremony whose signer is not there, or takes another token, changes nothing', async t => {
  const { ceremony } = await aScene(t);
  await addKey(ceremony, IN_KMS);
  const at = ceremony.signer;
  if (!at) throw new RangeError('the scene has a signer');
  const before = readFileSync(join(ceremony.folders.publicKeysDir, 'manifest.jws'), 'utf8');

  for (const wrong of [undefined, { ...at, custodianToken: undefined }, { ...at, custodianToken: SERVICE_TOKEN }])
    await throwsCode(t, 'SIGNER_UNAVAILABLE', async () => addKey({ ...ceremony, signer: wrong }, IN_KMS));

  t.is(readFileSync(join(ceremony.folders.publicKeysDir, 'manifest.jws'), 'utf8'), before);
  t.false(existsSync(join(ceremony.folders.privateKeysDir, 'key-2.kms.json')));
});

test('a label that points to another key signs nothing that anybody is given', async t => {
  const { signer, ceremony, service } = await aScene(t);
  await addKey(ceremony, IN_KMS);
  await addKey(ceremony, IN_KMS);
  const file = (name: string): string => join(ceremony.folders.privateKeysDir, `${name}.kms.json`);
  const { label } = JSON.parse(readFileSync(file('key-2'), 'utf8')) as { label: string };

  writeFileSync(file('key-1'), JSON.stringify({ label }));
  await throwsCode(t, 'KEYS_MISSING', async () => service.prove(1));
  signer.breakWith('other-key');
  await throwsCode(t, 'SIGNER_WRONG', async () => service.prove(2));
});

test('a private file that is not the manifest\'s key signs nothing either', async t => {
  const { ceremony } = await aScene(t);
  const { folders, keyPassphrase } = ceremony;
  await addKey(ceremony, LISTS);
  await addKey(ceremony, LISTS);
  const file = (name: string): string => join(folders.privateKeysDir, `${name}.jwe`);

  writeFileSync(file('key-1'), readFileSync(file('key-2')));

  await throwsCode(t, 'SIGNER_WRONG', async () => keyService({ ...folders, keyPassphrase }, DID).prove(1));
});

test('a service that does not know the signer says what it lacks', async t => {
  const { ceremony } = await aScene(t);
  await addKey(ceremony, IN_KMS);

  const service = keyService({ ...ceremony.folders, keyPassphrase: undefined }, DID);

  await throwsCode(t, 'SIGNER_UNAVAILABLE', async () => service.prove(1));
});

test('a key destroyed in the signer signs no more, and stays in the manifest', async t => {
  const { signer, ceremony, service } = await aScene(t);
  await addKey(ceremony, IN_KMS);
  await service.prove(1);

  await throwsCode(t, 'SIGNER_UNAVAILABLE', async () => destroyPrivateHalf({ folders: ceremony.folders }, 1, 'test'));
  await throwsCode(t, 'KEY_DESTROYED', async () => service.prove(1));
  await destroyPrivateHalf(ceremony, 1, 'test');
  await destroyPrivateHalf(ceremony, 1, 'test, again');

  t.deepEqual(signer.lines.map(({ event }) => event), ['created', 'signed', 'destroyed']);
  t.is(homeOf(ceremony.folders, 'key-1').kind, 'elsewhere');
  t.is((await loadManifest(ceremony.folders, DID)).manifest.keys.length, 1);
});
