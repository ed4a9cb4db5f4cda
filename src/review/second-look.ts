/**
 * What deserves a second look about applications that somebody is going to decide on: warnings, and what changed since a decision that
 * saw them before (R15, R16). For the bureau's batch and for every reviewer's sheet.
 */
import { organisationsByCode } from '../accounts/store.ts';
import type { Application } from '../applications/application.ts';
import { titlesHeldBy, type HeldTitle } from '../applications/batch/store.ts';
import type { World } from '../world.ts';
import type { Decision } from './decision.ts';
import { changedSince, type ChangedField } from './seen.ts';
import { decisionsOnAll } from './store.ts';
import { warningsFor, type Warning } from './warnings.ts';

export interface SecondLook {
  readonly application: Application;
  readonly warnings: readonly Warning[];
  /** What it says otherwise than it did at `since`; nothing when there is none. */
  readonly changed: readonly ChangedField[];
  /** The decision it is compared with. */
  readonly since: Decision | undefined;
  /** Every decision on it, oldest first. */
  readonly decisions: readonly Decision[];
}

/**
 * One second look for each application, in their order.
 * @param compared of the decisions on one application, oldest first, the one whose sight it is compared with
 */
export async function secondLooks(
  world: Pick<World, 'db' | 'cipher'>,
  applications: readonly Application[],
  compared: (decisions: readonly Decision[]) => Decision | undefined,
): Promise<readonly SecondLook[]> {
  if (applications.length === 0) return [];
  const decided = await decisionsOnAll(
    world,
    applications.map(each => each.id),
  );
  const indexOf = (application: Application): string =>
    world.cipher.indexOf(application.idNumber, 'applications.id_number');
  const held = heldByPerson(await titlesHeldBy(world.db, [...new Set(applications.map(indexOf))]));
  const codes = new Set(applications.flatMap(({ employerCode }) => employerCode ?? []));
  const registered = await organisationsByCode(world.db, [...codes]);
  return applications.map(application => {
    const decisions: readonly Decision[] = decided.get(application.id) ?? [];
    const since = compared(decisions);
    const changed = since ? changedSince(since.seen, application) : [];
    const others = (held.get(indexOf(application)) ?? []).filter(({ id }) => id !== application.id);
    const warnings = warningsFor(application, {
      changed,
      otherSpecialty: others.some(title => isBeside(title, application)),
      otherName: others.some(title => title.name !== application.name),
      registeredName: registered.get(application.employerCode ?? '')?.name,
      wasReturned: decisions.some(each => each.decision === 'return'),
    });
    return { application, warnings, changed, since, decisions };
  });
}

function heldByPerson(titles: readonly HeldTitle[]): ReadonlyMap<string, readonly HeldTitle[]> {
  const held = new Map<string, HeldTitle[]>();
  for (const title of titles) {
    const before = held.get(title.personIndex);
    if (before) before.push(title);
    else held.set(title.personIndex, [title]);
  }
  return held;
}

function isBeside(title: HeldTitle, application: Application): boolean {
  return (
    title.seriesCode === application.seriesCode &&
    title.level === application.level &&
    title.specialty !== application.specialty
  );
}
