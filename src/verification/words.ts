/** The verdicts in words that a guard at a door understands; the one place for them. */
import type { Verdict } from './report.ts';

export const VERDICT_WORDS: Readonly<Record<Verdict, { readonly title: string; readonly advice: string }>> = {
  valid: { title: '证书有效', advice: '请核对姓名、证书编号与持证人身份证件一致。' },
  'valid-as-of': { title: '签名真实，状态为旧记录', advice: '未能查询最新状态，请联网后再查一次。' },
  'status-unknown': { title: '仅验证签名，未查询最新状态', advice: '不能据此认定有效，请联网后再查一次。' },
  revoked: { title: '证书已撤销', advice: '这张证书已失去效力，不得使用。' },
  suspended: { title: '核查中，暂停使用', advice: '核查结束前不得使用。' },
  superseded: { title: '已换发新版本', advice: '本版本不再使用，请持证人出示新版证书。' },
  expired: { title: '加注副本已过有效期', advice: '这份加注副本不能再使用，请持证人重新出具。' },
  'not-ours': { title: '不是本系统签发的证书', advice: '本系统不认识其签发者，请到相应机构查验。' },
  invalid: { title: '无法通过验证', advice: '二维码损坏、内容被改动或证书不真实，不得采信。' },
};
