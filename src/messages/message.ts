/** What the service tells people by short message: one template each, Chinese, without personal data beyond what the receiver knows. Pure. */

export const TEMPLATES = {
  /** Sign-in code; values: code. */
  'sign-in-code': '【职证】验证码 {code}，5 分钟内有效。工作人员不会向您索要验证码。',
  /** To the phone that the holder wants as the reserved one from now on; values: code. */
  'phone-code':
    '【职证】您正在把此号码设为职称证书的预留手机，验证码 {code}，5 分钟内有效。如非本人办理，请勿告知任何人。',
  /** To the phone that was the reserved one; values: tail, its last four digits now. */
  'phone-changed': '【职证】您的预留手机号已改为尾号 {tail} 的号码。如非本人办理，请立即联系市人社局窗口。',
  /** The employer filled in an application that the holder must confirm (R11); values: employer, days. */
  confirm: '【职证】{employer}为您填报了职称证书申请，请在 {days} 天内登录核对并确认。',
  /** Returned to the holder; values: by. */
  returned: '【职证】您的职称证书申请被{by}退回修改，请登录查看理由并修改后重新提交。',
  /** Rejected; values: by. */
  rejected: '【职证】您的职称证书申请未通过{by}审核，请登录查看理由和办理途径。',
  /** The exam was passed, an application may be made (R12); values: by. */
  passed: '【职证】您已通过{by}组织的考试，请登录申领职称证书。',
  /** Issued; values: date from which it can be collected (R17). */
  issued: '【职证】您的职称证书已办结，请于 {date} 起登录领取。',
  /** Suspended while a complaint is looked into (domain §5.2); values: tail, the number's last four digits; end, its last day. */
  suspended:
    '【职证】您的职称证书（编号尾号 {tail}）因核查暂停使用，至 {end}止，到期自动恢复。如有异议，可向市人社局提出申诉，详情请登录查看。',
  /** The suspension's one extension; values: tail; end, its last day now. */
  'suspension-extended':
    '【职证】您的职称证书（编号尾号 {tail}）的暂停使用延长至 {end}，到期自动恢复。如有异议，可向市人社局提出申诉，详情请登录查看。',
  /** Not upheld: valid again; values: tail. */
  resumed: '【职证】您的职称证书（编号尾号 {tail}）已恢复有效，可以照常使用。',
  /** Values: tail. Reason and decision number stand on the holder's page. */
  revoked:
    '【职证】您的职称证书（编号尾号 {tail}）已被撤销。如不服，可在 60 日内申请行政复议，或在 6 个月内提起行政诉讼；原因和决定文号请登录查看。',
  /** Values: tail. */
  cancelled:
    '【职证】您的职称证书（编号尾号 {tail}）已被注销。如不服，可在 60 日内申请行政复议，或在 6 个月内提起行政诉讼；原因和决定文号请登录查看。',
  /** A correction was confirmed and waits in its month's batch; values: tail. */
  'correction-taken':
    '【职证】您的职称证书（编号尾号 {tail}）的更正已受理，新版本制成之前现有版本仍然有效。如有异议，请联系市人社局窗口。',
  /** The next version is issued and has ended the one before it (更正/换发); values: tail, version, date from which it can be collected. */
  corrected:
    '【职证】您的职称证书（编号尾号 {tail}）已换发第 {version} 版，原版本不再使用，新版本请于 {date} 起登录领取。如有异议，请联系市人社局窗口。',
  /** The certificate was signed anew because its key was revoked; nothing of it has changed; values: tail. */
  reissued:
    '【职证】您的职称证书（编号尾号 {tail}）因签名密钥更换已换发新版，编号和内容不变；旧版文件和打印件查验不再通过，请登录重新下载。',
  /** To the bureau's people: what was not checked or approved in time (R16); values: month, count. */
  'carried-over': '【职证】{month} 批次有 {count} 件未在月末前办结，已结转，请尽快核对。',
  /** An employer entered the person as its staff and sees their certificates from now on (R34); values: employer. */
  'employment-listed':
    '【职证】{employer}已将您登记为在职人员，可查看您的职称证书。如不属实，请登录职证，在“账号”中反映。',
  /** Somebody asks about the holder's certificate; the code is the consent (R33); values: requester, purpose, code. */
  'lookup-code':
    '【职证】{requester}因“{purpose}”查询您的职称证书，同意请告知验证码 {code}，5 分钟内有效；不同意请勿告知。',
} as const;
export type Template = keyof typeof TEMPLATES;

/** Codes: sent before anything else, worth nothing after five minutes, their text gone after a day. */
export const CODE_TEMPLATES: readonly Template[] = ['sign-in-code', 'lookup-code', 'phone-code'];

export interface Message {
  readonly template: Template;
  /** Mobile number in full; sealed at rest. */
  readonly phone: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The template with its values in place. @throws RangeError when one is missing */
export function textOf({ template, values }: Pick<Message, 'template' | 'values'>): string {
  return TEMPLATES[template].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new RangeError(`message ${template}: no value for ${name}`);
    return value;
  });
}
