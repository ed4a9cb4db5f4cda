/**
 * `zhicheng fsck`: the invariants, checked on the whole database: no number or list place twice, no signature without its promise,
 * one payload per number and version, every signature and list good, lists equal to the changes, every release decided by two people,
 * the audit chain whole.
 */
import { parseArgs } from 'node:util';
import { checkChain } from '../audit/record.ts';
import { numberParts, isCertificateNumber } from '../certificate/number.ts';
import { certificatesAfter, type Certificate } from '../certificate/store.ts';
import { allCounters } from '../db/counters.ts';
import { intentsAfter } from '../issuance/store.ts';
import type { Intent } from '../issuance/batch.ts';
import { currentTrust } from '../verification/current-trust.ts';
import type { Trust } from '../verification/trust.ts';
import { verify } from '../verification/verify.ts';
import type { World } from '../world.ts';
import { say, withWorld, type Command } from './command.ts';
import { checkUseCopies } from './fsck-copies.ts';
import { checkDecisions } from './fsck-decisions.ts';
import { checkLists, placeFaults } from './fsck-lists.ts';
import { createHash } from 'node:crypto';

const PAGE = 500;

export const fsckCommand: Command = {
  usage: 'zhicheng fsck                                      全库核验：编号、签名、状态列表、审计链',
  run: async words => {
    parseArgs({ args: words, options: {} });
    return withWorld(async world => {
      const { faults, counts } = await checkEverything(world);
      say(
        `核验证书 ${counts.certificates} 张、加注副本 ${counts.useCopies} 份、状态列表 ${counts.lists} 份、审计记录 ${counts.audit} 条。`,
      );
      for (const fault of faults.slice(0, 100)) say(`错误 ${fault}`);
      say(faults.length === 0 ? '全部通过。' : `共 ${faults.length} 处错误。`);
      return faults.length === 0 ? 0 : 1;
    });
  },
};

export interface Findings {
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<'certificates' | 'useCopies' | 'lists' | 'audit', number>>;
}

/** Every fault found; reads only. Faults name numbers, lists and places, never people. */
export async function checkEverything(world: World): Promise<Findings> {
  const faults: string[] = [];
  const chain = await checkChain(world.db);
  if (chain.brokenAt !== undefined) faults.push(`I5 审计链自第 ${chain.brokenAt} 条起不成立`);
  const lists = await checkLists(world, faults);
  const certificates = await checkCertificates(world, faults);
  const useCopies = await checkUseCopies(world);
  faults.push(...useCopies.faults, ...(await checkDecisions(world)));
  return { faults, counts: { certificates, useCopies: useCopies.count, lists, audit: chain.entries } };
}

async function checkCertificates(world: World, faults: string[]): Promise<number> {
  const intents = await allIntents(world, faults);
  const counters = await allCounters(world.db);
  let count = 0;
  let trust: Trust | undefined;
  for (let after = ''; ;) {
    const page = await certificatesAfter(world.db, after, PAGE);
    if (page.length === 0) return count;
    trust ??= await currentTrust(world, world.clock());
    faults.push(...(await placeFaults(world.db, page)));
    for (const certificate of page) {
      count += 1;
      faults.push(...promiseFaults(certificate, intents), ...counterFaults(certificate, counters));
      faults.push(...(await signatureFaults(certificate, trust, world.clock())));
    }
    after = page.at(-1)?.id ?? '';
  }
}

async function allIntents(world: World, faults: string[]): Promise<ReadonlyMap<string, Intent>> {
  const intents = new Map<string, Intent>();
  for (let after = ''; ;) {
    const page = await intentsAfter(world.db, after, PAGE);
    for (const { intent, state } of page) {
      if (!intent) continue;
      const name = `${intent.number}-${intent.version}`;
      if (intents.has(name)) faults.push(`I1 ${name} 预留了两次`);
      if (state === 'reserved') faults.push(`I2 ${name} 已预留未签发，请重新运行该月制证`);
      intents.set(name, intent);
    }
    if (page.length < PAGE) return intents;
    after = page.at(-1)?.id ?? '';
  }
}

function promiseFaults(certificate: Certificate, intents: ReadonlyMap<string, Intent>): readonly string[] {
  const name = `${certificate.number}-${certificate.version}`;
  const intent = intents.get(name);
  if (!intent) return [`I2 ${name} 没有签发前的预留记录`];
  const [, payload = ''] = certificate.jwt.split('.');
  const hash = createHash('sha256').update(Buffer.from(payload, 'base64url')).digest('hex');
  const kept = intent.payloadHash === certificate.payloadHash && intent.payloadHash === hash;
  const placed =
    intent.list === certificate.list &&
    intent.index === certificate.index &&
    intent.keyId === certificate.keyId;
  return kept && placed ? [] : [`I6 ${name} 的签名内容与预留不符`];
}

function counterFaults(certificate: Certificate, counters: ReadonlyMap<string, number>): readonly string[] {
  if (!isCertificateNumber(certificate.number)) return [`I1 ${certificate.number} 不是合法编号`];
  const { level, year, serial } = numberParts(certificate.number);
  return serial < (counters.get(`number-${level}${year}`) ?? 0)
    ? []
    : [`I1 ${certificate.number} 超出编号计数器，可能重号`];
}

async function signatureFaults(
  certificate: Certificate,
  trust: Trust,
  at: number,
): Promise<readonly string[]> {
  const report = await verify(certificate.qrText, trust, at);
  const name = `${certificate.number}-${certificate.version}`;
  if (report.jwt !== certificate.jwt) return [`I6 ${name} 的二维码与签名原文不符`];
  // what a revoked key signed is red for everybody; a fault only while nothing has taken its place
  if (report.checks.some(({ reason }) => reason === 'KEY_REVOKED')) {
    const isOver = report.status?.superseded === true || report.status?.revoked === true;
    return isOver
      ? []
      : [`I7 ${name} 的签名密钥已作废，请运行 zhicheng keys reissue ${certificate.keyId} --document 文号`];
  }
  const bad =
    report.verdict === 'invalid' || report.verdict === 'not-ours' || report.verdict === 'status-unknown';
  return bad ? [`I7 ${name} 查验为 ${report.verdict}`] : [];
}
