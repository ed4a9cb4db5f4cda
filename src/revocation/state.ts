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

/**
 * The public word for how a version stands: of a valid one whose signing key is revoked, that it waits for its next version, for every
 * verifier refuses it.
 */
export function standingWord(state: CertificateState, keyRevokedAt: Instant | undefined): string {
  return state === 'VALID' && keyRevokedAt !== undefined ? KEY_REVOKED_WORD : STATE_WORDS[state];
}

export const KEY_REVOKED_WORD = '签名密钥已作废，等待换发';

export const CHANGES = ['SUSPEND', 'EXTEND', 'RESUME', 'REVOKE', 'SUPERSEDE', 'CANCEL'] as const;
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
  KEY_REVOKED: '签名密钥作废',
  ISSUED_BY_MISTAKE: '误发',
  HOLDER_REQUEST: '本人申请',
  /** Taken over from the published list when a restored database had lost the change; nobody can choose it. */
  RESTORED: '恢复备份时按已公布的状态保留',
} as const;
export type ReasonCode = keyof typeof REASONS;

export const REASONS_FOR: Readonly<Record<ChangeKind, readonly ReasonCode[]>> = {
  SUSPEND: ['UNDER_INVESTIGATION'],
  EXTEND: ['UNDER_INVESTIGATION'],
  RESUME: ['NOT_UPHELD'],
  REVOKE: ['FRAUD', 'REVIEW_OVERTURNED', 'EXAM_INVALID', 'IMPERSONATION', 'APPOINTMENT_VOID'],
  SUPERSEDE: ['NAME_CHANGE', 'DATA_ERROR', 'HOLDER_REQUEST', 'KEY_REVOKED'],
  CANCEL: ['ISSUED_BY_MISTAKE', 'HOLDER_REQUEST'],
};

/** Why people may ask for a new version; a revoked key is the keys' own affair. */
export const CORRECTION_REASONS = ['NAME_CHANGE', 'DATA_ERROR', 'HOLDER_REQUEST'] as const;

/** True of a change that a decision document must order, by its number (文号). */
export function needsDocument(change: ChangeKind): boolean {
  return change === 'REVOKE' || change === 'CANCEL';
}

/** These void the title from the day it was obtained, not from the decision (domain §5.2). */
export const VOID_FROM_OBTAINED: ReadonlySet<ReasonCode> = new Set([
  'FRAUD',
  'EXAM_INVALID',
  'IMPERSONATION',
]);

/** Suspension ends by itself: 60 days unless another end was given. */
export const SUSPENSION_DAYS = 60;

/** No suspension, extended or not, may be ordered to last longer than this from the day of the order: our own limit, the notice has none. */
export const SUSPENSION_LIMIT_DAYS = 180;

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
  /** End of a suspension; of an extension, the suspension's new end. */
  readonly until: Instant | undefined;
  readonly invalidFrom: PlainDate | undefined;
  readonly actor: string;
}

const MAY: Readonly<Record<CertificateState, readonly ChangeKind[]>> = {
  VALID: ['SUSPEND', 'REVOKE', 'SUPERSEDE', 'CANCEL'],
  SUSPENDED: ['EXTEND', 'RESUME', 'REVOKE'],
  SUPERSEDED: [],
  REVOKED: [],
  CANCELLED: [],
};

/** True when a certificate in that state may undergo that change. */
export function mayChange(state: CertificateState, change: ChangeKind): boolean {
  return MAY[state].includes(change);
}

type Dated = Pick<StatusChange, 'change' | 'at' | 'until'>;

/** How one version of a certificate stands at an instant. */
export interface Standing<C extends Dated = StatusChange> {
  readonly state: CertificateState;
  /** The change that made the state; none where nothing was ever changed, or where a suspension has run out. */
  readonly change: C | undefined;
  /** When a running suspension ends by itself, its extension counted. */
  readonly until: Instant | undefined;
  /** The one extension that a running suspension has had. */
  readonly extension: C | undefined;
}

/** The state at that instant, from all changes of one certificate version in order of `seq`. */
export function stateOf(changes: readonly Dated[], at: Instant): CertificateState {
  return standingOf(changes, at).state;
}

/** The state at that instant with what made it, from all changes of one certificate version in order of `seq`. */
export function standingOf<C extends Dated>(changes: readonly C[], at: Instant): Standing<C> {
  let standing: Standing<C> = { state: 'VALID', ...NOTHING };
  for (const change of changes) {
    // what has ended never comes back, whatever is recorded after it
    if (change.at > at || MAY[standing.state].length === 0) break;
    standing = standingAfter(ranOut(standing, change.at), change);
  }
  return ranOut(standing, at);
}

/** The change that the state comes of, with the end that its suspension has by now; none of a valid one. */
export function causeOf({ state, change, until }: Standing): StatusChange | undefined {
  return state === 'VALID' || !change ? undefined : { ...change, until };
}

const NOTHING = { change: undefined, until: undefined, extension: undefined } as const;

/** A suspension is over from the second of its end. */
function ranOut<C extends Dated>(standing: Standing<C>, at: Instant): Standing<C> {
  const isOver = standing.until !== undefined && standing.until <= at;
  return isOver ? { state: 'VALID', ...NOTHING } : standing;
}

function standingAfter<C extends Dated>(before: Standing<C>, change: C): Standing<C> {
  switch (change.change) {
    case 'SUSPEND':
      return { state: 'SUSPENDED', ...NOTHING, change, until: change.until };
    case 'EXTEND':
      // what has run out is not revived: there is nothing left to extend
      if (before.state !== 'SUSPENDED') return before;
      return { ...before, until: change.until ?? before.until, extension: change };
    case 'RESUME':
      return { state: 'VALID', ...NOTHING, change };
    case 'REVOKE':
      return { state: 'REVOKED', ...NOTHING, change };
    case 'SUPERSEDE':
      return { state: 'SUPERSEDED', ...NOTHING, change };
    case 'CANCEL':
      return { state: 'CANCELLED', ...NOTHING, change };
    default:
      return change.change satisfies never;
  }
}
