/**
 * A decision on an application: which level, what, by whom, and what was seen (notice: R15; domain §5.1). Kept for ever; a later
 * decision never changes an earlier one. Pure.
 */
import type { Capacity } from '../accounts/organisation.ts';
import type { Instant } from '../shared/time.ts';

export const LEVELS = ['employer', 'department', 'exam-body', 'bureau-check', 'bureau-approve'] as const;
/** In the order in which an application meets them; no way has both a department and an exam body. */
export type ReviewLevel = (typeof LEVELS)[number];

export const DECISIONS = ['approve', 'return', 'reject', 'check', 'propose-reject', 'back'] as const;
/**
 * approve 通过, return 退回修改, reject 不予通过 (final); of the bureau also check 核对无误, propose-reject 拟不予通过, back 倒回核对.
 */
export type DecisionKind = (typeof DECISIONS)[number];

/** What people read for each decision. */
export const DECISION_NAMES: Readonly<Record<DecisionKind, string>> = {
  approve: '通过',
  return: '退回修改',
  reject: '不予通过',
  check: '核对无误',
  'propose-reject': '拟不予通过',
  back: '倒回核对',
};

/** Who decides at each level, as messages to the holder name them. */
export const LEVEL_NAMES: Readonly<Record<ReviewLevel, string>> = {
  employer: '用人单位',
  department: '主管部门',
  'exam-body': '考试机构',
  'bureau-check': '市人社局',
  'bureau-approve': '市人社局',
};

/** Decisions that nobody may take without saying why. */
export const NEEDS_REASON: ReadonlySet<DecisionKind> = new Set(['return', 'reject', 'propose-reject']);

/** As much of an earlier decision as the next one depends on. */
export interface PriorDecision {
  readonly level: ReviewLevel;
  readonly decision: DecisionKind;
  readonly round: number;
  readonly accountId: string;
}

export interface Decision extends PriorDecision {
  readonly id: string;
  readonly applicationId: string;
  /** The application's version that was seen. */
  readonly version: number;
  readonly capacity: Capacity;
  readonly organisationId: string;
  readonly at: Instant;
  /** Blank when nothing was said. */
  readonly opinion: string;
  /** Keyed digest of what the application said. */
  readonly seenDigest: string;
  /** What the application said, as `contentText` writes it; sealed at rest. */
  readonly seen: string;
}

const SHORTEST_REASON = 2;
const LONGEST_OPINION = 500;

/** How people call the reason that this decision needs; undefined when it needs none. */
export function reasonFor(decision: DecisionKind): string | undefined {
  return NEEDS_REASON.has(decision) ? `${DECISION_NAMES[decision]}的理由` : undefined;
}

/**
 * What is wrong with this text, as a sentence for people; undefined when nothing is.
 * @param needed how the text is called when there must be one
 */
export function opinionFault(opinion: string, needed: string | undefined): string | undefined {
  const length = [...opinion].length;
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(opinion))
    return '意见不能含有换行或其他控制字符，请改写成一段文字。';
  if (length > LONGEST_OPINION) return `意见不能超过 ${LONGEST_OPINION} 个字，请缩短。`;
  if (needed !== undefined && length < SHORTEST_REASON)
    return `请写明${needed}，${SHORTEST_REASON} 至 ${LONGEST_OPINION} 个字。`;
  return undefined;
}
