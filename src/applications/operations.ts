/** What a person may do with an application as it stands: told with it, so that nobody is offered what would be refused. Pure. */
import { may, type Action, type Actor } from '../accounts/role.ts';
import type { Application, ApplicationState } from './application.ts';
import { isTurnOf } from './change.ts';
import { BEFORE_UPLOAD } from './withdraw-application.ts';

export type OperationName =
  'write' | 'submit' | 'apply' | 'confirm' | 'decline' | 'withdraw' | 'attach' | 'review' | 'upload';

const WRITABLE: readonly ApplicationState[] = ['DRAFT', 'RETURNED'];
const REVIEWABLE: readonly ApplicationState[] = [
  'EMPLOYER_REVIEW',
  'DEPT_REVIEW',
  'EXAM_REVIEW',
  'UPLOADED',
  'BUREAU_CHECK',
  'RETURNED',
];
const REVIEWS: readonly Action[] = [
  'review.employer',
  'review.department',
  'review.exam-body',
  'bureau.check',
  'bureau.reject',
];

/** Whether a review is refused because of an earlier one is judged where the decisions are known. */
export function operationsFor(actor: Actor, application: Application): readonly OperationName[] {
  const isTurn = isTurnOf(actor, application);
  const isHolder = actor.kind === 'holder' && actor.idNumber === application.idNumber;
  const withdrawable = BEFORE_UPLOAD.includes(application.state) && (application.state !== 'DRAFT' || isTurn);
  return [
    ...(isTurn ? onOnesTurn(actor, application) : []),
    ...(isHolder && withdrawable ? (['withdraw'] as const) : []),
  ];
}

function onOnesTurn(actor: Actor, application: Application): readonly OperationName[] {
  const { state, course, idNumber } = application;
  if (state === 'AWAITING_APPLICATION') return ['apply'];
  if (state === 'HOLDER_CONFIRM') return ['confirm', 'decline'];
  if (WRITABLE.includes(state) && isWriter(application)) {
    const attach = may(actor, 'application.attach') ? (['attach'] as const) : [];
    return may(actor, 'application.submit') ? ['write', 'submit', ...attach] : attach;
  }
  const mayReview = REVIEWS.some(action => may(actor, action)) && actor.idNumber !== idNumber;
  const mayUpload = course.passedAt !== undefined && may(actor, 'application.upload');
  return [
    ...(mayReview && REVIEWABLE.includes(state) ? (['review'] as const) : []),
    ...(mayUpload ? (['upload'] as const) : []),
  ];
}

/** A returned application is written by whoever submitted it; a department or exam body reviews what the bureau returned. */
export function isWriter({ course }: Application): boolean {
  return course.turn !== undefined && ['holder', 'employer', 'organiser'].includes(course.turn.kind);
}
