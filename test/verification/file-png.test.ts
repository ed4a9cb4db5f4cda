/** R28: the electronic original is told from everything made out of it, offline, by its bytes alone. */
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { revokeKey } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { withTextBeforePixels } from '../../src/certificate/face/png.ts';
import { chunksOf, isUnder, textUnder } from '../../src/certificate/png-chunks.ts';
import { CREDENTIAL_KEYWORD, SEAL_KEYWORD } from '../../src/certificate/file-seal.ts';
import { crc32, fromBase64url, toBase64url } from '../../src/shared/bytes.ts';
import { startOf } from '../../src/shared/time.ts';
import { checkFile } from '../../src/verification/file-check.ts';
import { FILE_WORDS } from '../../src/verification/file-finding.ts';
import { makeIssuer } from '../support/issuer.ts';
import { readTrust, type Trust } from '../../src/verification/trust.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { databases } from '../support/database.ts';
import { aScene, numberOf, OPENING, type Scene } from '../collection/a-holder.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

interface Original {
  readonly scene: Scene;
  readonly png: Buffer;
  readonly trust: Trust;
}

async function anOriginal(t: ExecutionContext): Promise<Original> {
  if (!sqlite) throw new RangeError('SQLite is always there');
  const scene = await aScene(t, sqlite);
  const response = await fetch(`${scene.service.url}/api/me/certificates/${numberOf(scene)}/file`);
  const png = Buffer.from(await response.arrayBuffer());
  return { scene, png, trust: await currentTrust(scene.world, OPENING) };
}

function sealOf(png: Uint8Array): { start: number; end: number; text: string } {
  const chunk = chunksOf(png).chunks.find(each => isUnder(SEAL_KEYWORD, each));
  if (!chunk) throw new RangeError('no seal');
  return { start: chunk.start, end: chunk.end, text: textUnder(SEAL_KEYWORD, chunk) ?? '' };
}

/** The file with another seal in the place of its own. */
function resealed(png: Uint8Array, text: string): Uint8Array {
  const { start, end } = sealOf(png);
  const bare = Buffer.concat([png.subarray(0, start), png.subarray(end)]);
  return withTextBeforePixels(bare, { keyword: SEAL_KEYWORD, text });
}

test('the file that was handed out is the original, and says which credential it carries', async t => {
  const { scene, png, trust } = await anOriginal(t);

  const finding = await checkFile(png, trust, OPENING);

  t.deepEqual(finding, {
    kind: 'png',
    original: 'original',
    detail: FILE_WORDS.original,
    sealed: {
      id: `http://localhost:3000/certificates/${numberOf(scene)}-1`,
      madeAt: OPENING,
      keyId: 'key-3',
      test: true,
    },
  });
  const carried = chunksOf(png)
    .chunks.map(chunk => textUnder(CREDENTIAL_KEYWORD, chunk))
    .filter(Boolean);
  t.deepEqual(carried, [scene.certificates[0]?.jwt]);
});

// R28: 任何形式的电子再转换版本无效
test('whatever is made out of the original is not the original', async t => {
  const { png, trust } = await anOriginal(t);
  const { start, end } = sealOf(png);
  const pixels = chunksOf(png).chunks.find(chunk => chunk.type === 'IDAT');
  const at = (pixels?.start ?? 0) + 4000;
  const edited = Buffer.from(png);
  edited.writeUInt8(edited.readUInt8(at) ^ 1, at);
  const twice = withTextBeforePixels(png, { keyword: SEAL_KEYWORD, text: sealOf(png).text });
  const copies: readonly [string, Uint8Array, string][] = [
    ['re-encoded as PNG', await sharp(png).png().toBuffer(), 'NO_SEAL'],
    ['re-encoded as JPEG', await sharp(png).jpeg().toBuffer(), 'NO_SEAL'],
    ['re-encoded as WebP', await sharp(png).webp().toBuffer(), 'NO_SEAL'],
    ['a screenshot', await sharp(png).resize(1170).png().toBuffer(), 'NO_SEAL'],
    [
      'cropped',
      await sharp(png).extract({ left: 0, top: 0, width: 2000, height: 3000 }).png().toBuffer(),
      'NO_SEAL',
    ],
    ['stripped of its seal', Buffer.concat([png.subarray(0, start), png.subarray(end)]), 'NO_SEAL'],
    ['one byte of the pixels changed', edited, 'ALTERED'],
    ['bytes appended', Buffer.concat([png, Buffer.from('<html>')]), 'ALTERED'],
    ['one byte appended', Buffer.concat([png, Buffer.of(0)]), 'ALTERED'],
    ['cut in the middle', png.subarray(0, png.length >> 1), 'ALTERED'],
    ['the end cut off', png.subarray(0, -1), 'ALTERED'],
    ['words added', withTextBeforePixels(png, { keyword: 'Comment', text: 'x' }), 'ALTERED'],
    ['sealed twice', twice, 'ALTERED'],
    ['a PNG in name only', png.subarray(0, 8), 'NO_SEAL'],
  ];

  for (const [how, bytes, reason] of copies) {
    const finding = await checkFile(bytes, trust, OPENING);
    t.like(finding, { original: 'not-original', reason, detail: FILE_WORDS['not-original'] }, how);
    t.is(finding.sealed, undefined, how);
  }
});

test('no single byte of the seal can be other than it is', async t => {
  const { png, trust } = await anOriginal(t);
  const { start, end } = sealOf(png);

  for (let at = start; at < end; at++) {
    const other = Buffer.from(png);
    other.writeUInt8(other.readUInt8(at) ^ 1, at);
    t.is((await checkFile(other, trust, OPENING)).original === 'original', false, `byte ${at - start}`);
  }
});

test('the twin of a signature, s turned to n − s, is not accepted', async t => {
  const { png, trust } = await anOriginal(t);
  const [head, body, last = ''] = sealOf(png).text.split('.');
  const signature = fromBase64url(last) ?? new Uint8Array();
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  signature.set(Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'), 32);

  const finding = await checkFile(resealed(png, `${head}.${body}.${toBase64url(signature)}`), trust, OPENING);

  t.like(finding, { original: 'not-original', reason: 'BAD_SEAL' });
});

test('a seal by a key for anything else, or of another header, issuer or kid, is none', async t => {
  const issuer = makeIssuer({ test: true });
  const trust = await readTrust(issuer.trust);
  const { png } = await anOriginal(t);
  const certificatesKey = issuer.keys[0];
  const payload = { iss: issuer.issuer.did, iat: issuer.at, id: 'x', sha256: '0'.repeat(64) };
  const kid = `${issuer.issuer.did}#key-1`;
  const header = { alg: 'ES256', typ: 'zhicheng-file+jwt', kid };
  const seals: readonly [string, string, string][] = [
    ['certificates key', issuer.signRaw(header, payload, certificatesKey?.privateKey), 'BAD_SEAL'],
    ['other typ', issuer.signRaw({ ...header, typ: 'JWT' }, payload), 'BAD_SEAL'],
    ['crit', issuer.signRaw({ ...header, crit: ['b64'] }, payload), 'BAD_SEAL'],
    ['member added', issuer.signRaw(header, { ...payload, more: 1 }), 'BAD_SEAL'],
    ['other issuer', issuer.signRaw(header, { ...payload, iss: 'did:web:evil.example' }), 'FOREIGN_SEAL'],
    [
      'kid of another issuer',
      issuer.signRaw({ ...header, kid: 'did:web:evil.example#key-4' }, payload),
      'BAD_SEAL',
    ],
    ['not a token', 'x', 'BAD_SEAL'],
  ];

  for (const [how, seal, reason] of seals)
    t.like(await checkFile(resealed(png, seal), trust, issuer.at), { original: 'not-original', reason }, how);
  const later = issuer.signRaw({ ...header, kid: `${issuer.issuer.did}#key-77` }, payload);
  t.like(await checkFile(resealed(png, later), trust, issuer.at), {
    original: 'unknown',
    reason: 'UNKNOWN_KEY',
  });
});

test('the trust of another bureau does not make it an original', async t => {
  const { png } = await anOriginal(t);
  const other = makeIssuer({ test: true });

  t.like(await checkFile(png, await readTrust(other.trust), OPENING), {
    original: 'not-original',
    reason: 'FOREIGN_SEAL',
  });
});

test('a verifier whose clock is behind cannot say', async t => {
  const { png, trust } = await anOriginal(t);

  t.like(await checkFile(png, trust, startOf('2020-07-01')), {
    original: 'unknown',
    reason: 'SEAL_FROM_FUTURE',
  });
});

test('after its key was revoked no file is an original', async t => {
  const { scene, png } = await anOriginal(t);
  const { config } = scene.world;
  const { keyPassphrase, rootPassphrase } = config;
  const ceremony = { folders: config, did: didOf(config.origin), at: OPENING, keyPassphrase, rootPassphrase };
  await revokeKey(ceremony, 3);

  t.like(await checkFile(png, await currentTrust(scene.world, OPENING), OPENING), {
    original: 'not-original',
    reason: 'KEY_REVOKED',
  });
});

test('what is no picture and no document is not a certificate’s file', async t => {
  const trust = await readTrust(makeIssuer().trust);

  for (const bytes of [new Uint8Array(), Buffer.from('<svg/>'), Buffer.from('GIF89a'), Buffer.from('II*\0')])
    t.like(await checkFile(bytes, trust, OPENING), { kind: 'other', reason: 'NOT_A_CERTIFICATE_FILE' });
});

test('checksums are those of PNG', t => {
  t.is(crc32(Buffer.from('IEND')), 0xae426082);
});
