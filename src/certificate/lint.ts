/**
 * The last judgement before a signature: a credential is Linted or its item stops with a reason. `sign` accepts nothing else, so
 * signing something unlinted cannot be written. Pure. Source: notice R21–R26; VC Data Model 1.1.
 */
import { isTitlePayload, isUseCopyPayload } from '../shared/shapes/shapes.ts';
import { dateAt, isDate } from '../shared/time.ts';
import { isUseCopyEnd, type CopyUse, type CredentialPayload, type UseCopyCredential } from './credential.ts';
import { isCertificateNumber, numberParts } from './number.ts';
import { lookUpTitle } from './titles.ts';
import { DomainError } from '../shared/errors.ts';

declare const lintedBrand: unique symbol;
/** A payload that passed every rule here. */
export type Linted = (CredentialPayload | UseCopyCredential) & { readonly [lintedBrand]: true };

/** Thrown when a credential must not be signed; names the rules it breaks, in Chinese, without personal data. */
export class LintFailed extends DomainError {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super('LINT_FAILED', `证书内容不合规则，未予签发：${faults.join('；')}。请退回报送单位改正。`);
    this.faults = faults;
  }
}

/** The same payload, now signable. @throws LintFailed */
export function lint(payload: CredentialPayload): Linted {
  if (!isTitlePayload(plain(payload))) throw new LintFailed(['字段不符合证书格式']);
  return linted(payload, faultsOf(payload));
}

/** The same use copy, now signable: all that holds of a certificate, and an end within its days. @throws LintFailed */
export function lintUseCopy(payload: UseCopyCredential): Linted {
  if (!isUseCopyPayload(plain(payload))) throw new LintFailed(['字段不符合加注副本格式']);
  const isTimely = isUseCopyEnd(dateAt(payload.exp - 1), dateAt(payload.nbf));
  return linted(payload, [...faultsOf(payload), ...(isTimely ? [] : ['有效期超出加注副本的期限'])]);
}

/** The shape is judged on exactly what will be signed. */
function plain(payload: object): unknown {
  return JSON.parse(JSON.stringify(payload));
}

function linted(payload: CredentialPayload | UseCopyCredential, faults: readonly string[]): Linted {
  if (faults.length > 0) throw new LintFailed(faults);
  return payload as Linted; // the one place that makes the brand
}

function faultsOf(payload: CredentialPayload | UseCopyCredential): readonly string[] {
  const subject: CredentialPayload['vc']['credentialSubject'] & { readonly use?: CopyUse } =
    payload.vc.credentialSubject;
  const { name, printedName, level, series, qualification, certificateNumber, obtainedOn, use, ...texts } =
    subject;
  const faults: string[] = [];
  const title = lookUpTitle({ series, title: qualification, on: obtainedOn, level });
  if (!title.ok) faults.push('系列、层级与资格名称不相配');
  if (!isCertificateNumber(certificateNumber)) faults.push('证书编号校验位不对');
  else if (numberParts(certificateNumber).level !== level) faults.push('证书编号的字母与层级不符');
  if (!isDate(obtainedOn) || obtainedOn > dateAt(payload.nbf)) faults.push('取得资格时间晚于发证日期');
  const all = [
    name,
    printedName ?? name,
    series,
    qualification,
    ...Object.values(texts),
    ...Object.values(use ?? {}),
  ];
  if (all.some(text => text !== text.normalize('NFC'))) faults.push('文字未按 NFC 规范化');
  if (all.some(text => /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}<>]/u.test(text))) faults.push('含有不能印刷的字符');
  if (!payload.jti.includes(`/${certificateNumber}-`)) faults.push('凭证标识与证书编号不符');
  return faults;
}
