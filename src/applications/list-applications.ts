/** Lists of applications: a holder's own, or those of the organisation and capacity that one looks as; every look of staff is recorded. */
import {
  demandMay,
  Forbidden,
  grantsFor,
  roleOf,
  type Actor,
  type Grant,
  type PersonalAct,
} from '../accounts/role.ts';
import { normalisePersonId } from '../accounts/person-id.ts';
import { recordLook } from '../audit/look.ts';
import { calendarOf } from '../calendar/store.ts';
import type { ApplicationCounts, ApplicationList } from '../shared/shapes/shapes.ts';
import { dateAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { APPLICATION_STATES, STATE_NAMES, type ApplicationState, type Turn } from './application.ts';
import { expectedOf, stateNameFor } from './expected.ts';
import { countByState, listApplications, type CountQuery, type ListQuery, type Sort } from './store.ts';
import { summaryView } from './view.ts';
import { BEFORE_THE_BUREAU, isVisibleTo, REACHED_BY_UPLOAD } from './visible.ts';

export interface Listing {
  /** The grant to look by; the account's first that may look, unless told. Holders have none. */
  readonly grantId?: string | undefined;
  readonly states?: readonly ApplicationState[] | undefined;
  readonly month?: Month | undefined;
  readonly name?: string | undefined;
  readonly idNumber?: string | undefined;
  readonly late?: boolean | undefined;
  readonly awaitingUpload?: boolean | undefined;
  /** Only those whose next step is mine. */
  readonly mine?: boolean | undefined;
  /** Whether the handler proposes to reject: for the bureau's people only, whose own business it is until it is decided. */
  readonly rejectProposed?: boolean | undefined;
  readonly sort?: Sort | undefined;
  readonly limit?: number | undefined;
  readonly after?: ListQuery['after'];
}

export const PAGE = 50;

/** One page, newest change first unless told. @throws Forbidden for another's grant, or one that shows no applications */
export async function listFor(world: World, act: PersonalAct, wanted: Listing): Promise<ApplicationList> {
  demandMay(act.by, 'application.view');
  const owner = ownerFor(world, act.by, wanted.grantId);
  demandOwnBusiness(owner, wanted);
  const limit = wanted.limit ?? PAGE;
  const found = await listApplications(world, {
    ...narrowed(owner, wanted),
    states: wanted.states?.filter(state => !owner.hidden.includes(state)),
    exceptStates: owner.hidden.length > 0 ? owner.hidden : undefined,
    name: wanted.name,
    idNumberIndex: wanted.idNumber === undefined ? undefined : indexOf(world, wanted.idNumber),
    sort: wanted.sort ?? '-changedAt',
    after: wanted.after,
    limit: limit + 1, // one more tells whether there is a next page
  });
  // the index is not bound to its row: only what was sealed says whose it is
  const page = found.slice(0, limit).filter(each => owner.grant !== undefined || isVisibleTo(act.by, each));
  if (owner.grant) await recordListing(world, act, { grant: owner.grant, count: page.length });
  const rules = { ...world.config, calendar: await calendarOf(world.db) };
  const reader = { isHolder: owner.grant === undefined, today: dateAt(act.at) };
  const items = page.map(application => {
    const expected = expectedOf(application, act.at, rules);
    const { collectFrom } = expected;
    return summaryView(application, {
      stateName: stateNameFor(application, { ...reader, collectFrom }),
      expected,
    });
  });
  const last = page.at(-1);
  const next = found.length > limit && last ? `${last.course.changedAt}-${last.id}` : null;
  return { items, next };
}

/** How many stand in each state. @throws Forbidden as for the list */
export async function countsFor(
  world: World,
  act: PersonalAct,
  wanted: Pick<Listing, 'grantId' | Narrowing>,
): Promise<ApplicationCounts> {
  demandMay(act.by, 'application.view');
  const owner = ownerFor(world, act.by, wanted.grantId);
  demandOwnBusiness(owner, wanted);
  const counts = await countByState(world.db, { ...narrowed(owner, wanted), exceptStates: owner.hidden });
  const present = APPLICATION_STATES.map(state => ({
    state,
    stateName: STATE_NAMES[state],
    count: counts[state] ?? 0,
  }));
  return { counts: present.filter(({ count }) => count > 0) };
}

/** What a list and its counts can be narrowed by alike. */
type Narrowing = 'month' | 'late' | 'awaitingUpload' | 'mine' | 'rejectProposed';

function narrowed(
  { whose, uploadedIn, turn }: Owner,
  { month, late, awaitingUpload, mine, rejectProposed }: Pick<Listing, Narrowing>,
): CountQuery {
  return {
    ...{ whose, uploadedIn, month, late, awaitingUpload, rejectProposed },
    turn: mine === true ? turn : undefined,
  };
}

/** @throws Forbidden when others than the bureau's ask what its handler proposes */
function demandOwnBusiness({ grant }: Owner, { rejectProposed }: Pick<Listing, 'rejectProposed'>): void {
  if (rejectProposed !== undefined && grant?.capacity !== 'bureau') throw new Forbidden();
}

interface Owner {
  readonly whose: ListQuery['whose'];
  /** States that are not shown. */
  readonly hidden: readonly ApplicationState[];
  /** States that are shown only of what was uploaded to the bureau. */
  readonly uploadedIn?: readonly ApplicationState[];
  readonly turn: Turn;
  /** By which staff look. */
  readonly grant: Grant | undefined;
}

function ownerFor(world: World, actor: Actor, grantId: string | undefined): Owner {
  if (actor.kind === 'holder') {
    const turn: Turn = { kind: 'holder', organisationId: undefined };
    const whose = { personIndex: indexOf(world, actor.idNumber) };
    return { whose, hidden: [], turn, grant: undefined };
  }
  const grants = grantsFor(actor, 'application.view');
  const grant = grantId === undefined ? grants[0] : grants.find(({ id }) => id === grantId);
  if (!grant) throw new Forbidden();
  return ownerBy(grant);
}

function ownerBy(grant: Grant): Owner {
  const { capacity, duty, organisationId } = grant;
  const hidden: readonly ApplicationState[] = [];
  switch (capacity) {
    case 'bureau': {
      const turn: Turn = { kind: 'bureau', organisationId: undefined };
      if (duty === 'auditor') return { whose: 'all', hidden, turn, grant };
      return { whose: 'all', hidden: BEFORE_THE_BUREAU, uploadedIn: REACHED_BY_UPLOAD, turn, grant };
    }
    case 'employer':
      return { whose: { employerId: organisationId }, hidden, turn: turnOf(grant), grant };
    case 'department':
    case 'archive':
      return { whose: { departmentId: organisationId }, hidden, turn: turnOf(grant), grant };
    case 'exam-body':
      return { whose: { examBodyId: organisationId }, hidden, turn: turnOf(grant), grant };
    case 'organiser':
      return { whose: { organiserId: organisationId }, hidden, turn: turnOf(grant), grant };
    case 'registration-body':
      throw new Forbidden();
    default:
      return capacity satisfies never;
  }
}

function turnOf(grant: Grant): Turn {
  const role = roleOf(grant);
  const { organisationId } = grant;
  if (role === 'employer' || role === 'department' || role === 'exam-body' || role === 'organiser')
    return { kind: role, organisationId };
  throw new Forbidden();
}

function indexOf(world: World, idNumber: string): string {
  return world.cipher.indexOf(normalisePersonId(idNumber), 'applications.id_number');
}

async function recordListing(
  world: World,
  act: PersonalAct,
  { grant, count }: { grant: Grant; count: number },
): Promise<void> {
  const { capacity, organisationId: subject } = grant;
  await recordLook(world, act, [{ action: 'applications.listed', subject, detail: { capacity, count } }]);
}
