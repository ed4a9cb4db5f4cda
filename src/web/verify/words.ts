/**
 * Every word of the verify page, in Chinese and English. Chinese is the law's language and comes first; field values are shown
 * as signed, never translated. Serves R19, R27, R28, R33 and R36 of the notice.
 */
import { LEVEL_NAMES, type Level } from '../../certificate/level.ts';
import type { CheckName, Reason, Verdict } from '../../verification/report.ts';
import { clockTimeAt, dateAt, toChineseDate, type Instant, type PlainDate } from '../../shared/time.ts';

export type FieldName =
  | 'name'
  | 'gender'
  | 'idNumber'
  | 'submittingUnit'
  | 'qualification'
  | 'series'
  | 'specialty'
  | 'level'
  | 'reviewBody'
  | 'obtainedOn'
  | 'certificateNumber'
  | 'version'
  | 'issuedAt';

/** A headline a guard at a door understands, and one sentence saying what to do. */
export interface VerdictWords {
  readonly headline: string;
  readonly advice: string;
}

/** Verdicts that carry no report: nothing to check with, or nothing that could check. */
export type NoReport = 'checking' | 'unavailable' | 'unsupported';

export interface Words {
  readonly lang: 'zh-CN' | 'en';
  readonly otherLanguage: string;
  readonly page: string;
  readonly verdicts: Readonly<Record<Verdict | 'unreadable' | NoReport, VerdictWords>>;
  readonly asOf: (at: Instant) => string;
  readonly testBanner: string;
  readonly fieldsTitle: string;
  readonly fields: Readonly<Record<FieldName, string>>;
  readonly level: (level: Level) => string;
  readonly date: (date: PlainDate) => string;
  readonly day: (at: Instant) => string;
  readonly version: (version: number) => string;
  readonly printedAs: (printed: string) => string;
  readonly rareTitle: string;
  readonly rareAdvice: string;
  readonly rareMissing: string;
  readonly remindersTitle: string;
  readonly reminders: readonly string[];
  readonly statusAge: (taken: Instant, now: Instant) => string;
  readonly checkedAt: (at: Instant) => string;
  readonly again: string;
  readonly print: string;
  readonly refused: string;
  readonly pasteTitle: string;
  readonly steps: readonly string[];
  readonly pasteLabel: string;
  readonly pasteButton: string;
  readonly another: string;
  readonly technical: string;
  readonly checkColumn: string;
  readonly outcomeColumn: string;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly outcomes: Readonly<Record<'pass' | 'fail' | 'unknown', string>>;
  readonly reasons: Readonly<Record<Reason, string>>;
  readonly key: string;
  readonly form: string;
  readonly jwt: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyRefused: string;
  readonly wholeReport: string;
  readonly footer: string;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export const chinese: Words = {
  lang: 'zh-CN',
  otherLanguage: 'English',
  page: '职称证书查验',
  verdicts: {
    valid: { headline: '证书有效', advice: '签名真实，且最新状态为有效。请逐项核对下列内容。' },
    'valid-as-of': { headline: '签名真实', advice: '此后的撤销或暂停不会反映在这里，请在联网后重新查验。' },
    'status-unknown': {
      headline: '仅验证了签名，未能查询最新状态',
      advice: '证书签名真实，但不能确认现在是否仍然有效，请联网后重新查验。',
    },
    suspended: { headline: '核查中，暂停使用', advice: '发证机关正在核查本证书，核查期间不得使用。' },
    revoked: { headline: '已撤销', advice: '本证书已被发证机关撤销，不再有效。' },
    superseded: { headline: '已换发新版本', advice: '本版本不再使用，请向持证人索要新版证书。' },
    expired: { headline: '加注副本已过有效期', advice: '这份加注副本不能再使用，请持证人重新出具。' },
    'not-ours': {
      headline: '不是本系统签发的证书',
      advice: '未核验到本系统的签名，请勿将其视为职称证书。纸质证书不在本系统查验范围，请向原发证渠道核实。',
    },
    invalid: {
      headline: '证书信息无法通过验证',
      advice: '内容可能被改动，请勿采信，并请持证人出示原始证书。',
    },
    unreadable: {
      headline: '二维码无法读出',
      advice: '二维码残缺或被改动，不能证明任何内容。请擦净后对准重新扫描，或请持证人出示清晰的证书。',
    },
    checking: { headline: '正在查验…', advice: '请稍候。' },
    unavailable: {
      headline: '暂时无法查验',
      advice: '没有取得核验所需的资料，本页未作任何判断，证书真伪未知。请联网后重试。',
    },
    unsupported: {
      headline: '此浏览器无法查验',
      advice: '浏览器不能核验数字签名，本页未作任何判断。请更新浏览器，或换一部手机用系统相机扫码。',
    },
  },
  asOf: at => `签名真实，状态为 ${clockTimeAt(at).slice(0, 16)} 的记录（当前未能联网核实）`,
  testBanner: '测试证书，无法律效力',
  fieldsTitle: '与纸面逐项核对',
  fields: {
    name: '姓名',
    gender: '性别',
    idNumber: '身份证号',
    submittingUnit: '呈报单位',
    qualification: '资格名称',
    series: '系列',
    specialty: '专业',
    level: '层级',
    reviewBody: '评审机构',
    obtainedOn: '取得资格时间',
    certificateNumber: '证书编号',
    version: '版本',
    issuedAt: '发证日期',
  },
  level: level => `${LEVEL_NAMES[level]}（${level}）`,
  date: toChineseDate,
  day: at => toChineseDate(dateAt(at)),
  version: version => `第 ${version} 版`,
  printedAs: printed => `证书上印作：${printed}`,
  rareTitle: '姓名中的生僻字',
  rareAdvice: '证书上以拼音代替，由评审机构手写并加盖公章。请将手写字与下面的字比对：',
  rareMissing: '若上面显示为空框，是本机没有该字的字体，请按编码核对。',
  remindersTitle: '请注意',
  reminders: ['请核对姓名、编号与身份证件一致。', '电子截图、翻拍、转换件无效，请以本页查验结果为准。'],
  statusAge: (taken, now) => `状态更新于 ${clockTimeAt(taken).slice(0, 16)}，${chineseAge(now - taken)}`,
  checkedAt: at => `查验时间 ${clockTimeAt(at)}（北京时间）`,
  again: '重新查询',
  print: '打印结果',
  refused:
    '服务器给出的核验资料与本机先前见过的不一致（更旧、被改动或换了根密钥），本页没有采用。请换一个网络重试；若仍如此，请联系发证机关。',
  pasteTitle: '查验证书',
  steps: ['用手机相机扫描证书上的二维码。', '在弹出的链接上点一下，即打开本页显示结果。'],
  pasteLabel: '也可以把二维码里的文字或链接粘贴在这里',
  pasteButton: '查验',
  another: '查验另一本证书',
  technical: '技术报告',
  checkColumn: '检查',
  outcomeColumn: '结果',
  checks: {
    read: '读取二维码',
    structure: '内容结构',
    issuer: '签发机关与密钥',
    signature: '数字签名',
    dates: '签发日期与密钥期限',
    status: '撤销、暂停与换发状态',
  },
  outcomes: { pass: '通过', fail: '未通过', unknown: '未能检查' },
  reasons: {
    NOT_A_CODE: '不是本系统的二维码',
    FOREIGN_HOST: '链接指向别的网站',
    CANNOT_BE_READ: '不能还原出证书内容',
    BAD_LENGTH: '长度不符',
    BAD_TEXT: '编码不符',
    BAD_HEADER: '签名头不符',
    BAD_JSON: '内容格式不符',
    BAD_SHAPE: '字段不符',
    FOREIGN_ISSUER: '签发机关不是本机关',
    UNKNOWN_KEY: '签名密钥不在清单中',
    BAD_SIGNATURE: '签名与内容不符',
    NOT_YET_VALID: '签发时间在将来，请检查本机时钟',
    OUTSIDE_KEY_WINDOW: '签发时间不在密钥期限内',
    KEY_REVOKED: '签名密钥已作废',
    LIST_MISSING: '没有取得状态列表',
    LIST_EXPIRED: '状态列表已过期',
    LIST_FROM_FUTURE: '状态列表的时间在将来，请检查本机时钟',
    LIST_STALE: '状态列表不是最新',
    REVOKED: '已撤销',
    SUSPENDED: '暂停使用',
    SUPERSEDED: '已换发',
    USE_ENDED: '加注副本已过有效期',
  },
  key: '签名密钥',
  form: '二维码格式',
  jwt: '原始凭证（JWT）',
  copy: '复制凭证',
  copied: '已复制',
  copyRefused: '浏览器不允许复制，请手动选取',
  wholeReport: '完整报告（JSON）',
  footer: '本页在您的设备上核验签名，证书内容不会上传。',
};

export const english: Words = {
  lang: 'en',
  otherLanguage: '中文',
  page: 'Professional title certificate check',
  verdicts: {
    valid: {
      headline: 'Valid',
      advice: 'Genuine signature, in force by the latest status. Compare every field below.',
    },
    'valid-as-of': {
      headline: 'Genuine signature',
      advice: 'Later changes of the status are not reflected here. Check again when online.',
    },
    'status-unknown': {
      headline: 'Signature only; latest status not known',
      advice:
        'The signature is genuine, but whether it is still in force could not be established. Check again when online.',
    },
    suspended: {
      headline: 'Suspended, under review',
      advice: 'The issuer is reviewing this certificate; it must not be used meanwhile.',
    },
    revoked: { headline: 'Revoked', advice: 'The issuer has revoked this certificate.' },
    superseded: {
      headline: 'Replaced by a newer version',
      advice: 'This version is no longer used. Ask the holder for the new one.',
    },
    expired: {
      headline: 'Use copy has expired',
      advice: 'This copy must not be used any more. Ask the holder for a new one.',
    },
    'not-ours': {
      headline: 'Not issued by this system',
      advice:
        'No signature of this system was found; do not take it for a title certificate. Paper-only certificates are not covered here.',
    },
    invalid: {
      headline: 'Failed verification',
      advice: 'The content may have been altered. Do not rely on it; ask for the original.',
    },
    unreadable: {
      headline: 'The code cannot be read',
      advice: 'It is damaged or altered and proves nothing. Scan it again or ask for a clear copy.',
    },
    checking: { headline: 'Checking…', advice: 'One moment.' },
    unavailable: {
      headline: 'Cannot check at the moment',
      advice:
        'What is needed for checking could not be fetched. Nothing was established. Go online and try again.',
    },
    unsupported: {
      headline: 'This browser cannot check',
      advice: 'It cannot verify digital signatures. Nothing was established. Update it or use another phone.',
    },
  },
  asOf: at =>
    `Genuine signature; status as recorded at ${clockTimeAt(at).slice(0, 16)} (could not be checked online now)`,
  testBanner: 'TEST CERTIFICATE, no legal effect',
  fieldsTitle: 'Compare with the paper',
  fields: {
    name: 'Name',
    gender: 'Sex',
    idNumber: 'ID number',
    submittingUnit: 'Submitting unit',
    qualification: 'Title',
    series: 'Series',
    specialty: 'Specialty',
    level: 'Level',
    reviewBody: 'Review body',
    obtainedOn: 'Obtained on',
    certificateNumber: 'Number',
    version: 'Version',
    issuedAt: 'Issued on',
  },
  level: level => `${LEVEL_NAMES[level]} (${level})`,
  date: date => date,
  day: dateAt,
  version: version => `Version ${version}`,
  printedAs: printed => `Printed as: ${printed}`,
  rareTitle: 'Rare characters of the name',
  rareAdvice: 'Printed as pinyin; the review body writes them by hand and stamps. Compare the handwriting:',
  rareMissing: 'An empty box means this device has no font for the character; compare by the code.',
  remindersTitle: 'Please note',
  reminders: [
    'Name and number must agree with the identity card.',
    'Screenshots, photographs and conversions are not valid; only the result on this page counts.',
  ],
  statusAge: (taken, now) => `Status of ${clockTimeAt(taken).slice(0, 16)}, ${englishAge(now - taken)}`,
  checkedAt: at => `Checked at ${clockTimeAt(at)} (UTC+8)`,
  again: 'Check again',
  print: 'Print',
  refused:
    'The server gave material that contradicts what this device has seen before (older, altered or another root key); it was not used. Try another network; if it stays so, contact the issuer.',
  pasteTitle: 'Check a certificate',
  steps: [
    'Scan the code on the certificate with the camera of your phone.',
    'Tap the link that appears: this page opens with the result.',
  ],
  pasteLabel: 'Or paste the text or link of the code here',
  pasteButton: 'Check',
  another: 'Check another certificate',
  technical: 'Technical report',
  checkColumn: 'Check',
  outcomeColumn: 'Outcome',
  checks: {
    read: 'Code',
    structure: 'Structure',
    issuer: 'Issuer and key',
    signature: 'Signature',
    dates: 'Dates and key window',
    status: 'Revocation, suspension, replacement',
  },
  outcomes: { pass: 'passed', fail: 'failed', unknown: 'not checked' },
  reasons: {
    NOT_A_CODE: 'not a code of this system',
    FOREIGN_HOST: 'link to another site',
    CANNOT_BE_READ: 'no certificate can be restored from it',
    BAD_LENGTH: 'length',
    BAD_TEXT: 'encoding',
    BAD_HEADER: 'token header',
    BAD_JSON: 'content format',
    BAD_SHAPE: 'fields',
    FOREIGN_ISSUER: 'another issuer',
    UNKNOWN_KEY: 'key not in the manifest',
    BAD_SIGNATURE: 'signature does not fit the content',
    NOT_YET_VALID: 'issued in the future; check the clock of this device',
    OUTSIDE_KEY_WINDOW: "issued outside the key's window",
    KEY_REVOKED: 'signing key revoked',
    LIST_MISSING: 'no status list',
    LIST_EXPIRED: 'status list expired',
    LIST_FROM_FUTURE: 'status list from the future; check the clock of this device',
    LIST_STALE: 'status list not the latest',
    REVOKED: 'revoked',
    SUSPENDED: 'suspended',
    SUPERSEDED: 'replaced',
    USE_ENDED: 'use copy has expired',
  },
  key: 'Signing key',
  form: 'QR form',
  jwt: 'Credential (JWT)',
  copy: 'Copy credential',
  copied: 'Copied',
  copyRefused: 'The browser refused; select it by hand',
  wholeReport: 'Whole report (JSON)',
  footer: 'The signature is checked on your device; the content of the certificate is not uploaded.',
};

function chineseAge(seconds: number): string {
  if (seconds < MINUTE) return '刚刚';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} 分钟前`;
  return seconds < DAY ? `${Math.floor(seconds / HOUR)} 小时前` : `${Math.floor(seconds / DAY)} 天前`;
}

function englishAge(seconds: number): string {
  if (seconds < MINUTE) return 'just now';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  return seconds < DAY ? `${Math.floor(seconds / HOUR)} h ago` : `${Math.floor(seconds / DAY)} d ago`;
}
