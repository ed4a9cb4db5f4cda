import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { addKey, certifyKey, makeRoot, replaceKey, retireKey, revokeKey, type Ceremony, type KeyPlan } from '../../src/keys/ceremony.ts';
import { destroyPrivateFile } from '../../src/keys/destroyed.ts';
import { keyService, type KeyService } from '../../src/keys/key-service.ts';
import { loadManifest, openSigner, readRoot } from '../../src/keys/keyring.ts';
import { findKey, importPublicJwk, isInWindow, maySign } from '../../src/keys/manifest.ts';
import { DomainError, type ErrorCode } from '../../src/shared/errors.ts';
import { startOf } from '../../src/shared/time.ts';
import { freshFolder } from '../support/database.ts';
import { NOON, makeIssuer } from '../support/issuer.ts';
import { compactVerify } from 'jose';

const DID = 'did:web:zc.example.gov.cn';
const JUNE: KeyPlan = { use: 'certificates', month: '2026-06', notBefore: startOf('2026-06-01'), notAfter: startOf('2026-09-01') - 1 };
const JULY: KeyPlan = { ...JUNE, month: '2026-07', notBefore: startOf('2026-07-01') };
const LISTS: KeyPlan = { use: 'status-lists', notBefore: NOON - 86_400, notAfter: NOON + 400 * 86_400 };
const KEY_PASSPHRASE = '签发密钥口令-仅供测试使用';

function aCeremony(t: ExecutionContext, changes: Partial<Ceremony> = {}): Ceremony {
  const folder = freshFolder(t);
  const folders = { publicKeysDir: join(folder, 'public'), privateKeysDir: join(folder, 'private') };
  const secrets = { rootPassphrase: '根密钥口令-仅供测试使用吧', keyPassphrase: KEY_PASSPHRASE, passphraseRounds: 1000 };
  return { folders, did: DID, at: NOON, ...secrets, ...changes };
}

function serviceOf(ceremony: Ceremony, keyPassphrase: string | undefined = KEY_PASSPHRASE): KeyService {
  return keyService({ ...ceremony.folders, keyPassphrase }, DID);
}

async function throwsCode(t: ExecutionContext, code: ErrorCode, body: () => Promise<unknown>): Promise<void> {
  const error = await t.throwsAsync(body, { instanceOf: DomainError });
  t.is(error?.code, code);
}

test('a root and two keys: the manifest names them, and what their signers sign verifies', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  await addKey(ceremony, LISTS);
  const service = serviceOf(ceremony);

  const { manifest } = await service.manifest();
  const key = await service.keyFor({ use: 'certificates', month: '2026-06', at: NOON });
  const listKey = await service.keyFor({ use: 'status-lists', at: NOON });
  const signer = await service.signer(key.number);
  const input = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30`;

  t.is(manifest.version, 2);
  t.deepEqual(manifest.keys.map(({ number, use, month }) => [number, use, month]), [[1, 'certificates', '2026-06'], [2, 'status-lists', undefined]]);
  t.is(listKey.number, 2);
  await t.notThrowsAsync(async () => compactVerify(`${input}.${await signer.sign(input)}`, await importPublicJwk(key.jwk)));
});

test('a root is never replaced silently', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);

  await throwsCode(t, 'KEYS_EXIST', async () => makeRoot(ceremony, false));
});

test('a test root marks every key under it', async t => {
  const ceremony = aCeremony(t);
  const root = await makeRoot(ceremony, true);
  const key = await addKey(ceremony, JUNE);

  t.true(root.test);
  t.true(key.test);
  t.true(readRoot(ceremony.folders).test);
});

test('a month has one live key: a second is refused until the first is retired', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const service = serviceOf(ceremony);

  await throwsCode(t, 'KEYS_EXIST', async () => addKey(ceremony, JUNE));
  await retireKey(ceremony, 1);
  await throwsCode(t, 'KEY_RETIRED', async () => service.signer(1));
  await throwsCode(t, 'KEY_RETIRED', async () => service.keyFor({ use: 'certificates', month: '2026-06', at: NOON }));
  await addKey(ceremony, JUNE);

  const key = await service.keyFor({ use: 'certificates', month: '2026-06', at: NOON });
  t.is(key.number, 2);
  await throwsCode(t, 'KEY_RETIRED', async () => retireKey(ceremony, 1));
});

test('a retired key stays listed with its window cut, a revoked one with its mark; neither signs', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  await addKey(ceremony, JULY);

  const retired = await retireKey(ceremony, 1);
  const revoked = await revokeKey({ ...ceremony, at: NOON + 5 }, 2);
  const { manifest } = await loadManifest(ceremony.folders, DID);

  t.is(manifest.version, 4);
  t.deepEqual(findKey(manifest, 1), retired);
  t.deepEqual(findKey(manifest, 2), revoked);
  t.deepEqual([isInWindow(retired, NOON), isInWindow(retired, NOON + 1), maySign(retired, NOON)], [true, false, false]);
  t.is(revoked.revokedAt, NOON + 5);
  await throwsCode(t, 'KEY_RETIRED', async () => revokeKey(ceremony, 2));
  await throwsCode(t, 'KEY_RETIRED', async () => serviceOf(ceremony).signer(2));
});

test('a retired key can still be revoked, for a leak may be found later', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  await retireKey(ceremony, 1);

  const revoked = await revokeKey(ceremony, 1);

  t.is(revoked.revokedAt, NOON);
});

test('a key that is asked for outside its window is refused, and so is a month without key', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const service = serviceOf(ceremony);

  await throwsCode(t, 'KEY_OUTSIDE_WINDOW', async () => service.keyFor({ use: 'certificates', month: '2026-06', at: JUNE.notAfter + 1 }));
  await throwsCode(t, 'KEY_OUTSIDE_WINDOW', async () => service.keyFor({ use: 'certificates', month: '2026-06', at: JUNE.notBefore - 1 }));
  await throwsCode(t, 'KEY_UNKNOWN', async () => service.keyFor({ use: 'certificates', month: '2026-07', at: NOON }));
  await throwsCode(t, 'KEY_UNKNOWN', async () => service.keyFor({ use: 'status-lists', at: NOON }));
  await throwsCode(t, 'KEY_UNKNOWN', async () => service.signer(9));
  await throwsCode(t, 'KEY_UNKNOWN', async () => retireKey(ceremony, 9));
});

test('a wrong passphrase opens nothing, a missing or short one is asked for', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const manifest = readFileSync(join(ceremony.folders.publicKeysDir, 'manifest.jws'), 'utf8');

  await throwsCode(t, 'PASSPHRASE_WRONG', async () => openSigner(ceremony.folders, 1, '另外一个口令-不是这一个'));
  await throwsCode(t, 'PASSPHRASE_MISSING', async () => openSigner(ceremony.folders, 1, undefined));
  await throwsCode(t, 'PASSPHRASE_MISSING', async () => openSigner(ceremony.folders, 1, 'short'));
  await throwsCode(t, 'PASSPHRASE_WRONG', async () => addKey({ ...ceremony, rootPassphrase: '另外一个口令-不是这一个' }, JULY));
  await throwsCode(t, 'PASSPHRASE_MISSING', async () => addKey({ ...ceremony, keyPassphrase: undefined }, JULY));
  await throwsCode(t, 'PASSPHRASE_MISSING', async () => makeRoot(aCeremony(t, { rootPassphrase: undefined }), false));

  t.is(readFileSync(join(ceremony.folders.publicKeysDir, 'manifest.jws'), 'utf8'), manifest);
});

test('a service whose passphrase failed once opens the key when the passphrase is right', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const service = serviceOf(ceremony, '另外一个口令-不是这一个');

  await throwsCode(t, 'PASSPHRASE_WRONG', async () => service.signer(1));
  await throwsCode(t, 'PASSPHRASE_WRONG', async () => service.signer(1));
  const signer = await serviceOf(ceremony).signer(1);

  t.is(signer.number, 1);
});

test('private files hold no private key in the clear, and only their owner may read them', async t => {
  const ceremony = aCeremony(t, { passphraseRounds: undefined });
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const files = readdirSync(ceremony.folders.privateKeysDir);

  t.deepEqual(files.sort(), ['key-1.jwe', 'root.jwe']);
  for (const file of files) {
    const path = join(ceremony.folders.privateKeysDir, file);
    const parts = readFileSync(path, 'utf8').trim().split('.');
    const header = Buffer.from(parts[0] ?? '', 'base64url').toString();
    t.is(parts.length, 5);
    t.regex(header, /"alg":"PBES2-HS512\+A256KW".*"p2c":210000/);
    t.notRegex(parts.map(part => Buffer.from(part, 'base64url').toString('latin1')).join(), /"d"/);
    t.is(statSync(path).mode & 0o077, 0);
  }
  for (const file of readdirSync(ceremony.folders.publicKeysDir)) {
    t.notRegex(readFileSync(join(ceremony.folders.publicKeysDir, file), 'utf8'), /"d"\s*:/);
  }
});

test('a damaged private file is refused', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const file = join(ceremony.folders.privateKeysDir, 'key-1.jwe');
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));

  await throwsCode(t, 'PASSPHRASE_WRONG', async () => openSigner(ceremony.folders, 1, KEY_PASSPHRASE));
});

const PLANS: Readonly<Record<string, KeyPlan>> = {
  'a window that ends before it begins': { ...JULY, notBefore: 20, notAfter: 10 },
  'a thirteenth month': { ...JULY, month: '2026-13' },
  'an instant with a fraction': { ...JULY, notBefore: 0.5 },
};
for (const [name, plan] of Object.entries(PLANS)) {
  test(`a key with ${name} is refused and the manifest in force stays as it was`, async t => {
    const ceremony = aCeremony(t);
    await makeRoot(ceremony, false);
    await addKey(ceremony, JUNE);

    await throwsCode(t, 'MANIFEST_INVALID', async () => addKey(ceremony, plan));

    const { manifest } = await loadManifest(ceremony.folders, DID);
    t.is(manifest.version, 1);
  });
}

test('a manifest of another root, another issuer, or with one letter changed is refused', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const file = join(ceremony.folders.publicKeysDir, 'manifest.jws');
  const good = readFileSync(file, 'utf8');
  const [head, body = '', signature] = good.split('.');
  const altered = Buffer.from(Buffer.from(body, 'base64url').toString().replace('2026-06', '2026-07')).toString('base64url');

  await throwsCode(t, 'MANIFEST_INVALID', async () => loadManifest(ceremony.folders, 'did:web:other.example'));
  for (const text of [makeIssuer().manifest, `${head}.${altered}.${signature}`, '', 'x', 'a.b.c']) {
    writeFileSync(file, text);
    await throwsCode(t, 'MANIFEST_INVALID', async () => serviceOf(ceremony).manifest());
  }
});

test('before the first ceremony there are no keys', async t => {
  const ceremony = aCeremony(t);

  await throwsCode(t, 'KEYS_MISSING', async () => serviceOf(ceremony).manifest());
  await throwsCode(t, 'KEYS_MISSING', async () => addKey(ceremony, JUNE));
  t.false(existsSync(join(ceremony.folders.privateKeysDir, 'key-1.jwe')));
});

test('a service takes up a new manifest by itself and never an older one', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const file = join(ceremony.folders.publicKeysDir, 'manifest.jws');
  const first = readFileSync(file);
  const service = serviceOf(ceremony);
  const before = await service.manifest();

  await revokeKey(ceremony, 1);
  const after = await service.manifest();
  writeFileSync(file, first);
  utimesSync(file, NOON, NOON);

  t.deepEqual([before.manifest.version, after.manifest.version], [1, 2]);
  await throwsCode(t, 'MANIFEST_ROLLED_BACK', async () => service.manifest());
  await throwsCode(t, 'MANIFEST_ROLLED_BACK', async () => service.signer(1));
});

test('the certificate of a files key can be made anew: the same key, under the same root, and no key of another use', async t => {
  const ceremony = aCeremony(t);
  const { publicKeysDir } = ceremony.folders;
  const opened = (name: string): X509Certificate => new X509Certificate(readFileSync(join(publicKeysDir, name)));
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  await addKey(ceremony, { ...LISTS, use: 'files' });
  const before = [opened('key-2.crt'), opened('root.crt')] as const;
  const { manifest } = await loadManifest(ceremony.folders, DID);
  for (const name of ['key-2.crt', 'root.crt']) rmSync(join(publicKeysDir, name));

  await certifyKey({ ...ceremony, at: NOON + 60 }, 2);

  const [leaf, root] = [opened('key-2.crt'), opened('root.crt')];
  const { x, y } = findKey(manifest, 2)?.jwk ?? {};
  t.like(leaf.publicKey.export({ format: 'jwk' }), { x, y });
  t.true(leaf.verify(root.publicKey) && root.verify(before[1].publicKey) && before[0].verify(root.publicKey));
  t.is((await loadManifest(ceremony.folders, DID)).manifest.version, manifest.version);
  await throwsCode(t, 'KEY_UNKNOWN', async () => certifyKey(ceremony, 1));
  await throwsCode(t, 'KEY_UNKNOWN', async () => certifyKey(ceremony, 9));
  await throwsCode(t, 'PASSPHRASE_WRONG', async () => certifyKey({ ...ceremony, rootPassphrase: '不是这个根密钥口令，绝对不是' }, 2));
});

test('a ceremony without the root passphrase leaves no file of a key that no manifest names', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const filesNow = (): string[] => [ceremony.folders.publicKeysDir, ceremony.folders.privateKeysDir].flatMap(folder => readdirSync(folder));
  const before = filesNow();

  await throwsCode(t, 'PASSPHRASE_WRONG', async () => addKey({ ...ceremony, rootPassphrase: '不是这个根密钥口令，绝对不是' }, JULY));
  await throwsCode(t, 'MANIFEST_INVALID', async () => addKey(ceremony, { ...JULY, month: '2026-13' }));

  t.deepEqual(filesNow(), before);
});

test('a key in wrong hands is revoked and replaced by one and the same manifest; doing it again changes nothing', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, LISTS);
  const service = serviceOf(ceremony);

  const { revoked, added } = await replaceKey(ceremony, 1, { ...LISTS, notBefore: NOON });
  const again = await replaceKey(ceremony, 1, undefined);

  const { manifest } = await service.manifest();
  t.is(manifest.version, 2);
  t.is(revoked.revokedAt, NOON);
  t.deepEqual(again, { revoked, added: undefined });
  t.is((await service.keyFor({ use: 'status-lists', at: NOON })).number, added?.number ?? 0);
});

test('a destroyed key signs no more, not even for a service that had it open, and what it signed stays listed', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const service = serviceOf(ceremony);
  const signer = await service.signer(1);
  const file = join(ceremony.folders.privateKeysDir, 'key-1.jwe');

  destroyPrivateFile(ceremony.folders, 1, 'test');
  destroyPrivateFile(ceremony.folders, 1, 'test, again');

  t.false(existsSync(file));
  await throwsCode(t, 'KEY_DESTROYED', async () => signer.sign('x'));
  await throwsCode(t, 'KEY_DESTROYED', async () => service.signer(1));
  await throwsCode(t, 'KEY_DESTROYED', async () => service.keyFor({ use: 'certificates', month: '2026-06', at: NOON }));
  t.is(findKey((await service.manifest()).manifest, 1)?.retiredAt, undefined);
});

test('a destruction that broke off after its mark is a destruction, and the next run finishes it', async t => {
  const ceremony = aCeremony(t);
  await makeRoot(ceremony, false);
  await addKey(ceremony, JUNE);
  const { privateKeysDir } = ceremony.folders;
  writeFileSync(join(privateKeysDir, 'key-1.destroyed'), 'broke off here');

  await throwsCode(t, 'KEY_DESTROYED', async () => serviceOf(ceremony).signer(1));
  destroyPrivateFile(ceremony.folders, 1, 'test');

  t.false(existsSync(join(privateKeysDir, 'key-1.jwe')));
});
