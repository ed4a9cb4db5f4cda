/** The decisions on one application, for whoever may see it (R15): who decided, for whom, when and why; never what else was seen. */
import { namesOf } from '../accounts/people/names.ts';
import type { PersonalAct } from '../accounts/role.ts';
import { organisationsById } from '../accounts/store.ts';
import { recordLookAt } from '../applications/view-application.ts';
import { findApplicationFor } from '../applications/find-application.ts';
import type { Application } from '../applications/application.ts';
import type { World } from '../world.ts';
import type { Decision, DecisionKind } from './decision.ts';
import { changedBetween, changedSince, type ChangedField } from './seen.ts';
import { decisionsOn } from './store.ts';

export interface NamedDecision extends Omit<Decision, 'seen'> {
  /** Name of the person. */
  readonly by: string;
  /** Name of the organisation. */
  readonly organisation: string;
  /** Of a return: what the next submission had otherwise; nothing before there is one. */
  readonly mended: readonly ChangedField[];
}

/** What the bureau's people propose to each other and think better of is their own; others see what came of it, with its reason. */
const OF_THE_BUREAU: readonly DecisionKind[] = ['propose-reject', 'back'];

/** Oldest first; without what is the bureau's own for those who are not of it. @throws DomainError NOT_FOUND for an application that this person may not see */
export async function listDecisions(
  world: World,
  act: PersonalAct,
  id: string,
): Promise<readonly NamedDecision[]> {
  const application = await findApplicationFor(world, act.by, id);
  await recordLookAt(world, act, { application, action: 'decisions.viewed' });
  const isOfBureau = act.by.grants.some(({ capacity }) => capacity === 'bureau');
  const all = await decisionsOn(world, id);
  const decisions = isOfBureau ? all : all.filter(({ decision }) => !OF_THE_BUREAU.includes(decision));
  const people = await namesOf(
    world,
    decisions.map(decision => decision.accountId),
  );
  const organisations = await organisationsById(world.db, [
    ...new Set(decisions.map(decision => decision.organisationId)),
  ]);
  return decisions.map(({ seen, ...decision }) => ({
    ...decision,
    mended: decision.decision === 'return' ? mendedIn({ ...decision, seen }, { application, all }) : [],
    by: people.get(decision.accountId) ?? '',
    organisation: organisations.get(decision.organisationId)?.name ?? '',
  }));
}

/** What was seen at the first decision of a later round; or what the application says, when nobody has decided in that round yet. */
function mendedIn(
  { round, seen }: Decision,
  { application, all }: { application: Application; all: readonly Decision[] },
): readonly ChangedField[] {
  const next = all.find(later => later.round > round);
  if (next) return changedBetween(seen, next.seen);
  return application.course.round > round ? changedSince(seen, application) : [];
}
