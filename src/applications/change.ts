/**
 * What every step of an application's own people has in common: who may take it, on which version, and that step, messages and audit
 * happen together or not at all (domain §5.1: optimistic locking, every transition recorded).
 */
import { demandMay, roleOf, type Action, type Actor, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import type { AuditFact } from '../audit/entry.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { Message } from '../messages/message.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { STATE_NAMES, type Application, type ApplicationState, type Turn } from './application.ts';
import { digestOf } from './row.ts';
import { rewriteApplication } from './store.ts';
import { findApplicationFor } from './find-application.ts';

/** An application as somebody saw it. */
export interface Seen {
  readonly id: string;
  readonly version: number;
}

/** Thrown when the application changed after it was seen. */
export class Stale extends DomainError {
  constructor() {
    super('STALE', '这份申请在您打开之后已有变化，请刷新页面核对后再办理。');
  }
}

/** Thrown for a second live claim to one title (domain §5.1). */
export class TitleHeld extends DomainError {
  constructor() {
    super(
      'TITLE_HELD',
      '此人已有同系列同名称的有效证书或在办申请（含单位代填、退回修改的），不能重复申请；请先办完或撤回在办的那一份，证书需更正的请走更正流程。',
    );
  }
}

/** Thrown for a step that the application's state, or whose turn it is, does not allow. */
export class WrongState extends DomainError {
  constructor({ state, course }: Application) {
    const whose = course.turn ? `，正由${TURN_NAMES[course.turn.kind]}办理` : '';
    super('APPLICATION_STATE', `这份申请现为“${STATE_NAMES[state]}”${whose}，不能办理此项，请刷新页面核对。`);
  }
}

const TURN_NAMES: Readonly<Record<Turn['kind'], string>> = {
  holder: '本人',
  employer: '用人单位',
  department: '主管部门',
  'exam-body': '考试机构',
  organiser: '组建单位',
  bureau: '市局',
};

/**
 * The application as it was seen, in one of these states.
 * @throws Forbidden; ApplicationNotFound (NOT_FOUND), Stale (STALE), WrongState (APPLICATION_STATE)
 */
export async function demandSeen(
  world: World,
  act: PersonalAct,
  { seen, action, states }: { seen: Seen; action: Action; states: readonly ApplicationState[] },
): Promise<Application> {
  demandMay(act.by, action);
  const application = await findApplicationFor(world, act.by, seen.id);
  if (application.course.version !== seen.version) throw new Stale();
  if (!states.includes(application.state)) throw new WrongState(application);
  return application;
}

/** True when the next step is this person's, for the organisation they act for. */
export function isTurnOf(actor: Actor, { idNumber, course: { turn } }: Application): boolean {
  if (turn === undefined) return false;
  if (turn.kind === 'holder') return actor.kind === 'holder' && actor.idNumber === idNumber;
  if (turn.kind === 'bureau') return actor.grants.some(grant => grant.capacity === 'bureau');
  return actor.grants.some(
    grant => grant.organisationId === turn.organisationId && roleOf(grant) === turn.kind,
  );
}

/** @throws WrongState when it is another's turn */
export function demandTurn(actor: Actor, application: Application): void {
  if (!isTurnOf(actor, application)) throw new WrongState(application);
}

export interface Change {
  readonly before: Application;
  /** With the course's version as it was read. */
  readonly after: Application;
  /** Such as `application.submitted`. */
  readonly action: string;
  readonly messages?: readonly Message[];
  /** What else changes with it, before the audit is written. */
  readonly also?: (tx: Tx) => Promise<void>;
}

/**
 * The application is as given, under the next version.
 * @throws Stale when somebody changed it meanwhile; TitleHeld when another live claim to the title stands
 */
export async function saveChange(world: World, act: Act, change: Change): Promise<Application> {
  const { before, after, messages = [] } = change;
  try {
    await inTransaction(world.db, async tx => {
      const isSaved = await rewriteApplication(tx, world, after);
      if (!isSaved) throw new Stale();
      await change.also?.(tx);
      if (messages.length > 0) await enqueue(tx, world, messages);
      await record({ tx, db: world.db }, act, [factOf(world, change)]);
    });
  } catch (error) {
    if (isDuplicate(error)) throw new TitleHeld();
    throw error;
  }
  return { ...after, course: { ...after.course, version: before.course.version + 1 } };
}

/** Who acted in which capacity, from where to where, and a digest of what it now says. */
function factOf(world: World, { before, after, action }: Change): AuditFact {
  const { version, round } = after.course;
  const capacity = before.course.turn?.kind ?? after.course.originator;
  const digest = digestOf(world.cipher, after);
  const detail = { from: before.state, to: after.state, version: version + 1, round, capacity, digest };
  return { action, subject: after.id, detail };
}
