/**
 * Decisions of employers, departments, exam bodies and the bureau, one or many at once (notice: R10–R15). Each item is judged by
 * path.ts on the application as it stands, locked; each has its own answer. A chunk is one transaction.
 */
import type { PersonalAct } from '../accounts/role.ts';
import { openEmployments } from '../accounts/ties/store.ts';
import {
  contentText,
  type Application,
  type ApplicationState,
  type Step,
} from '../applications/application.ts';
import { reopenPass } from '../applications/exam-pass.ts';
import { digestOf } from '../applications/row.ts';
import { lockApplications, stepApplications } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { Message } from '../messages/message.ts';
import { DomainError, type ErrorCode } from '../shared/errors.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { LEVEL_NAMES, opinionFault, reasonFor, type Decision, type DecisionKind } from './decision.ts';
import { judge, judgeAbsent, refusal, type Judgement } from './path.ts';
import { addDecisions, priorDecisions } from './store.ts';

/** Items decided in one transaction: few enough that nobody waits long for a lock. */
const CHUNK = 100;

export interface Item {
  readonly id: string;
  /** The version that the person saw. */
  readonly version: number;
}

export interface WantedDecisions {
  readonly decision: DecisionKind;
  readonly opinion?: string | undefined;
  readonly items: readonly Item[];
}

export interface Done {
  readonly id: string;
  readonly ok: true;
  readonly state: ApplicationState;
  /** The version after the step. */
  readonly version: number;
}
export type ItemResult =
  Done | { readonly id: string; readonly ok: false; readonly code: ErrorCode; readonly detail: string };

/**
 * Every item is decided or refused with its own reason, in the order given; what was decided stands also when a later chunk fails.
 * @throws DomainError REASON_MISSING when the decision needs a reason, or the opinion is no single line of text
 */
export async function decideMany(
  world: World,
  act: PersonalAct,
  wanted: WantedDecisions,
): Promise<readonly ItemResult[]> {
  const { decision } = wanted;
  const opinion = (wanted.opinion ?? '').trim();
  const fault = opinionFault(opinion, reasonFor(decision));
  if (fault !== undefined) throw new DomainError('REASON_MISSING', fault, { pointer: '/opinion' });
  const results: ItemResult[] = [];
  for (let at = 0; at < wanted.items.length; at += CHUNK) {
    const items = wanted.items.slice(at, at + CHUNK);
    const chunk = { decision, opinion, items };
    results.push(...(await inTransaction(world.db, tx => decideChunk({ tx, world }, act, chunk))));
  }
  return results;
}

/** The one item is decided. @throws DomainError with the refusal's code */
export async function decide(
  world: World,
  act: PersonalAct,
  wanted: Item & Pick<WantedDecisions, 'decision' | 'opinion'>,
): Promise<Done> {
  const { id, version, decision, opinion } = wanted;
  const [result] = await decideMany(world, act, { decision, opinion, items: [{ id, version }] });
  return demandDone(result);
}

/** @throws DomainError when the item was refused */
export function demandDone(result: ItemResult | undefined): Done {
  if (!result) throw new RangeError('demandDone: expected the result of one item, got none');
  if (!result.ok) throw new DomainError(result.code, result.detail);
  return result;
}

interface Scope {
  readonly tx: Tx;
  readonly world: World;
}

interface Chunk {
  readonly decision: DecisionKind;
  readonly opinion: string;
  readonly items: readonly Item[];
}

interface Judged {
  readonly application: Application;
  readonly judgement: Judgement;
}

async function decideChunk(
  { tx, world }: Scope,
  act: PersonalAct,
  chunk: Chunk,
): Promise<readonly ItemResult[]> {
  const ids = chunk.items.map(item => item.id);
  const applications = await lockApplications(tx, world, ids);
  const prior = await priorDecisions(world.db, ids, tx);
  const accepted = new Map<string, Judged>();
  const results = chunk.items.map((item): ItemResult => {
    const application = applications.get(item.id);
    // an id named twice is changed by its first mention
    if (accepted.has(item.id)) return { id: item.id, ...refusal('STALE') };
    const circumstances = { actor: act.by, at: act.at, prior: prior.get(item.id) ?? [] };
    const judged = application
      ? judge(application, circumstances, { ...chunk, ...item })
      : judgeAbsent(act.by);
    if (!judged.ok) return { id: item.id, ...judged };
    if (application) accepted.set(item.id, { application, judgement: judged });
    return { id: item.id, ok: true, state: judged.step.state, version: item.version + 1 };
  });
  if (accepted.size > 0) await takeSteps({ tx, world }, act, { ...chunk, judged: [...accepted.values()] });
  return results;
}

async function takeSteps(
  { tx, world }: Scope,
  act: PersonalAct,
  taken: Omit<Chunk, 'items'> & { readonly judged: readonly Judged[] },
): Promise<void> {
  const decisions = taken.judged.map(each => decisionFor(world, act, { ...taken, ...each }));
  for (const { step, ids } of byStep(taken.judged)) await stepApplications(tx, world.db, { ids, step });
  await addDecisions(tx, world, decisions);
  if (taken.decision === 'approve') await employ({ tx, world }, act, taken.judged);
  for (const { application, judgement } of taken.judged)
    if (judgement.step.state === 'REJECTED') await reopenPass({ tx, world }, act, application);
  await enqueue(tx, world, taken.judged.flatMap(messageFor));
  await record(
    { tx, db: world.db },
    act,
    taken.judged.map(({ application, judgement }, place) => ({
      action: 'application.decided',
      subject: application.id,
      detail: {
        level: judgement.level,
        decision: taken.decision,
        from: application.state,
        to: judgement.step.state,
        version: application.course.version,
        capacity: judgement.grant.capacity,
        organisationId: judgement.grant.organisationId,
        digest: decisions[place]?.seenDigest ?? '',
      },
    })),
  );
}

/** R34: an employer that vouches for its staff is their employer from now on, unless it was before. */
async function employ({ tx, world }: Scope, { at }: PersonalAct, judged: readonly Judged[]): Promise<void> {
  const vouched = judged.filter(({ judgement }) => judgement.level === 'employer');
  for (const organisationId of new Set(vouched.flatMap(each => each.application.course.employerId ?? []))) {
    const staff = vouched.filter(each => each.application.course.employerId === organisationId);
    const people = staff.map(each => each.application);
    await openEmployments(tx, world, { organisationId, from: dateAt(at), people });
  }
}

function decisionFor(
  world: World,
  { by, at }: PersonalAct,
  { application, judgement, decision, opinion }: Judged & Omit<Chunk, 'items'>,
): Decision {
  const { grant, level } = judgement;
  return {
    id: world.ids(),
    applicationId: application.id,
    version: application.course.version,
    round: application.course.round,
    level,
    decision,
    accountId: by.accountId,
    capacity: grant.capacity,
    organisationId: grant.organisationId,
    at,
    opinion,
    seenDigest: digestOf(world.cipher, application),
    seen: contentText(application),
  };
}

/** Applications that take the same step are moved by one statement. */
function byStep(
  judged: readonly Judged[],
): readonly { readonly step: Step; readonly ids: readonly string[] }[] {
  const groups = new Map<string, { step: Step; ids: string[] }>();
  for (const { application, judgement } of judged) {
    const { step } = judgement;
    // a value named and undefined is cleared, one not named stays: they must not fall together
    const key = JSON.stringify(step, (_, value: unknown) => value ?? null);
    const group = groups.get(key);
    if (group) group.ids.push(application.id);
    else groups.set(key, { step, ids: [application.id] });
  }
  return [...groups.values()];
}

/** The holder is told of what they must act upon, or what ended. */
function messageFor({ application, judgement }: Judged): readonly Message[] {
  const { state, turn } = judgement.step;
  const values = { by: LEVEL_NAMES[judgement.level] };
  const { phone } = application;
  if (state === 'REJECTED') return [{ template: 'rejected', phone, values }];
  return state === 'RETURNED' && turn?.kind === 'holder' ? [{ template: 'returned', phone, values }] : [];
}
