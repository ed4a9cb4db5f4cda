/** The holder takes an application back before it is uploaded to the bureau (domain §5.1); the title is free again, a pass waits anew. */
import type { PersonalAct } from '../accounts/role.ts';
import type { World } from '../world.ts';
import type { Application, ApplicationState } from './application.ts';
import { demandSeen, demandTurn, saveChange, type Seen } from './change.ts';
import { reopenPass } from './exam-pass.ts';

/** States from which a holder may withdraw. */
export const BEFORE_UPLOAD: readonly ApplicationState[] = [
  'DRAFT',
  'HOLDER_CONFIRM',
  'EMPLOYER_REVIEW',
  'DEPT_REVIEW',
  'EXAM_REVIEW',
  'RETURNED',
];

/**
 * The application is withdrawn for good; another may be made.
 * @throws Forbidden, ApplicationNotFound, Stale, WrongState once it is with the bureau
 */
export async function withdrawApplication(
  world: World,
  act: PersonalAct,
  { reason, ...seen }: Seen & { readonly reason?: string | undefined },
): Promise<Application> {
  const states = BEFORE_UPLOAD;
  const before = await demandSeen(world, act, { seen, action: 'application.withdraw', states });
  if (before.state === 'DRAFT') demandTurn(act.by, before);

  const note = reason?.trim() ?? '';
  const course = {
    ...before.course,
    turn: undefined,
    passedAt: undefined,
    changedAt: act.at,
    reason: note === '' ? undefined : note,
  };
  const after: Application = { ...before, state: 'WITHDRAWN', course };
  return saveChange(world, act, {
    before,
    after,
    action: 'application.withdrawn',
    also: async tx => reopenPass({ tx, world }, act, after),
  });
}
