/** `zhicheng verify` and `zhicheng trust`: the same verification as everywhere, on a picture, a code's text or a JWT; also offline. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import { numberKindOf } from '../certificate/number-kind.ts';
import { ImageRefused, readOneCode } from '../certificate/read-image.ts';
import { readPdfCodes } from '../certificate/read-pdf.ts';
import { readRoot, writeWhole } from '../keys/keyring.ts';
import { PAPER_WORDS } from '../lookups/lookup.ts';
import { DomainError } from '../shared/errors.ts';
import type { StapledList } from '../shared/shapes/shapes.ts';
import { parseStrictJson } from '../shared/strict-json.ts';
import { clockTimeAt, dateAt, toChineseDate } from '../shared/time.ts';
import { currentTrust, trustDocument } from '../verification/current-trust.ts';
import { agreedWith, checkFile, type FileFinding } from '../verification/file-check.ts';
import { withStapled, type WithStapled } from '../verification/stapled.ts';
import { readTrust, type Memory } from '../verification/trust.ts';
import type { VerificationReport } from '../verification/report.ts';
import { verify } from '../verification/verify.ts';
import { VERDICT_WORDS } from '../verification/words.ts';
import { say, Usage, withWorld, type Command } from './command.ts';
import { bytesOf } from './issue.ts';
import { acceptedOf, keepSeen, memoryOf, readSeen, tellLost, type DocumentRoot } from './trust-memory.ts';

const VERIFY_USAGE = `zhicheng verify 文件或文本 [--trust 文件] [--status-list 文件]… [--json]     查验证书：图片、照片、PDF、二维码文本或 JWT；只有“有效”时返回 0
  --trust 文件   用 zhicheng trust --save 保存的信任资料离线查验；见过的版本记在 文件.seen，更旧的不再采用
  --accept-root 指纹   发证机关更换了根密钥：另行核对过的新指纹，与信任资料的一致时从此固定它
  --status-list 文件   随附的状态列表（/status-lists/… 的原文），可写多次；签名、有效期都对且较新的才采用
  --json         输出查验报告（含解出的 jwt；对文件另有 file：是否原始电子文件）`;

export const verifyCommand: Command = {
  usage: VERIFY_USAGE,
  run: async words => {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        trust: { type: 'string' },
        'accept-root': { type: 'string' },
        'status-list': { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
    });
    const [input] = positionals;
    if (input === undefined || positionals.length > 1) throw new Usage('须写明一个文件或一段文本');
    const given = await givenBy(input);
    const at = Math.floor(Date.now() / 1000);
    const lists = await listsIn(values['status-list'] ?? []);
    const accepted = values['accept-root'];
    if (accepted !== undefined && values.trust === undefined)
      throw new Usage('--accept-root 与 --trust 同用');
    const { trust, stapled } = await trustFor({ path: values.trust, accepted }, lists, at);
    const report = await verify(given.text, trust, at);
    const file = given.bytes && agreedWith(await checkFile(given.bytes, trust, at), [report]);
    const lines = [...toLines(report), ...stapled.map(stapledLine), ...(file ? fileLines(file) : [])];
    const more = { ...(file && { file }), ...(lists.length > 0 && { stapled }) };
    say(values.json === true ? JSON.stringify({ ...report, ...more }, null, 2) : lines.join('\n'));
    return report.verdict === 'valid' ? 0 : 1;
  },
};

/** A trust document nests its forms' holes deeper than a token may nest anything. */
const TRUST_DEPTH = 12;

interface Given {
  readonly text: string;
  /** Of a picture or document: whether it is the original is a question of its own. */
  readonly bytes?: Uint8Array;
}

/** A file's code or text; what is no file is taken as the text itself. */
async function givenBy(input: string): Promise<Given> {
  if (!existsSync(input)) {
    if (numberKindOf(input) !== undefined || /^[a-z][a-z0-9+.-]+:/i.test(input)) return { text: input };
    if (/^[A-Za-z0-9:/._#&?=%-]+$/.test(input) && !/\.(png|jpe?g|webp|pdf|txt|jwt)$/i.test(input))
      return { text: input };
    if (!/[\\/]|\.(png|jpe?g|webp|pdf|txt|jwt)$/i.test(input)) return { text: input };
    throw new DomainError('FILE_UNREADABLE', `没有这个文件：${input}`);
  }
  const bytes = await bytesOf(input);
  if (bytes.length === 0) throw new DomainError('FILE_EMPTY', '文件是空的，请换一个。');
  const head = Buffer.from(bytes.subarray(0, 16_384)).toString('utf8').trim();
  if (bytes.length <= 16_384 && /^[\x21-\x7e]+$/.test(head)) return { text: head };
  return { text: head.startsWith('%PDF-') ? await readOnePdfCode(bytes) : await readOneCode(bytes), bytes };
}

async function readOnePdfCode(pdf: Uint8Array): Promise<string> {
  const { codes } = await readPdfCodes(pdf);
  const [code, another] = codes;
  if (code === undefined) throw new ImageRefused('IMAGE_WITHOUT_CODE');
  if (another !== undefined) throw new ImageRefused('IMAGE_WITH_SEVERAL_CODES');
  return code.text;
}

function fileLines({ detail, reason, sealed }: FileFinding): string[] {
  const made = sealed ? `签章于 ${clockTimeAt(sealed.madeAt)}（${sealed.keyId}）` : (reason ?? '');
  return ['', `文件　　　${detail}${made}`];
}

/** Lists brought along, as text; whether they are any is for the verification to say. */
async function listsIn(files: readonly string[]): Promise<readonly string[]> {
  const lists: string[] = [];
  for (const file of files) lists.push(new TextDecoder().decode(await bytesOf(file)));
  return lists;
}

async function trustFor(
  { path, accepted }: { path: string | undefined; accepted: string | undefined },
  lists: readonly string[],
  at: number,
): Promise<WithStapled> {
  if (path !== undefined) return savedTrust({ path, accepted }, lists, at);
  return withStapled(await withWorld(world => currentTrust(world, at)), lists, at);
}

/**
 * A saved document under the root pinned on this machine, if there is one; else under the root it was saved with. What was seen before is
 * held against it, and what is seen now is remembered.
 */
async function savedTrust(
  { path, accepted }: { path: string; accepted: string | undefined },
  given: readonly string[],
  at: number,
): Promise<WithStapled> {
  const value = parseStrictJson(new TextDecoder().decode(await bytesOf(path)), TRUST_DEPTH);
  const seen = await readSeen(path);
  const { root } = (value ?? {}) as { root?: DocumentRoot & { test?: unknown } };
  const remembered = await memoryOf(seen, root, accepted);
  const saved = await readTrust(value, { ...remembered, ...memory() });
  const before = remembered.highest ? seen.lists : [];
  const found = await withStapled(saved, [...before, ...given], at);
  const used = [...before, ...given].filter((_, place) => found.stapled[place]?.outcome === 'used');
  keepSeen(path, { trust: found.trust, lists: used, isTest: root?.test === true });
  tellLost(found.trust);
  return { trust: found.trust, stapled: found.stapled.slice(before.length) };
}

function memory(): Memory {
  const config = readConfig(process.env);
  return existsSync(`${config.publicKeysDir}/root.json`) ? { root: readRoot(config) } : {};
}

/** By the reason for which the text is no code: what to do with a number instead. */
const NUMBER_WORDS: Readonly<Partial<Record<string, string>>> = {
  NUMBER_ALONE:
    '这是证书编号，仅凭编号不能核验证书；请扫描二维码，或凭编号、证件号码和预留手机号查验他人证书。',
  PAPER_NUMBER: PAPER_WORDS,
};

const STAPLED_WORDS: Readonly<Record<NonNullable<StapledList['reason']>, string>> = {
  LIST_INVALID: '签名、用途或签发者不对',
  LIST_EXPIRED: '已过期',
  LIST_FROM_FUTURE: '签发时间在将来',
  LIST_OLDER: '比先前见过的旧',
  LIST_KNOWN: '已经有了',
  LIST_TAKES_BACK: '撤回了已公布的撤销或换发',
};

function stapledLine({ list = '', version, outcome, reason }: StapledList, place: number): string {
  const name = version === undefined ? `第 ${place + 1} 份` : `${list} 第 ${version} 版`;
  return outcome === 'used'
    ? `随附列表　${name}：采用`
    : `随附列表　${name}：未采用，${reason ? STAPLED_WORDS[reason] : ''}`;
}

/** Of what a revoked key signed: why nobody may believe it, and where the holder's true certificate is. */
function keyWords({ checks, status }: VerificationReport): string | undefined {
  if (!checks.some(({ reason }) => reason === 'KEY_REVOKED')) return undefined;
  const way =
    status?.superseded === true ? '该编号已换发新版本，请持证人出示新版证书' : '请持证人向发证机关申请换发';
  return `签发它的密钥已作废，不得采信；${way}。`;
}

function toLines(report: VerificationReport): string[] {
  const { certificate, status } = report;
  const lines = [
    `${VERDICT_WORDS[report.verdict].title}（${report.verdict}）`,
    NUMBER_WORDS[report.checks[0].reason ?? ''] ?? keyWords(report) ?? VERDICT_WORDS[report.verdict].advice,
  ];
  if (report.test === true) lines.push('测试证书，无法律效力。');
  if (report.use) lines.push(...useLines(report.use));
  if (certificate) {
    const { subject } = certificate;
    const printed = subject.printedName === undefined ? '' : `（印作 ${subject.printedName}）`;
    lines.push(
      '',
      `姓名　　　${subject.name}${printed}`,
      `性别　　　${subject.gender}`,
      `证件号码　${subject.idNumber}`,
    );
    lines.push(
      `呈报单位　${subject.submittingUnit}`,
      `资格名称　${subject.qualification}`,
      `系列　　　${subject.series}`,
    );
    lines.push(
      `专业　　　${subject.specialty}`,
      `层级　　　${LEVEL_NAMES[subject.level]}`,
      `评审机构　${subject.reviewBody}`,
    );
    lines.push(`取得时间　${toChineseDate(subject.obtainedOn)}`, `证书编号　${subject.certificateNumber}`);
    lines.push(
      `版本　　　${certificate.version}`,
      `${report.use ? '加注日期' : '发证日期'}　${toChineseDate(dateAt(certificate.issuedAt))}`,
    );
  }
  if (status)
    lines.push(
      '',
      `状态列表签发于 ${clockTimeAt(status.listSignedAt)}，取得于 ${clockTimeAt(status.listTakenAt)}`,
    );
  const reasons = report.checks
    .filter(check => check.outcome !== 'pass')
    .map(check => `${check.name} ${check.reason ?? check.outcome}`);
  if (reasons.length > 0) lines.push(`未通过的检查：${reasons.join('；')}`);
  return lines;
}

/** Another purpose is not covered, whatever the verdict. */
function useLines({
  purpose,
  recipient,
  validThrough,
  copy,
}: NonNullable<VerificationReport['use']>): readonly string[] {
  return [
    `加注副本（第 ${copy} 份），用于其他用途无效：`,
    `仅限用于　${purpose}`,
    `提供给　　${recipient}`,
    `有效期至　${toChineseDate(validThrough)}（含当日）`,
  ];
}

export const trustCommand: Command = {
  usage:
    'zhicheng trust --save 文件 [--accept-root 指纹]      保存离线查验所需的信任资料；更换根密钥后须写明核对过的新指纹',
  run: async words => {
    const options = { save: { type: 'string' }, 'accept-root': { type: 'string' } } as const;
    const { save: file, 'accept-root': accepted } = parseArgs({ args: words, options }).values;
    if (file === undefined) throw new Usage('须写明 --save 文件');
    return withWorld(async world => {
      const document = await trustDocument(world, world.clock());
      const before = existsSync(file) ? await versionsIn(file, document.root, accepted) : {};
      // never replaces newer knowledge by older: a rolled-back list would make a revoked certificate green again
      await readTrust(document, before);
      const seen = await readSeen(file);
      const trust = await readTrust(document, await memoryOf(seen, document.root, accepted));
      tellLost(trust);
      writeWhole(file, `${JSON.stringify(document)}\n`);
      keepSeen(file, { trust, lists: seen.lists, isTest: document.root.test === true });
      say(`信任资料已保存到 ${file}（状态列表 ${document.statusLists.length} 份）。`);
      return 0;
    });
  },
};

async function versionsIn(file: string, root: DocumentRoot, accepted: string | undefined): Promise<Memory> {
  const trust = await readTrust(parseStrictJson(await readFile(file, 'utf8'), TRUST_DEPTH));
  return { root: await acceptedOf(trust.root, root, accepted), highest: trust.highest };
}
