/**
 * A real PKCS#11 token, SoftHSM2: keys are made in it by the custodians' command, a certificate and its picture are signed by it over HTTP
 * and verify everywhere, and no key can be taken out.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { compactVerify } from 'jose';
import { didOf } from '../../src/keys/did-document.ts';
import { loadManifest } from '../../src/keys/keyring.ts';
import { findKey, importPublicJwk } from '../../src/keys/manifest.ts';
import { Pkcs11Failure } from '../../src/signer/pkcs11-module.ts';
import { projectFile } from '../../src/shared/project.ts';
import { bureauEnv, someCells } from '../support/bureau.ts';
import { freshFolder, freshUrl } from '../support/database.ts';
import { CUSTODIAN_TOKEN, SERVICE_TOKEN } from './faulty-hsm.ts';
import { hasSoftHsm, softHsmSigner, type SoftHsmSigner } from './softhsm.ts';

// one after the other: commands are waited for with nothing else going on, and an open connection would not be
const hsmTest = hasSoftHsm() ? test.serial : test.serial.skip;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Terminal {
  readonly folder: string;
  readonly signer: SoftHsmSigner;
  readonly run: (...words: string[]) => Ran;
}

async function aTerminal(t: ExecutionContext): Promise<Terminal> {
  const folder = freshFolder(t);
  const signer = await softHsmSigner(freshFolder(t));
  t.teardown(async () => signer.stop());
  const env = {
    ...bureauEnv(folder, await freshUrl(t, 'sqlite:')),
    ...signer.env,
    ZHICHENG_KEY_PASSPHRASE: '',
  };
  const run = (...words: string[]): Ran => {
    const done = spawnSync(process.execPath, [projectFile('dist/src/cli/main.js'), ...words], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      encoding: 'utf8',
    });
    return { code: done.status ?? -1, out: done.stdout, err: done.stderr };
  };
  return { folder, signer, run };
}

hsmTest(
  'from a key made in the token to a certificate that verifies, without any private file but the root',
  async t => {
    const { folder, signer, run } = await aTerminal(t);
    t.is(run('keys', 'root', '--test').code, 0);
    for (const words of [
      ['--use', 'status-lists'],
      ['--use', 'files'],
      ['--month', '2021-07'],
    ]) {
      const added = run('keys', 'add', ...words, '--kms');
      t.is(added.code, 0, added.err);
    }
    const listed = run('keys', 'list').out;
    t.regex(listed, /^key-3\t2021-07 证书\t.*私钥：签名服务 key-3-[0-9a-f]{16}$/m);
    t.deepEqual(
      readdirSync(join(folder, 'keys'))
        .map(name => name.replace(/^key-\d/, 'key'))
        .sort(),
      ['key.kms.json', 'key.kms.json', 'key.kms.json', 'root.jwe'],
    );

    const roster = join(folder, 'roster.json');
    writeFileSync(roster, JSON.stringify([someCells(1)]));
    const issued = run('issue', '--roster', roster, '--month', '2021-07', '--out', join(folder, 'out'));
    t.is(issued.code, 0, issued.err);
    const [, , picture = ''] = issued.out.trim().split('\t');
    const verified = run('verify', picture, '--json');
    t.is(verified.code, 0, verified.err);
    const report = JSON.parse(verified.out) as {
      verdict: string;
      jwt: string;
      file: { sealed?: { keyId: string } };
    };
    t.deepEqual([report.verdict, report.file.sealed?.keyId], ['valid', 'key-2']);

    const folders = { publicKeysDir: join(folder, 'public-keys'), privateKeysDir: join(folder, 'keys') };
    const { manifest } = await loadManifest(folders, didOf('http://localhost:3000'));
    const key = findKey(manifest, 3);
    if (!key) throw new RangeError('the manifest has a third key');
    await t.notThrowsAsync(async () =>
      compactVerify(report.jwt, await importPublicJwk(key.jwk), { algorithms: ['ES256'] }),
    );
    t.is(run('fsck').code, 0);

    const counted = signer
      .log()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { event: string; key: string; signatures: number });
    const last = counted.filter(({ event, key }) => event === 'signed' && key.startsWith('key-3-')).at(-1);
    t.is(last?.signatures, 2, 'one trial, one certificate');
    for (const secret of [SERVICE_TOKEN, CUSTODIAN_TOKEN, '739201', '张明远'])
      t.false(signer.log().includes(secret));
  },
);

hsmTest(
  'the token gives no private key away, whoever asks, and none that is destroyed signs again',
  async t => {
    const { folder, signer, run } = await aTerminal(t);
    run('keys', 'root', '--test');
    t.is(run('keys', 'add', '--use', 'status-lists', '--kms').code, 0);
    const { label } = JSON.parse(readFileSync(join(folder, 'keys', 'key-1.kms.json'), 'utf8')) as {
      label: string;
    };

    const objects = signer.look('--list-objects', '--type', 'privkey', '--label', label);
    t.regex(objects.said, /Access:\s+sensitive, always sensitive, never extractable, local/);
    t.regex(objects.said, /Usage:\s+sign$/m);
    t.throws(() => signer.takeOut(label), { instanceOf: Pkcs11Failure, message: 'C_GetAttributeValue 0x11' }); // CKR_ATTRIBUTE_SENSITIVE
    const asking = async (method: string, path: string, token: string): Promise<number> => {
      const body = JSON.stringify({ alg: 'ES256', digest: Buffer.alloc(32).toString('base64url') });
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${signer.url}${path}`, {
        method,
        headers,
        ...(method === 'POST' ? { body } : {}),
      });
      return answer.status;
    };
    t.is(await asking('POST', `/keys/${label}/signatures`, SERVICE_TOKEN), 200);
    t.is(await asking('DELETE', `/keys/${label}`, CUSTODIAN_TOKEN), 204);
    t.is(await asking('POST', `/keys/${label}/signatures`, SERVICE_TOKEN), 404);
    t.false(signer.look('--list-objects').said.includes(label));
  },
);
