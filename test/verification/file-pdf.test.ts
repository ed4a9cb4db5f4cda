/** R28 for documents: one signature over every byte, by a files key; and other readers' opinion of it. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PDFDocument } from '@cantoo/pdf-lib';
import * as asn1js from 'asn1js';
import test, { type ExecutionContext } from 'ava';
import * as pkijs from 'pkijs';
import { readPdfCodes } from '../../src/certificate/read-pdf.ts';
import { signedRange, toLatin1 } from '../../src/certificate/pdf/signed-range.ts';
import { revokeKey } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { certificateFile } from '../../src/keys/keyring.ts';
import { startOf } from '../../src/shared/time.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { checkFile } from '../../src/verification/file-check.ts';
import { FILE_WORDS } from '../../src/verification/file-finding.ts';
import { readTrust, type Trust } from '../../src/verification/trust.ts';
import { aScene, numberOf, OPENING, type Scene } from '../collection/a-holder.ts';
import { databases } from '../support/database.ts';
import { makeIssuer } from '../support/issuer.ts';

const run = promisify(execFile);
const [sqlite] = databases();

interface Original {
  readonly scene: Scene;
  readonly pdf: Buffer;
  readonly trust: Trust;
}

async function anOriginal(t: ExecutionContext): Promise<Original> {
  if (!sqlite) throw new RangeError('SQLite is always there');
  const scene = await aScene(t, sqlite);
  const response = await fetch(`${scene.service.url}/api/me/certificates/${numberOf(scene)}/file?format=pdf`);
  const pdf = Buffer.from(await response.arrayBuffer());
  return { scene, pdf, trust: await currentTrust(scene.world, OPENING) };
}

function folder(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'zhicheng-pdf-'));
  t.teardown(() => rmSync(made, { recursive: true }));
  return made;
}

function hasTool(t: ExecutionContext, tool: string): boolean {
  const isThere = existsSync(`/usr/bin/${tool}`);
  if (!isThere) t.log(`*** ${tool} is not installed: this was NOT tested ***`);
  return isThere;
}

test('the document that was handed out is the original, carries its credential and shows its code', async t => {
  const { scene, pdf, trust } = await anOriginal(t);

  const finding = await checkFile(pdf, trust, OPENING);
  const { codes, pages } = await readPdfCodes(pdf);

  t.deepEqual(finding, {
    kind: 'pdf',
    original: 'original',
    detail: FILE_WORDS.original,
    sealed: {
      id: `http://localhost:3000/certificates/${numberOf(scene)}-1`,
      madeAt: OPENING,
      keyId: 'key-3',
      test: true,
    },
  });
  t.deepEqual(codes, [{ page: 1, text: scene.certificates[0]?.qrText ?? '' }]);
  t.deepEqual(pages, { all: 1, read: 1 });
  t.true(pdf.includes(`\n${scene.certificates[0]?.jwt ?? 'none'}\n`));
});

// R28: 任何形式的电子再转换版本无效
test('whatever is made out of the original is not the original', async t => {
  const { pdf, trust } = await anOriginal(t);
  const opened = await PDFDocument.load(pdf);
  const saved = Buffer.from(await opened.save());
  const at = pdf.indexOf('stream\n') + 200;
  const edited = Buffer.from(pdf);
  edited.writeUInt8(edited.readUInt8(at) ^ 1, at);
  const range = signedRange(pdf, toLatin1(pdf));
  const unsigned = Buffer.from(toLatin1(pdf).replace('/ByteRange', '/BiteRange'), 'latin1');
  const update = Buffer.from('1 0 obj\n<<>>\nendobj\nxref\n0 0\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n');
  const inContents = Buffer.from(pdf);
  inContents.write('1', (range?.before.length ?? 0) + (range?.digits.length ?? 0), 'latin1');
  const signedAgain = Buffer.concat([pdf, Buffer.from('/ByteRange [0 1 2 3]'), update]);
  const copies: readonly [string, Uint8Array, RegExp][] = [
    ['printed again', saved, /NO_SEAL|ALTERED|FOREIGN_SEAL/],
    ['without its signature', unsigned, /NO_SEAL/],
    ['one bit of the page changed', edited, /ALTERED/],
    ['updated', Buffer.concat([pdf, update]), /ALTERED/],
    ['one byte appended', Buffer.concat([pdf, Buffer.of(10)]), /ALTERED/],
    ['signed by another as well', signedAgain, /ALTERED/],
    ['something behind the signature in its room', inContents, /FOREIGN_SEAL/],
    ['cut', pdf.subarray(0, -20), /FOREIGN_SEAL|ALTERED/],
    ['nothing but a head', Buffer.from('%PDF-1.7\n'), /NO_SEAL/],
    ['ranges without sense', Buffer.from('%PDF-1.7 /ByteRange [0 9999999999 1 2]'), /FOREIGN_SEAL/],
    ['a range about itself', Buffer.from('%PDF-1.7 /ByteRange [0 1 2 9999999999]'), /FOREIGN_SEAL/],
  ];

  for (const [how, bytes, reason] of copies) {
    const finding = await checkFile(bytes, trust, OPENING);
    t.like(finding, { kind: 'pdf', original: 'not-original', detail: FILE_WORDS['not-original'] }, how);
    t.regex(finding.reason ?? '', reason, how);
  }
});

test('no bit of the signature can be other than it is', async t => {
  const { pdf, trust } = await anOriginal(t);
  const range = signedRange(pdf, toLatin1(pdf));
  const [from, length] = [(range?.before.length ?? 0) + 1, (range?.digits ?? '').replace(/0+$/, '').length];

  for (let at = from; at < from + length; at++) {
    const other = Buffer.from(pdf);
    const digit = (parseInt(pdf.toString('latin1', at, at + 1), 16) ^ 1).toString(16);
    other.write(digit, at, 'latin1');
    t.not((await checkFile(other, trust, OPENING)).original, 'original', `digit ${at - from}`);
  }
});

test('another bureau’s trust, a clock that is behind and a revoked key each say so', async t => {
  const { scene, pdf, trust } = await anOriginal(t);
  const other = await readTrust(makeIssuer({ test: true }).trust);
  const { config } = scene.world;
  const { keyPassphrase, rootPassphrase } = config;
  const ceremony = { folders: config, did: didOf(config.origin), at: OPENING, keyPassphrase, rootPassphrase };

  t.like(await checkFile(pdf, other, OPENING), { original: 'not-original', reason: 'FOREIGN_SEAL' });
  t.like(await checkFile(pdf, trust, startOf('2020-07-01')), {
    original: 'unknown',
    reason: 'SEAL_FROM_FUTURE',
  });
  const without = {
    ...trust,
    manifest: { ...trust.manifest, keys: trust.manifest.keys.filter(key => key.use !== 'files') },
  };
  t.like(await checkFile(pdf, without, OPENING), { original: 'unknown', reason: 'UNKNOWN_KEY' });
  await revokeKey(ceremony, 3);
  t.like(await checkFile(pdf, await currentTrust(scene.world, OPENING), OPENING), {
    original: 'not-original',
    reason: 'KEY_REVOKED',
  });
});

test('a second implementation of CMS finds the signature good and the attributes those of PAdES B-B', async t => {
  const { pdf } = await anOriginal(t);
  const range = signedRange(pdf, toLatin1(pdf));
  const der = Buffer.from(range?.digits ?? '', 'hex');
  const { result } = asn1js.fromBER(new Uint8Array(der).buffer);
  const signed = new pkijs.SignedData({ schema: new pkijs.ContentInfo({ schema: result }).content });
  const about = Buffer.concat([range?.before ?? Buffer.of(), range?.after ?? Buffer.of()]);

  const isGood = await signed.verify({ signer: 0, data: new Uint8Array(about).buffer, checkChain: false });

  t.true(isGood);
  t.deepEqual(signed.signerInfos[0]?.signedAttrs?.attributes.map(each => each.type).sort(), [
    '1.2.840.113549.1.9.16.2.47',
    '1.2.840.113549.1.9.3',
    '1.2.840.113549.1.9.4',
  ]);
  t.is(signed.certificates?.length, 2);
});

test('pdfsig finds the whole document signed, and the signer trusted under the root', async t => {
  if (!hasTool(t, 'pdfsig') || !hasTool(t, 'certutil')) {
    t.pass();
    return;
  }
  const { scene, pdf } = await anOriginal(t);
  const at = folder(t);
  const file = join(at, 'certificate.pdf');
  writeFileSync(file, pdf);
  const database = `sql:${at}`;
  await run('certutil', ['-N', '-d', database, '--empty-password']);
  const root = certificateFile(scene.world.config, 'root');
  await run('certutil', ['-A', '-d', database, '-n', 'root', '-t', 'CT,CT,CT', '-i', root]);

  const { stdout } = await run('pdfsig', ['-nssdir', database, file]);

  t.regex(stdout, /Signature Type: ETSI\.CAdES\.detached/);
  t.regex(stdout, /Total document signed/);
  t.regex(stdout, /Signature is Valid/);
  t.regex(stdout, /Certificate is Trusted/);
  t.regex(stdout, /测试/);
});

test('pdftotext gives every field back as it is in the record', async t => {
  if (!hasTool(t, 'pdftotext')) {
    t.pass();
    return;
  }
  const { scene, pdf } = await anOriginal(t);
  const file = join(folder(t), 'certificate.pdf');
  writeFileSync(file, pdf);

  const { stdout } = await run('pdftotext', [file, '-']);

  const text = stdout.replace(/\s/g, '');
  for (const value of [
    '张明远',
    '天津市住房建设委员会人事处（测试）',
    '建筑结构设计',
    '高级工程师',
    '2021年7月9日',
    numberOf(scene),
  ])
    t.true(text.includes(value), value);
});
