/** One application shown to somebody who may see it, with everything it takes to act on it; a look of staff stands in the audit. */
import { grantsFor, type Actor, type PersonalAct } from '../accounts/role.ts';
import { organisationById } from '../accounts/store.ts';
import { recordLook } from '../audit/look.ts';
import { calendarOf } from '../calendar/store.ts';
import type { ApplicationView } from '../shared/shapes/shapes.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Application, ApplicationState } from './application.ts';
import { filesOf } from './attachment/store.ts';
import { isTurnOf } from './change.ts';
import { expectedOf, stateNameFor, warningsOf } from './expected.ts';
import { isWriter, operationsFor } from './operations.ts';
import { applicationsOf } from './store.ts';
import { applicationView } from './view.ts';
import { findApplicationFor } from './find-application.ts';
import { isVisibleBy } from './visible.ts';

/** @throws ApplicationNotFound (NOT_FOUND) */
export async function viewApplication(world: World, act: PersonalAct, id: string): Promise<ApplicationView> {
  const application = await findApplicationFor(world, act.by, id);
  await recordLookAt(world, act, { application, action: 'application.viewed' });
  return viewFor(world, act, application);
}

/** A look of staff at the application, or at something of it, stands in the audit with the capacity in which they look. */
export async function recordLookAt(
  world: Pick<World, 'db'>,
  act: PersonalAct,
  { application, action }: { application: Application; action: string },
): Promise<void> {
  const [grant] = grantsFor(act.by, 'application.view').filter(each => isVisibleBy(each, application));
  if (!grant) return;
  const { capacity, organisationId } = grant;
  const detail = { capacity, organisationId };
  await recordLook(world, act, [{ action, subject: application.id, detail }]);
}

/** The application as this person sees it, after an act of theirs on it. */
export async function viewFor(
  world: World,
  act: PersonalAct,
  application: Application,
): Promise<ApplicationView> {
  const { turn } = application.course;
  const rules = { ...world.config, calendar: await calendarOf(world.db) };
  const expected = expectedOf(application, act.at, rules);
  const isHolder = act.by.kind === 'holder';
  const { collectFrom } = expected;
  return applicationView(application, {
    stateName: stateNameFor(application, { isHolder, collectFrom, today: dateAt(act.at) }),
    expected,
    warnings: [...warningsOf(application, await applicationsOf(world, application.idNumber))],
    files: await filesOf(world, application.id),
    mayNow: operationsFor(act.by, application),
    turnOf:
      turn?.organisationId === undefined ? undefined : await organisationById(world.db, turn.organisationId),
    inFull: seesInFull(act.by, application),
    isWriter: isTurnOf(act.by, application) && isWriter(application) && WRITTEN.includes(application.state),
    isOfBureau: act.by.grants.some(({ capacity }) => capacity === 'bureau'),
  });
}

const WRITTEN: readonly ApplicationState[] = ['AWAITING_APPLICATION', 'DRAFT', 'RETURNED'];
/** While the bureau works on it. */
const AT_THE_BUREAU: readonly ApplicationState[] = ['UPLOADED', 'BUREAU_CHECK'];

/** The holder, the organisations it passes through, and the bureau while it works on it; auditors see the masked form. */
function seesInFull(actor: Actor, application: Application): boolean {
  if (actor.kind === 'holder') return true;
  return grantsFor(actor, 'application.view').some(grant => {
    if (!isVisibleBy(grant, application)) return false;
    if (grant.capacity !== 'bureau') return true;
    return ['handler', 'approver'].includes(grant.duty) && AT_THE_BUREAU.includes(application.state);
  });
}
