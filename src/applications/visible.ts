/**
 * Who sees which application: the one place that decides it (domain §5.3). Pure. What one may not see is answered exactly as if it
 * were not there (find-application.ts).
 */
import { grantsFor, type Actor, type Grant } from '../accounts/role.ts';
import type { Application, ApplicationState } from './application.ts';

/** What has not reached the bureau is no business of its handlers and approvers; its auditor sees all. */
export const BEFORE_THE_BUREAU: readonly ApplicationState[] = [
  'AWAITING_APPLICATION',
  'DRAFT',
  'HOLDER_CONFIRM',
  'EMPLOYER_REVIEW',
  'DEPT_REVIEW',
  'EXAM_REVIEW',
];

/** May have ended, or gone back, before it ever reached the bureau: then it is none of its business either. */
export const REACHED_BY_UPLOAD: readonly ApplicationState[] = ['RETURNED', 'REJECTED', 'WITHDRAWN'];

/** True of a holder's own applications, of those of an organisation one acts for, and for the bureau of those that reached it. */
export function isVisibleTo(actor: Actor, application: Application): boolean {
  if (actor.kind === 'holder') return application.idNumber === actor.idNumber && !isOthersDraft(application);
  return grantsFor(actor, 'application.view').some(grant => isVisibleBy(grant, application));
}

/** What an employer has not yet asked the holder to confirm: its ID number may still be a slip of the pen. */
function isOthersDraft({ state, course }: Application): boolean {
  return state === 'DRAFT' && course.originator === 'employer';
}

/** True when that grant shows the application. */
export function isVisibleBy({ capacity, duty, organisationId }: Grant, application: Application): boolean {
  const { course } = application;
  switch (capacity) {
    case 'bureau':
      return duty === 'auditor' || hasReachedBureau(application);
    case 'employer':
      return course.employerId === organisationId;
    case 'department':
    case 'archive':
      return course.departmentId === organisationId;
    case 'exam-body':
      return course.examBodyId === organisationId;
    case 'organiser':
      return course.organiserId === organisationId;
    case 'registration-body':
      return false;
    default:
      return capacity satisfies never;
  }
}

function hasReachedBureau({ state, uploadedAt }: Application): boolean {
  if (BEFORE_THE_BUREAU.includes(state)) return false;
  return uploadedAt !== undefined || !REACHED_BY_UPLOAD.includes(state);
}
