/** Accounts of people: staff sign in by password and one-time password, holders by a code to their reserved phone (R32, R33). Pure. */
import type { Instant } from '../../shared/time.ts';
import type { AccountKind } from '../role.ts';

export type AccountState = 'active' | 'disabled' | 'frozen';

/**
 * Where a holder's reserved phone comes from: said by whoever registered first, taken from the person's own application record,
 * changed by the bureau, or by the holder who had signed in by one of those. A phone from the record wins over one that was only said.
 */
export type PhoneSource = 'self' | 'record' | 'bureau' | 'holder';

export interface Account {
  readonly id: string;
  readonly kind: AccountKind;
  /** Staff only. */
  readonly login: string | undefined;
  /** Empty for a holder who registered alone: the name stands in the applications. */
  readonly name: string;
  readonly idNumber: string;
  readonly phone: string | undefined;
  readonly phoneSource: PhoneSource | undefined;
  readonly mustChange: boolean;
  readonly state: AccountState;
  readonly stateNote: string | undefined;
  readonly createdAt: Instant;
}

/** What a staff account is proved by; never leaves the sign-in. */
export interface Credentials {
  readonly passwordHash: string;
  /** Base32. */
  readonly totpSecret: string;
}
