/**
 * Who may do what: one table, asked by every verb (notice: R3, R15; domain: roles are per organisation and capacity, not per login).
 * Pure. Whether an application is one's own, or was decided by oneself before, is judged where the application is known.
 */
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { Capacity } from './organisation.ts';

export const DUTIES = [
  'clerk',
  'handler',
  'approver',
  'revocation-officer',
  'administrator',
  'auditor',
] as const;
/** What an account does for an organisation: `clerk` everywhere but in the bureau, which has the five others. */
export type Duty = (typeof DUTIES)[number];

/** One appointment: this account acts for that organisation in that capacity. */
export interface Grant {
  readonly id: string;
  readonly organisationId: string;
  readonly capacity: Capacity;
  readonly duty: Duty;
}

export type AccountKind = 'holder' | 'staff';

/** Whoever is behind an act. */
export interface Actor {
  readonly accountId: string;
  readonly kind: AccountKind;
  readonly name: string;
  /** In full, in memory only: whose applications are one's own, on which nobody decides. */
  readonly idNumber: string;
  readonly grants: readonly Grant[];
}

/** An act of a known person; `actor` is the account's id. */
export interface PersonalAct extends Act {
  readonly by: Actor;
}

export const ROLES = [
  'holder',
  'employer',
  'department',
  'organiser',
  'exam-body',
  'registration-body',
  'handler',
  'approver',
  'revocation-officer',
  'administrator',
  'auditor',
] as const;
export type Role = (typeof ROLES)[number];

/** The table of domain §5.3. Rows are actions; whoever is not named may not. */
export const MAY = {
  'application.draft': ['holder', 'employer'],
  'application.submit': ['holder', 'employer', 'organiser'],
  'application.confirm': ['holder'],
  'application.withdraw': ['holder'],
  'application.attach': ['holder', 'employer', 'organiser'],
  'application.view': [
    'holder',
    'employer',
    'department',
    'organiser',
    'exam-body',
    'handler',
    'approver',
    'revocation-officer',
    'auditor',
  ],
  'roster.upload': ['organiser'],
  'exam-roster.upload': ['exam-body'],
  'review.employer': ['employer'],
  'review.department': ['department'],
  'review.exam-body': ['exam-body'],
  'application.upload': ['department', 'exam-body'],
  'bureau.check': ['handler'],
  'bureau.reject': ['approver'],
  'batch.view': ['handler', 'approver', 'auditor'],
  'batch.approve': ['approver'],
  'report.view': ['handler', 'approver', 'auditor'],
  'issuance.view': ['handler', 'approver', 'revocation-officer', 'administrator', 'auditor'],
  'issuance.stop': ['handler', 'approver', 'revocation-officer', 'administrator'],
  'issuance.resume': ['approver'],
  'change.propose': ['handler'],
  'change.confirm': ['approver', 'revocation-officer'],
  'change.view': ['handler', 'approver', 'revocation-officer', 'auditor'],
  'certificate.collect': ['holder'],
  'share-code.manage': ['holder'],
  'use-copy.manage': ['holder'],
  'client.manage': ['administrator'],
  'client.view': ['administrator', 'auditor'],
  'certificate.preview': ['handler', 'approver'],
  'staff-certificates.view': ['employer'],
  'employments.manage': ['employer'],
  'employments.own': ['holder'],
  'holder.freeze': ['revocation-officer'],
  'holder.change-phone': ['handler'],
  'phone.change-own': ['holder'],
  'feedback.write': ROLES,
  'feedback.view': ['handler', 'auditor'],
  'feedback.handle': ['handler'],
  'register.view': ROLES,
  'register.change': ['administrator'],
  'calendar.change': ['administrator'],
  'accounts.manage': ['administrator'],
  'sessions.own': ROLES,
  'trust.view': ['administrator', 'auditor', 'approver', 'revocation-officer'],
  'audit.view': ['auditor'],
  'audit.own': ['holder'],
} as const satisfies Record<string, readonly Role[]>;
export type Action = keyof typeof MAY;

/** The role that a grant gives; the archive body reviews as a department (R14). */
export function roleOf({ capacity, duty }: Pick<Grant, 'capacity' | 'duty'>): Role | undefined {
  if (capacity === 'bureau') return duty === 'clerk' ? undefined : duty;
  if (duty !== 'clerk') return undefined;
  return capacity === 'archive' ? 'department' : capacity;
}

/** The grants by which this person may do that, for that organisation when one is named; a holder needs none. */
export function grantsFor(actor: Actor, action: Action, organisationId?: string): readonly Grant[] {
  const roles: readonly Role[] = MAY[action];
  return actor.grants.filter(grant => {
    const role = roleOf(grant);
    return (
      role !== undefined &&
      roles.includes(role) &&
      (organisationId === undefined || grant.organisationId === organisationId)
    );
  });
}

/** True when this person may do that (for that organisation, when one is named). */
export function may(actor: Actor, action: Action, organisationId?: string): boolean {
  const roles: readonly Role[] = MAY[action];
  if (actor.kind === 'holder') return roles.includes('holder') && organisationId === undefined;
  return grantsFor(actor, action, organisationId).length > 0;
}

/** Thrown when somebody asks for what the table does not give them. */
export class Forbidden extends DomainError {
  constructor(detail = '您没有办理此项的权限；如确需办理，请联系本单位管理员或市局管理员。') {
    super('FORBIDDEN', detail);
  }
}

/** @throws Forbidden unless this person may do that */
export function demandMay(actor: Actor, action: Action, organisationId?: string): void {
  if (!may(actor, action, organisationId)) throw new Forbidden();
}

/** That one of the grants by which this person may do that; any of them when none is named. @throws Forbidden; holders have none */
export function demandNamedGrant(actor: Actor, action: Action, id: string | undefined): Grant {
  if (id === undefined) return demandGrant(actor, action);
  const grant = grantsFor(actor, action).find(each => each.id === id);
  if (!grant) throw new Forbidden();
  return grant;
}

/** The grant by which this person may do that. @throws Forbidden when there is none; holders have none */
export function demandGrant(actor: Actor, action: Action, organisationId?: string): Grant {
  const [grant] = grantsFor(actor, action, organisationId);
  if (!grant) throw new Forbidden();
  return grant;
}
