/**
 * What a verification says: always the same six checks in the same order, each passed, failed or unknown, and one verdict.
 * "Could not be checked" is not "failed", and neither is ever green. Pure. Shape: schemas/verification-report.json.
 */
import type { Check, Verdict, VerificationReport } from '../shared/shapes/shapes.ts';

export type { Check, Verdict, VerificationReport } from '../shared/shapes/shapes.ts';

export const CHECK_NAMES = ['read', 'structure', 'issuer', 'signature', 'dates', 'status'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** Stable reasons; append-only. */
export type Reason =
  | 'NOT_A_CODE'
  | 'FOREIGN_HOST'
  | 'CANNOT_BE_READ'
  | 'BAD_LENGTH'
  | 'BAD_TEXT'
  | 'BAD_HEADER'
  | 'BAD_JSON'
  | 'BAD_SHAPE'
  | 'FOREIGN_ISSUER'
  | 'UNKNOWN_KEY'
  | 'BAD_SIGNATURE'
  | 'NOT_YET_VALID'
  | 'OUTSIDE_KEY_WINDOW'
  | 'KEY_REVOKED'
  | 'LIST_MISSING'
  | 'LIST_EXPIRED'
  | 'LIST_FROM_FUTURE'
  | 'LIST_STALE'
  | 'REVOKED'
  | 'SUSPENDED'
  | 'SUPERSEDED'
  | 'USE_ENDED'
  | 'NUMBER_ALONE'
  | 'PAPER_NUMBER';

/** Outcomes found so far, by check; what is absent was not reached and counts as unknown. */
export type Findings = Partial<
  Record<CheckName, { readonly outcome: Check['outcome']; readonly reason?: Reason }>
>;

export const passed = { outcome: 'pass' } as const;

export function failed(reason: Reason): { readonly outcome: 'fail'; readonly reason: Reason } {
  return { outcome: 'fail', reason };
}

export function unknown(reason: Reason): { readonly outcome: 'unknown'; readonly reason: Reason } {
  return { outcome: 'unknown', reason };
}

/** The checks in their fixed order. */
export function toChecks(findings: Findings): VerificationReport['checks'] {
  const checks = CHECK_NAMES.map((name): Check => ({
    name,
    ...(findings[name] ?? { outcome: 'unknown' as const }),
  }));
  return checks as VerificationReport['checks']; // CHECK_NAMES has the six names the shape asks for
}

const NOT_OURS = new Set<string | undefined>([
  'NOT_A_CODE',
  'NUMBER_ALONE',
  'PAPER_NUMBER',
  'FOREIGN_HOST',
  'FOREIGN_ISSUER',
  'UNKNOWN_KEY',
]);

/** The one word for these checks; anything that is not wholly good is never `valid`. */
export function verdictOf(findings: Findings): Verdict {
  for (const name of CHECK_NAMES) {
    const finding = findings[name];
    if (name === 'status') return statusVerdict(finding);
    if (finding?.outcome === 'pass') continue;
    if (finding?.reason === 'USE_ENDED') return endedVerdict(findings.status);
    return NOT_OURS.has(finding?.reason) ? 'not-ours' : 'invalid';
  }
  return 'invalid';
}

const ENDS: readonly Verdict[] = ['revoked', 'suspended', 'superseded'];

/**
 * A use copy that is over, by its certificate's status. What became of the certificate wins: whoever is told only that the copy is over
 * would ask for a new one, which a revoked certificate cannot give. Else the copy is over, whether its status is known or not.
 */
function endedVerdict(finding: Findings['status']): Verdict {
  const verdict = statusVerdict(finding);
  return ENDS.includes(verdict) ? verdict : 'expired';
}

function statusVerdict(finding: Findings['status']): Verdict {
  switch (finding?.reason) {
    case 'SUPERSEDED':
      return 'superseded';
    case 'REVOKED':
      return 'revoked';
    case 'SUSPENDED':
      return 'suspended';
    case 'LIST_STALE':
      return 'valid-as-of';
    default:
      return finding?.outcome === 'pass' && finding.reason === undefined ? 'valid' : 'status-unknown';
  }
}
