/** R30, R31: a number is no code. It is told as what it is, and never as a code that is false. */
import test from 'ava';
import { certificateNumber } from '../../src/certificate/number.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { makeIssuer } from '../support/issuer.ts';

const bureau = makeIssuer();
const own = certificateNumber('B', 2021, 17);

const READ: readonly [text: string, verdict: string, reason: string][] = [
  ['20151201234', 'not-ours', 'PAPER_NUMBER'],
  ['0120151201234567', 'not-ours', 'PAPER_NUMBER'],
  ['津人专字（2008）第0123456号', 'not-ours', 'PAPER_NUMBER'],
  ['津高评2015第00123号', 'not-ours', 'PAPER_NUMBER'],
  ['２０１５１２０１２３４', 'not-ours', 'PAPER_NUMBER'],
  ['证书编号：20110345678', 'not-ours', 'PAPER_NUMBER'],
  ['津/2011-0345.678', 'not-ours', 'PAPER_NUMBER'],
  ['2011.0345.6789', 'not-ours', 'PAPER_NUMBER'],
  [own, 'not-ours', 'NUMBER_ALONE'],
  [` ${own.toLowerCase()} `, 'not-ours', 'NUMBER_ALONE'],
  [`证书编号：${own}`, 'not-ours', 'NUMBER_ALONE'],
  [`${own.slice(0, 13)}${(Number(own.at(-1)) + 1) % 10}`, 'not-ours', 'NUMBER_ALONE'],
  ['tel:13900001111', 'not-ours', 'NOT_A_CODE'],
  ['javascript:alert(2015)', 'not-ours', 'NOT_A_CODE'],
  ['www.example.cn/2015', 'not-ours', 'NOT_A_CODE'],
  ['https://evil.example/v#01123', 'not-ours', 'FOREIGN_HOST'],
  [`${bureau.issuer.origin}/v#0120151201234`, 'invalid', 'CANNOT_BE_READ'],
  ['9'.repeat(41), 'invalid', 'CANNOT_BE_READ'],
];

for (const [text, verdict, reason] of READ) {
  test(`what is read as ${reason} is ${verdict}: ${text.slice(0, 40)}`, async t => {
    const report = await verify(text, await readTrust(bureau.trust), bureau.at);

    t.is(report.verdict, verdict as typeof report.verdict);
    t.like(report.checks[0], { name: 'read', outcome: 'fail', reason });
    t.is(report.certificate, undefined);
  });
}
