/** The decisions on one application, for whoever may see it (R15): who decided, for whom, when and why; never what else was seen. */
import { findAccount } from '../accounts/people/store.ts';
import type { PersonalAct } from '../accounts/role.ts';
import { organisationsById } from '../accounts/store.ts';
import { recordLookAt } from '../applications/view-application.ts';
import { findApplicationFor } from '../applications/find-application.ts';
import type { World } from '../world.ts';
import type { Decision, DecisionKind } from './decision.ts';
import { decisionsOn } from './store.ts';

export interface NamedDecision extends Omit<Decision, 'seen'> {
  /** Name of the person. */
  readonly by: string;
  /** Name of the organisation. */
  readonly organisation: string;
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
  return decisions.map(({ seen: _seen, ...decision }) => ({
    ...decision,
    by: people.get(decision.accountId) ?? '',
    organisation: organisations.get(decision.organisationId)?.name ?? '',
  }));
}

async function namesOf(world: World, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(accountIds)) names.set(id, (await findAccount(world, id))?.name ?? '');
  return names;
}
