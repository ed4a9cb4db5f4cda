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
  /** To the bureau's people: what was not checked or approved in time (R16); values: month, count. */
  'carried-over': '【职证】{month} 批次有 {count} 件未在月末前办结，已结转，请尽快核对。',
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
