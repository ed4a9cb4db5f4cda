/** One item that a registration body asked about, as it stands on record and as it is answered (R35). Pure. No ID number is in either. */
import type { Application } from '../applications/application.ts';
import type { Certificate } from '../certificate/store.ts';
import type { CertificateState, StatusChange } from '../revocation/state.ts';
import type { Instant } from '../shared/time.ts';
import type { VerificationReport } from '../verification/report.ts';
import type { Purpose } from './purpose.ts';

export const OUTCOMES = ['match', 'no-match', 'paper'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** By certificate number and ID number, or by a credential that the holder showed. */
export type AskedBy = 'number' | 'credential';

/** What stands on record of one item; the holder and the bureau can see it. */
export interface Query {
  readonly id: string;
  readonly clientId: string;
  readonly requestId: string;
  readonly askedBy: AskedBy;
  readonly purpose: Purpose;
  readonly note: string | undefined;
  /** As it was asked, if it is a well-formed number of ours. */
  readonly number: string | undefined;
  /** Both only of a match. */
  readonly version: number | undefined;
  readonly applicationId: string | undefined;
  readonly outcome: Outcome;
  readonly at: Instant;
}

/** The certificate version that was found, as it stands. */
export interface Found {
  readonly certificate: Certificate;
  readonly application: Application;
  readonly state: CertificateState;
  /** The change that brought that state; none of a valid one. */
  readonly change: StatusChange | undefined;
  /** Since when the key that signed it is believed no more; undefined while it is. */
  readonly keyRevokedAt: Instant | undefined;
  /** The newest version, when this is an older one. */
  readonly newest: Newest | undefined;
}

export interface Newest {
  readonly version: number;
  readonly state: CertificateState;
  readonly keyRevokedAt: Instant | undefined;
}

/** What became of one item. */
export interface Finding {
  readonly askedBy: AskedBy;
  readonly number: string | undefined;
  readonly outcome: Outcome;
  /** Only of a match. */
  readonly found?: Found;
  /** Only of a credential. */
  readonly report?: VerificationReport;
}
