/**
 * V9: what the status lists say of one certificate, and how old that knowledge is. A list that is missing, expired or older than
 * one seen before says nothing; nothing is never "not revoked". Pure. Source: Bitstring Status List 1.0 §3.2.
 */
import { statusListUrl } from '../certificate/credential.ts';
import {
  LIST_TTL_SECONDS,
  PURPOSES,
  bitAt,
  type Purpose,
  type StatusList,
} from '../revocation/status-list.ts';
import type { TitlePayload, VerificationReport } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import { failed, passed, unknown, type Findings } from './report.ts';
import type { Trust } from './trust.ts';

/** V7, V9: clocks of phones and servers may differ by this much. */
export const CLOCK_SKEW_SECONDS = 60;

export interface StatusResult {
  readonly finding: NonNullable<Findings['status']>;
  readonly status?: VerificationReport['status'];
}

/** The status finding for a credential (a use copy has its certificate's places) whose signature holds; all three purposes must be known. */
export function statusOf(
  { vc }: { readonly vc: Pick<TitlePayload['vc'], 'credentialStatus'> },
  trust: Trust,
  at: Instant,
): StatusResult {
  const [entry] = vc.credentialStatus;
  const list = Number(entry.statusListCredential.slice(entry.statusListCredential.lastIndexOf('-') + 1));
  const lists = PURPOSES.map(purpose => trust.lists.get(statusListUrl(trust.issuer.origin, purpose, list)));
  const known = lists.filter(found => found !== undefined);
  if (known.length < PURPOSES.length) return { finding: unknown('LIST_MISSING') };
  const place = Number(entry.statusListIndex);
  const bit = (purpose: Purpose): boolean =>
    known.some(found => found.purpose === purpose && bitAt(found.bits, place));
  const status = {
    revoked: bit('revocation'),
    suspended: bit('suspension'),
    superseded: bit('refresh'),
    listSignedAt: Math.min(...known.map(found => found.signedAt)),
    listTakenAt: Math.min(...known.map(found => found.takenAt ?? trust.takenAt)),
    listVersions: Object.fromEntries(known.map(found => [found.purpose, found.version])),
  };
  return { finding: findingOf(status, known, at), status };
}

function findingOf(
  status: NonNullable<VerificationReport['status']>,
  lists: readonly StatusList[],
  at: Instant,
): NonNullable<Findings['status']> {
  // an end, once signed, stays an end however old the list is: these come before the list's age
  if (status.superseded) return failed('SUPERSEDED');
  if (status.revoked) return failed('REVOKED');
  if (lists.some(list => at > list.validUntil)) return unknown('LIST_EXPIRED');
  if (lists.some(list => list.signedAt > at + CLOCK_SKEW_SECONDS)) return unknown('LIST_FROM_FUTURE');
  if (status.suspended) return failed('SUSPENDED');
  const takenAt = status.listTakenAt;
  const fresh = takenAt <= at + CLOCK_SKEW_SECONDS && at - takenAt <= LIST_TTL_SECONDS;
  return fresh ? passed : { outcome: 'pass', reason: 'LIST_STALE' };
}
