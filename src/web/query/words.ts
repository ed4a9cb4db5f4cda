/**
 * Every word of the page, in Chinese; English beside it in `english.ts`. Field values are shown as they stand on record, and the service's
 * own Chinese sentences as they come. Serves R30, R31 and R33 of the notice.
 */
import { LEVEL_NAMES, type Level } from '../../certificate/level.ts';
import { textOf } from '../../messages/message.ts';
import { KEY_REVOKED_WORD, STATE_WORDS, type CertificateState } from '../../revocation/state.ts';
import { clockTimeAt, toChineseDate, type Instant, type PlainDate } from '../../shared/time.ts';
import type { Language } from '../shared/language.ts';
import type { FactName, FieldFault } from './facts-form.ts';
import type { Tab } from './places.ts';
import type { Trouble } from './service.ts';

export type ClaimName =
  | 'name'
  | 'idNumber'
  | 'submittingUnit'
  | 'qualification'
  | 'series'
  | 'specialty'
  | 'level'
  | 'reviewBody'
  | 'obtainedOn'
  | 'number'
  | 'version';

/** What people are told of: the state on record, or that no verifier believes the version's key any more. */
export type ShownState = CertificateState | 'KEY_REVOKED';

export interface FieldWords {
  readonly label: string;
  readonly hint: string;
  readonly missing: string;
}

/** A heading and a sentence that says what it means. */
export interface Said {
  readonly headline: string;
  readonly advice: string;
}

export interface Words {
  readonly lang: Language;
  readonly otherLanguage: string;
  readonly site: string;
  readonly page: string;
  readonly lead: string;
  readonly tabsLabel: string;
  readonly tabs: Readonly<Record<Tab, Said>>;
  readonly steps: readonly string[];
  readonly factsTitle: string;
  readonly factsAdvice: string;
  readonly askerTitle: string;
  readonly askerAdvice: string;
  readonly fields: Readonly<Record<FactName, FieldWords>>;
  /** What is written into the question, always in Chinese, which the holder reads; beside it what it means, where that differs. */
  readonly purposes: readonly (readonly [purpose: string, meaning?: string])[];
  readonly purposesLabel: string;
  readonly messageTitle: string;
  /** The very message that the holder gets, without its code. */
  readonly message: (requester: string, purpose: string) => string;
  readonly somebody: string;
  readonly somePurpose: string;
  readonly ask: string;
  readonly proving: Said;
  readonly cancel: string;
  readonly fault: (name: FactName, fault: FieldFault) => string;
  readonly trouble: (trouble: Trouble) => string;
  readonly paper: Said & { readonly ours: string; readonly back: string };
  readonly resume: (left: string) => string;
  readonly resumeButton: string;
  readonly codeTitle: string;
  readonly codeAdvice: string;
  readonly codeLabel: string;
  readonly codeMalformed: string;
  readonly timeLeft: string;
  readonly triesLeft: (tries: number) => string;
  readonly show: string;
  readonly noCode: string;
  readonly noCodeReasons: readonly string[];
  readonly again: string;
  readonly againIn: (seconds: number) => string;
  readonly change: string;
  readonly over: Readonly<Record<'time' | 'tries', Said>>;
  readonly share: Said & { readonly label: string; readonly hint: string; readonly malformed: string };
  readonly open: string;
  readonly opening: string;
  /** By state; a valid one whose signing key is revoked has words of its own. */
  readonly states: Readonly<Record<ShownState, Said>>;
  readonly testBanner: string;
  readonly since: (at: Instant) => string;
  readonly askedAt: (at: Instant) => string;
  readonly sharedFor: (purpose: string, through: PlainDate) => string;
  readonly askedBy: (requester: string, purpose: string) => string;
  readonly claimsTitle: string;
  readonly claims: Readonly<Record<ClaimName, string>>;
  readonly level: (level: Level) => string;
  readonly date: (date: PlainDate) => string;
  readonly version: (version: number) => string;
  readonly printedAs: (printed: string) => string;
  readonly rareTitle: string;
  readonly rareAdvice: string;
  readonly verifyTitle: string;
  readonly verifyAdvice: string;
  readonly verifyLink: string;
  readonly print: string;
  /** Link to the form for problems with this certificate. */
  readonly feedback: string;
  readonly another: string;
  readonly duty: string;
  readonly aside: Said & { readonly link: string };
  readonly privacy: string;
}

/** Stands for the code in the message that is shown before there is one. */
export const NO_CODE = '●●●●●●';

export const chinese: Words = {
  lang: 'zh-CN',
  otherLanguage: 'English',
  site: '职称证书查验',
  page: '查验他人证书',
  lead: '查验别人的电子职称证书，须经持证人本人同意。',
  tabsLabel: '查验方式',
  tabs: {
    facts: { headline: '三项信息', advice: '持证人告诉您验证码' },
    share: { headline: '分享码', advice: '持证人已给您码或链接' },
  },
  steps: ['填写信息', '持证人同意', '查看结果'],
  factsTitle: '要查的证书',
  factsAdvice: '三项须与同一本证书相符。',
  askerTitle: '谁查、为何查',
  askerAdvice: '会写进发给持证人的短信，并留下查询记录供持证人查看。',
  fields: {
    number: { label: '证书编号', hint: '1 位字母加 13 位数字，共 14 位', missing: '请填写证书编号。' },
    idNumber: { label: '持证人证件号码', hint: '身份证等证件的号码', missing: '请填写持证人的证件号码。' },
    phone: {
      label: '持证人预留手机号',
      hint: '申领证书时预留，验证码发到这部手机',
      missing: '请填写持证人预留的手机号。',
    },
    requester: {
      label: '查询人',
      hint: '您的姓名或单位名称',
      missing: '请写明谁在查询：您的姓名或单位名称。',
    },
    purpose: { label: '查询事由', hint: '用几个字写明用途', missing: '请写明为何查询，例如：招聘核验。' },
  },
  purposes: [['招聘核验'], ['岗位聘任核验'], ['资质申报核验'], ['项目投标核验']],
  purposesLabel: '常用事由',
  messageTitle: '持证人将收到的短信',
  message: (requester, purpose) =>
    textOf({ template: 'lookup-code', values: { requester, purpose, code: NO_CODE } }),
  somebody: '（查询人）',
  somePurpose: '（查询事由）',
  ask: '提交查询',
  proving: { headline: '正在做安全验证', advice: '您的设备正在做一小段计算，以防批量猜测，通常只需几秒。' },
  cancel: '取消',
  fault: (name, fault) => (fault.kind === 'missing' ? chinese.fields[name].missing : fault.detail),
  trouble: ({ code, detail, retryAfterSeconds }) => {
    if (code === 'OFFLINE') return '没有连上服务。您填写的内容都还在，请检查网络后重试。';
    if (detail === undefined) return '服务没有正常答复。您填写的内容都还在，请稍后重试。';
    return code === 'TOO_MANY_ATTEMPTS' && retryAfterSeconds !== undefined
      ? `尝试次数过多，请在${chineseWait(retryAfterSeconds)}后再试。`
      : detail;
  },
  paper: {
    headline: '这像是纸质证书的编号',
    advice:
      '纸质证书不在本系统查验范围，仍然有效，请向原发证机关（原渠道）核实；遗失确需补办的，也请按原渠道办理。',
    ours: '若要查的是电子证书：编号为 1 位字母（A 至 E）加 13 位数字，共 14 位，请对照证书核对。',
    back: '核对编号',
  },
  resume: left => `有一次查询正等待验证码，还剩 ${left}。`,
  resumeButton: '填写验证码',
  codeTitle: '填写验证码',
  codeAdvice:
    '如三项信息相符，验证码已发到持证人的预留手机。请联系持证人，说明来意；持证人同意，便会把 6 位验证码告诉您。',
  codeLabel: '6 位验证码',
  codeMalformed: '验证码是 6 位数字，请填全。',
  timeLeft: '剩余时间',
  triesLeft: tries => `还可以试 ${tries} 次`,
  show: '查看结果',
  noCode: '持证人没有收到验证码？',
  noCodeReasons: [
    '证书编号、证件号码、预留手机号可能有一项不符，请逐项核对后重新提交。',
    '同一部手机每分钟最多收到一条，每天最多十条，请稍后重新提交。',
    '重新提交后，先前的验证码不能用于新的查询，请用最新一条。',
    '为保护持证人，本页不会说明是哪一种情况。',
  ],
  again: '用同样的信息重新提交',
  againIn: seconds => `${seconds} 秒后可重新提交`,
  change: '修改信息',
  over: {
    time: { headline: '验证码已过期', advice: '验证码 5 分钟内有效。您填写的信息都还在，可以重新提交查询。' },
    tries: {
      headline: '这次查询已作废',
      advice: '验证码已输错 5 次。请与持证人核对后重新提交查询，会发出新的验证码。',
    },
  },
  share: {
    headline: '填写分享码',
    advice: '分享码由持证人自己生成，写明用途和有效期，无需再发验证码。每次打开，持证人都能看到。',
    label: '分享码',
    hint: '16 位字母和数字，不分大小写，横线可不填',
    malformed: '分享码共 16 位字母和数字，请对照持证人给您的内容核对。',
  },
  open: '查看证书',
  opening: '正在打开…',
  states: {
    VALID: { headline: '证书有效', advice: '以下为系统记录的最新内容。请与证书、身份证件逐项核对。' },
    SUSPENDED: { headline: STATE_WORDS.SUSPENDED, advice: '发证机关正在核查本证书，核查期间不得使用。' },
    SUPERSEDED: { headline: STATE_WORDS.SUPERSEDED, advice: '本版本不再使用，请向持证人索要新版证书。' },
    REVOKED: { headline: STATE_WORDS.REVOKED, advice: '本证书已被发证机关撤销，不再有效。' },
    CANCELLED: { headline: STATE_WORDS.CANCELLED, advice: '本证书已由发证机关注销，不再有效。' },
    KEY_REVOKED: {
      headline: KEY_REVOKED_WORD,
      advice: '这一版查验不通过，不得采信。持证人的职称不受影响，请待发证机关换发新版本后再查。',
    },
  },
  testBanner: '测试证书，无法律效力',
  since: at => `自 ${clockTimeAt(at).slice(0, 16)} 起`,
  askedAt: at => `查询时间 ${clockTimeAt(at)}（北京时间）`,
  sharedFor: (purpose, through) =>
    `持证人仅为“${purpose}”分享本证书，分享码有效期至${toChineseDate(through)}；其他用途不在同意范围。`,
  askedBy: (requester, purpose) => `${requester}因“${purpose}”查询，持证人已同意。`,
  claimsTitle: '证书内容',
  claims: {
    name: '姓名',
    idNumber: '身份证号',
    submittingUnit: '呈报单位',
    qualification: '资格名称',
    series: '系列',
    specialty: '专业',
    level: '层级',
    reviewBody: '评审机构',
    obtainedOn: '取得资格时间',
    number: '证书编号',
    version: '版本',
  },
  level: level => `${LEVEL_NAMES[level]}（${level}）`,
  date: toChineseDate,
  version: version => `第 ${version} 版`,
  printedAs: printed => `证书上印作：${printed}`,
  rareTitle: '姓名中的生僻字',
  rareAdvice: '证书上以拼音代替，由评审机构手写并加盖公章。请将手写字与下面的字比对：',
  verifyTitle: '再核验一次签名',
  verifyAdvice: '用这本证书自带的二维码内容打开查验页，数字签名在您的手机上核验，不依赖本页。',
  verifyLink: '在本机核验签名',
  print: '打印结果',
  feedback: '结果有疑问？向市人社局反映',
  another: '查验另一本证书',
  duty: '结果仅供上述事由使用，请勿另作他用或转给他人。',
  aside: {
    headline: '证书就在眼前？',
    advice: '扫证书上的二维码即可查验，不需要持证人的验证码。',
    link: '扫码查验',
  },
  privacy: '您填写的内容只用于这次查询；证件号码和手机号不写入查询记录。查询人、时间和事由会告知持证人。',
};

function chineseWait(seconds: number): string {
  if (seconds < 60) return ` ${seconds} 秒`;
  return seconds < 3600 ? ` ${Math.ceil(seconds / 60)} 分钟` : ` ${Math.ceil(seconds / 3600)} 小时`;
}
