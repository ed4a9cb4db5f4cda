/** A sealed file shows the code of its own credential and no other, or it is no original (R28). */
import test from 'ava';
import { credentialIdIn } from '../../src/certificate/file-seal.ts';
import { agreedWith, type FileFinding } from '../../src/verification/file-check.ts';
import { FILE_WORDS } from '../../src/verification/file-finding.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { bureau } from './verdict.ts';

const own = bureau.sign();
const sealed = { id: credentialIdIn(own.jwt) ?? '', madeAt: bureau.at, keyId: 'key-4' };
const ORIGINAL: FileFinding = { kind: 'png', original: 'original', detail: FILE_WORDS.original, sealed };
const UNSEALED: FileFinding = {
  kind: 'png',
  original: 'not-original',
  reason: 'NO_SEAL',
  detail: FILE_WORDS['not-original'],
};

const CASES: readonly [
  name: string,
  finding: FileFinding,
  texts: readonly string[],
  reason: string | undefined,
][] = [
  ['its own code', ORIGINAL, [own.qrText], undefined],
  ['its own code twice, once as a token', ORIGINAL, [own.qrText, own.jwt], undefined],
  ['no code that can be read', ORIGINAL, [], undefined],
  ['another version’s code', ORIGINAL, [bureau.sign({ version: 2 }).qrText], 'CODE_DIFFERS'],
  ['its use copy’s code', ORIGINAL, [bureau.signCopy().qrText], 'CODE_DIFFERS'],
  ['its own code and a stranger’s', ORIGINAL, [own.qrText, 'https://evil.example/v#01123'], 'CODE_DIFFERS'],
  ['a damaged code', ORIGINAL, [`${bureau.issuer.origin}/v#0112345`], 'CODE_DIFFERS'],
  ['its own code, without a seal', UNSEALED, [own.qrText], 'NO_SEAL'],
];

for (const [name, finding, texts, reason] of CASES) {
  test(`a file with ${name} is ${reason ?? 'an original'}`, async t => {
    const trust = await readTrust(bureau.trust);
    const reports = await Promise.all(texts.map(async text => verify(text, trust, bureau.at)));

    const agreed = agreedWith(finding, reports);

    t.is(agreed.reason, reason as typeof agreed.reason);
    t.is(agreed.original, reason === undefined ? 'original' : 'not-original');
    t.is(agreed.sealed !== undefined, reason === undefined);
  });
}
