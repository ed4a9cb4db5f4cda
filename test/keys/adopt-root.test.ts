/** What an adoption by another root refuses, and that one which was cut off can be run again. */
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { adoptRoot, formerName } from '../../src/keys/adopt-root.ts';
import { addKey, makeRoot, revokeKey, type Ceremony } from '../../src/keys/ceremony.ts';
import { loadManifest, openPrivateKey, openSigner, readChain, readRoot } from '../../src/keys/keyring.ts';
import { freshFolder } from '../support/database.ts';
import { NOON } from '../support/issuer.ts';

const DID = 'did:web:zc.example.gov.cn';
const ROOT_PASSPHRASE = '根密钥口令-仅供测试使用吧';
const KEY_PASSPHRASE = '签发密钥口令-仅供测试使用';
const WINDOW = { notBefore: NOON - 86_400, notAfter: NOON + 86_400 };

/** A root with keys for lists, files and one month; the last is revoked. Manifest version 4. */
async function keysOf(t: ExecutionContext, isTest = false): Promise<Ceremony> {
  const ceremony = aCeremonyIn(freshFolder(t));
  await makeRoot(ceremony, isTest);
  for (const use of ['status-lists', 'files'] as const) await addKey(ceremony, { use, ...WINDOW });
  await addKey(ceremony, { use: 'certificates', month: '2026-06', ...WINDOW });
  await revokeKey(ceremony, 3);
  return ceremony;
}

function aCeremonyIn(folder: string): Ceremony {
  const folders = { publicKeysDir: join(folder, 'public'), privateKeysDir: join(folder, 'private') };
  const secrets = { rootPassphrase: ROOT_PASSPHRASE, keyPassphrase: KEY_PASSPHRASE, passphraseRounds: 1000 };
  return { folders, did: DID, at: NOON, ...secrets };
}

function contentOf(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(folder).map(file => [file, readFileSync(join(folder, file), 'utf8')]));
}

test('every key is listed as it was, revoked ones too, and the old root’s files are kept beside', async t => {
  const ceremony = await keysOf(t);
  const { folders } = ceremony;
  const { manifest } = await loadManifest(folders, DID);
  const former = readRoot(folders);
  const sealed = readFileSync(join(folders.privateKeysDir, 'root.jwe'), 'utf8');

  const adoption = await adoptRoot(ceremony, { from: folders.publicKeysDir });

  const after = await loadManifest(folders, DID);
  t.deepEqual(after.manifest, { ...manifest, version: 5, iat: NOON });
  t.deepEqual(after.root, adoption.root);
  t.not(after.root.x, former.x);
  const name = await formerName(former);
  t.deepEqual(JSON.parse(readFileSync(join(folders.publicKeysDir, `${name}.json`), 'utf8')), former);
  t.is(readFileSync(join(folders.privateKeysDir, `${name}.jwe`), 'utf8'), sealed);
  t.true(existsSync(join(folders.publicKeysDir, `${name}.crt`)));
  const chain = readChain(folders, 2);
  t.deepEqual([chain.leaf.jwk.x, chain.root.jwk.x], [after.manifest.keys[1]?.jwk.x, after.root.x]);
  await t.notThrowsAsync(openSigner(folders, 1, KEY_PASSPHRASE));
  await t.notThrowsAsync(addKey(ceremony, { use: 'use-copies', ...WINDOW }));
});

test('a manifest that the old root did not sign is adopted by nobody, and nothing changes', async t => {
  const ceremony = await keysOf(t);
  const other = await keysOf(t);
  const { publicKeysDir, privateKeysDir } = ceremony.folders;
  const file = join(publicKeysDir, 'manifest.jws');
  writeFileSync(file, readFileSync(join(other.folders.publicKeysDir, 'manifest.jws')));
  const before = [contentOf(publicKeysDir), contentOf(privateKeysDir)];

  await t.throwsAsync(adoptRoot(ceremony, { from: publicKeysDir }), { code: 'MANIFEST_INVALID' });

  t.deepEqual([contentOf(publicKeysDir), contentOf(privateKeysDir)], before);
});

const REFUSED: readonly [string, string, (ceremony: Ceremony) => void, Partial<Ceremony>][] = [
  ['a manifest with one letter changed', 'MANIFEST_INVALID', spoil('manifest.jws', text => text.replace('.e', '.f')), {}],
  ['a root file that is none', 'MANIFEST_INVALID', spoil('root.json', () => '{"x":1'), {}],
  ['a root file without a key', 'MANIFEST_INVALID', spoil('root.json', () => '{}'), {}],
  ['no manifest', 'KEYS_MISSING', ({ folders }) => rmSync(join(folders.publicKeysDir, 'manifest.jws')), {}],
  ['no root', 'KEYS_MISSING', ({ folders }) => rmSync(join(folders.publicKeysDir, 'root.json')), {}],
  ['another address', 'MANIFEST_INVALID', () => undefined, { did: 'did:web:other.example.gov.cn' }],
];
for (const [what, code, change, changes] of REFUSED) {
  test(`an adoption is refused with ${what}`, async t => {
    const ceremony = await keysOf(t);
    const { publicKeysDir: from } = ceremony.folders;
    change(ceremony);
    const before = contentOf(from);

    await t.throwsAsync(adoptRoot({ ...ceremony, ...changes }, { from }), { code });

    t.deepEqual(contentOf(from), before);
  });
}

function spoil(name: string, change: (text: string) => string): (ceremony: Ceremony) => void {
  return ({ folders }) => {
    const file = join(folders.publicKeysDir, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
}

test('without a passphrase the manifest in force stays', async t => {
  const ceremony = await keysOf(t);
  const { folders } = ceremony;
  const before = await loadManifest(folders, DID);

  const refused = adoptRoot({ ...ceremony, rootPassphrase: undefined }, { from: folders.publicKeysDir });

  await t.throwsAsync(refused, { code: 'PASSPHRASE_MISSING' });
  t.deepEqual(await loadManifest(folders, DID), before);
});

test('a run cut off before its manifest stood is finished by running it again', async t => {
  const ceremony = await keysOf(t);
  const { publicKeysDir } = ceremony.folders;
  const file = join(publicKeysDir, 'manifest.jws');
  const former = readRoot(ceremony.folders);
  const unchanged = readFileSync(file);
  await adoptRoot(ceremony, { from: publicKeysDir });
  const orphan = readRoot(ceremony.folders);
  writeFileSync(file, unchanged);

  const adoption = await adoptRoot(ceremony, { from: publicKeysDir });

  t.is(adoption.former.x, former.x);
  t.is(adoption.version, 5);
  t.notThrows(() => readChain(ceremony.folders, 2));
  t.false(existsSync(join(publicKeysDir, `${await formerName(orphan)}.json`)));
  await t.notThrowsAsync(openPrivateKey(ceremony.folders, 'root', ROOT_PASSPHRASE));
});

test('after a leak only the named keys are adopted, and a name that is not listed refuses all', async t => {
  const ceremony = await keysOf(t);
  const { publicKeysDir: from } = ceremony.folders;
  await t.throwsAsync(adoptRoot(ceremony, { from, numbers: [1, 9] }), { code: 'KEY_UNKNOWN' });

  const { adopted, left } = await adoptRoot(ceremony, { from, numbers: [1, 3] });

  const { manifest } = await loadManifest(ceremony.folders, DID);
  t.deepEqual(manifest.keys, adopted);
  t.deepEqual([adopted, left].map(keys => keys.map(({ number }) => number)), [[1, 3], [2]]);
});

test('fresh folders adopt from an archive; folders with keys of their own do not', async t => {
  const old = await keysOf(t, true);
  const archive = join(freshFolder(t), 'archive');
  cpSync(old.folders.publicKeysDir, archive, { recursive: true });
  const fresh = aCeremonyIn(freshFolder(t));

  const { root, version } = await adoptRoot(fresh, { from: archive });

  t.is(version, 5);
  t.true(root.test);
  t.true(existsSync(join(fresh.folders.publicKeysDir, 'key-3.json')));
  const { manifest } = await loadManifest(fresh.folders, DID);
  t.is(manifest.keys.length, 3);
  await t.throwsAsync(adoptRoot(fresh, { from: archive }), { code: 'KEYS_EXIST' });
});
