/** R11: what the employer filled in is the holder's to confirm, data and phone, before anybody reviews it; or to send back with a reason. */
import type { PersonalAct } from '../accounts/role.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { Application, Course } from './application.ts';
import { demandSeen, demandTurn, saveChange, type Seen } from './change.ts';

const WAITING = ['HOLDER_CONFIRM'] as const;

/**
 * The employer reviews it next.
 * @throws Forbidden, ApplicationNotFound, Stale, WrongState
 */
export async function confirmApplication(world: World, act: PersonalAct, seen: Seen): Promise<Application> {
  const before = await demandSeen(world, act, { seen, action: 'application.confirm', states: WAITING });
  demandTurn(act.by, before);

  const course: Course = { ...before.course, turn: employerTurn(before), changedAt: act.at };
  const after: Application = { ...before, state: 'EMPLOYER_REVIEW', course };
  return saveChange(world, act, { before, after, action: 'application.confirmed' });
}

/**
 * It is the employer's again, with the holder's reason.
 * @throws Forbidden, ApplicationNotFound, Stale, WrongState; DomainError REASON_MISSING
 */
export async function declineApplication(
  world: World,
  act: PersonalAct,
  { reason, ...seen }: Seen & { readonly reason: string },
): Promise<Application> {
  const before = await demandSeen(world, act, { seen, action: 'application.confirm', states: WAITING });
  demandTurn(act.by, before);
  if (reason.trim() === '')
    throw new DomainError('REASON_MISSING', '请写明不予确认的理由，以便用人单位修改。');

  const after = backToEmployer(before, act, reason.trim());
  return saveChange(world, act, { before, after, action: 'application.declined' });
}

/** Returned to the employer that filled it in. */
export function backToEmployer(
  before: Application,
  act: { readonly at: number },
  reason: string,
): Application {
  const course: Course = { ...before.course, turn: employerTurn(before), changedAt: act.at, reason };
  return { ...before, state: 'RETURNED', course };
}

function employerTurn({ course }: Application): Course['turn'] {
  return { kind: 'employer', organisationId: course.employerId };
}
