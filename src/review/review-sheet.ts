/**
 * What a reviewer is told before deciding on applications, one or many: which decisions are open to them, why not if not, what changed
 * since their desk saw it last, and what deserves a second look (R15, R16). Decides nothing; each look stands in the audit.
 */
import { Forbidden, grantsFor, type Actor, type PersonalAct } from '../accounts/role.ts';
import { expectedOf, type Expected } from '../applications/expected.ts';
import { applicationsById } from '../applications/store.ts';
import { isVisibleTo } from '../applications/visible.ts';
import { recordLook } from '../audit/look.ts';
import { calendarOf } from '../calendar/store.ts';
import type { World } from '../world.ts';
import { DECISIONS, type Decision, type DecisionKind, type ReviewLevel } from './decision.ts';
import { judge, levelsOf, type Judgement, type Refusal } from './path.ts';
import { secondLooks, type SecondLook } from './second-look.ts';
import type { WarningCode } from './warnings.ts';

export interface SheetItem extends Omit<SecondLook, 'decisions'> {
  readonly expected: Expected;
  /** The decisions that would be accepted of this person now, given a reason where one is needed. */
  readonly may: readonly DecisionKind[];
  /** Why none is, where that lies in the person and not in where the application stands. */
  readonly refusal: Refusal | undefined;
}

/** What the bureau has not told others yet. */
const OF_THE_BUREAU: readonly WarningCode[] = ['STOPPED', 'REJECT_PROPOSED'];

/**
 * One item for each application that this person may see, in the order given; the others are absent.
 * @throws Forbidden for those who are no staff, and for staff who see no applications
 */
export async function reviewSheet(
  world: World,
  act: PersonalAct,
  ids: readonly string[],
): Promise<readonly SheetItem[]> {
  const { by, at } = act;
  const [grant] = grantsFor(by, 'application.view');
  if (!grant) throw new Forbidden();
  const found = await applicationsById(world, ids);
  const visible = [...new Set(ids)].flatMap(id => found.get(id) ?? []).filter(each => isVisibleTo(by, each));
  const levels = levelsOf(by);
  const looks = await secondLooks(world, visible, decisions => comparedBy(levels, decisions));
  const { capacity, organisationId } = grant;
  const detail = { in: 'review', capacity, organisationId };
  await recordLook(
    world,
    act,
    visible.map(({ id }) => ({ action: 'application.viewed', subject: id, detail })),
  );
  const rules = { ...world.config, calendar: await calendarOf(world.db) };
  const isOfBureau = by.grants.some(each => each.capacity === 'bureau');
  return looks.map(({ decisions, ...look }) => ({
    ...look,
    warnings: look.warnings.filter(({ code }) => isOfBureau || !OF_THE_BUREAU.includes(code)),
    expected: expectedOf(look.application, at, rules),
    ...openTo(by, { ...look, decisions, at }),
  }));
}

/** What this desk saw last; at a desk that never saw it, what it was like when somebody last returned it. */
function comparedBy(levels: readonly ReviewLevel[], decisions: readonly Decision[]): Decision | undefined {
  return (
    decisions.findLast(({ level }) => levels.includes(level)) ??
    decisions.findLast(({ decision }) => decision === 'return')
  );
}

const PERSONAL: readonly Refusal['code'][] = ['OWN_APPLICATION', 'SAME_REVIEWER', 'TWO_PERSONS_NEEDED'];

function openTo(
  actor: Actor,
  { application, decisions, at }: SecondLook & { readonly at: number },
): Pick<SheetItem, 'may' | 'refusal'> {
  const { version } = application.course;
  const judged = new Map<DecisionKind, Judgement | Refusal>(
    DECISIONS.map(decision => [
      decision,
      judge(application, { actor, at, prior: decisions }, { decision, version, opinion: '' }),
    ]),
  );
  const may = DECISIONS.filter(decision => judged.get(decision)?.ok === true);
  const refusals = [...judged.values()].filter(each => !each.ok);
  return { may, refusal: may.length > 0 ? undefined : refusals.find(({ code }) => PERSONAL.includes(code)) };
}
