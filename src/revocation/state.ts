/**
 * A certificate's states, the changes between them and their reasons: current status is never stored, always derived from the
 * changes. Pure. Source: notice domain §5.2; the suspension state is the bureau's own addition.
 */
import type { Instant, PlainDate } from '../shared/time.ts';

export const STATES = ['VALID', 'SUSPENDED', 'SUPERSEDED', 'REVOKED', 'CANCELLED'] as const;
export type CertificateState = (typeof STATES)[number];

/** The public word for each state. */
export const STATE_WORDS: Readonly<Record<CertificateState, string>> = {
  VALID: '有效',
  SUSPENDED: '核查中，暂停使用',
  SUPERSEDED: '已换发新版本',
  REVOKED: '已撤销',
  CANCELLED: '已注销',
};

export const CHANGES = ['SUSPEND', 'RESUME', 'REVOKE', 'SUPERSEDE', 'CANCEL'] as const;
export type ChangeKind = (typeof CHANGES)[number];

/** Reason codes and their Chinese names; each change accepts some of them. */
export const REASONS = {
  FRAUD: '弄虚作假',
  REVIEW_OVERTURNED: '评审结果撤销',
  EXAM_INVALID: '成绩无效',
  IMPERSONATION: '冒名',
  APPOINTMENT_VOID: '聘任无效',
  UNDER_INVESTIGATION: '举报核查',
  NOT_UPHELD: '举报不属实',
  NAME_CHANGE: '姓名变更',
  DATA_ERROR: '信息错误',
  ISSUED_BY_MISTAKE: '误发',
  HOLDER_REQUEST: '本人申请',
} as const;
export type ReasonCode = keyof typeof REASONS;

export const REASONS_FOR: Readonly<Record<ChangeKind, readonly ReasonCode[]>> = {
  SUSPEND: ['UNDER_INVESTIGATION'],
  RESUME: ['NOT_UPHELD'],
  REVOKE: ['FRAUD', 'REVIEW_OVERTURNED', 'EXAM_INVALID', 'IMPERSONATION', 'APPOINTMENT_VOID'],
  SUPERSEDE: ['NAME_CHANGE', 'DATA_ERROR', 'HOLDER_REQUEST'],
  CANCEL: ['ISSUED_BY_MISTAKE', 'HOLDER_REQUEST'],
};

/** These void the title from the day it was obtained, not from the decision (domain §5.2). */
export const VOID_FROM_OBTAINED: ReadonlySet<ReasonCode> = new Set([
  'FRAUD',
  'EXAM_INVALID',
  'IMPERSONATION',
]);

/** Suspension ends by itself: 60 days unless another end was given. */
export const SUSPENSION_DAYS = 60;

export interface StatusChange {
  readonly seq: number;
  readonly number: string;
  readonly version: number;
  readonly list: number;
  readonly index: number;
  readonly change: ChangeKind;
  readonly reason: ReasonCode;
  /** Decision document number (文号), where the change needs one. */
  readonly document: string | undefined;
  readonly at: Instant;
  /** End of a suspension. */
  readonly until: Instant | undefined;
  readonly invalidFrom: PlainDate | undefined;
  readonly actor: string;
}

const MAY: Readonly<Record<CertificateState, readonly ChangeKind[]>> = {
  VALID: ['SUSPEND', 'REVOKE', 'SUPERSEDE', 'CANCEL'],
  SUSPENDED: ['RESUME', 'REVOKE'],
  SUPERSEDED: [],
  REVOKED: [],
  CANCELLED: [],
};

/** True when a certificate in that state may undergo that change. */
export function mayChange(state: CertificateState, change: ChangeKind): boolean {
  return MAY[state].includes(change);
}

/** The state at that instant, from all changes of one certificate version in order of `seq`. */
export function stateOf(
  changes: readonly Pick<StatusChange, 'change' | 'at' | 'until'>[],
  at: Instant,
): CertificateState {
  let state: CertificateState = 'VALID';
  for (const change of changes) {
    // what has ended never comes back, whatever is recorded after it
    if (change.at > at || MAY[state].length === 0) break;
    state = stateAfter(change, at);
  }
  return state;
}

function stateAfter(change: Pick<StatusChange, 'change' | 'until'>, at: Instant): CertificateState {
  switch (change.change) {
    case 'SUSPEND':
      return change.until !== undefined && change.until <= at ? 'VALID' : 'SUSPENDED';
    case 'RESUME':
      return 'VALID';
    case 'REVOKE':
      return 'REVOKED';
    case 'SUPERSEDE':
      return 'SUPERSEDED';
    case 'CANCEL':
      return 'CANCELLED';
    default:
      return change.change satisfies never;
  }
}
