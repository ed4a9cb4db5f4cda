/**
 * Changes the states of many certificates in one transaction, by the very rules of one (change-state.ts): each order is carried out or
 * answered with why not, and none hinders the others. Everything is read and written in sets, so that thousands take seconds.
 */
import { freeClaims } from '../applications/claims.ts';
import { applicationsById } from '../applications/store.ts';
import type { Application } from '../applications/application.ts';
import type { AuditFact } from '../audit/entry.ts';
import { newestOf, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { judgeChange, unknownNumber, type ChangedState, type StateChange } from './change-state.ts';
import { changeNotice } from './holder-notice.ts';
import { stateOf, VOID_FROM_OBTAINED, type StatusChange } from './state.ts';
import { addChanges, changesOfNumbers } from './store.ts';

/** What became of one order. */
export type ChangeOutcome =
  | { readonly ok: true; readonly order: StateChange; readonly changed: ChangedState }
  | { readonly ok: false; readonly order: StateChange; readonly fault: DomainError };

export interface ChangedStates {
  /** One for each order, in their order. */
  readonly outcomes: readonly ChangeOutcome[];
  /** For the audit: the caller records them, as its last statement. */
  readonly facts: readonly AuditFact[];
}

/** How a certificate stands before it is changed. */
export interface Known {
  readonly certificate: Certificate;
  /** Of its newest version, oldest first. */
  readonly changes: readonly StatusChange[];
}

/** The newest version of each number with its changes; absent numbers are absent. @param tx locks the certificates until it ends */
export async function knownOf(
  world: Pick<World, 'db'>,
  numbers: readonly string[],
  tx?: Tx,
): Promise<ReadonlyMap<string, Known>> {
  const newest = await newestOf(world.db, numbers, tx);
  const byNumber = new Map<string, StatusChange[]>();
  for (const change of await changesOfNumbers(world.db, numbers, tx)) {
    if (newest.get(change.number)?.version !== change.version) continue;
    byNumber.set(change.number, [...(byNumber.get(change.number) ?? []), change]);
  }
  return new Map(
    [...newest].map(([number, certificate]) => [
      number,
      { certificate, changes: byNumber.get(number) ?? [] },
    ]),
  );
}

interface Made {
  readonly change: Omit<StatusChange, 'seq'> & { readonly change: StateChange['change'] };
  readonly application: Application;
  readonly changed: ChangedState;
}

/**
 * Every order that may be is carried out at this act's instant, its holder told; the others say why not.
 * @param orders at most one for each number, few enough for one transaction
 */
export async function changeStatesIn(
  scope: { tx: Tx; world: World },
  act: Act,
  orders: readonly StateChange[],
): Promise<ChangedStates> {
  const { tx, world } = scope;
  const known = await knownOf(
    world,
    orders.map(({ number }) => number),
    tx,
  );
  const applications = await applicationsById(
    world,
    [...known.values()].map(({ certificate }) => certificate.applicationId),
  );
  const made: Made[] = [];
  const outcomes = orders.map((order): ChangeOutcome => {
    try {
      const one = madeBy(act, order, { known: known.get(order.number), applications });
      made.push(one);
      return { ok: true, order, changed: one.changed };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { ok: false, order, fault: error };
    }
  });
  await keep(scope, made);
  return { outcomes, facts: made.map(factOf) };
}

function madeBy(
  act: Act,
  order: StateChange,
  { known, applications }: { known: Known | undefined; applications: ReadonlyMap<string, Application> },
): Made {
  if (!known) throw unknownNumber();
  const { certificate, changes } = known;
  const { reason, document, before, until } = judgeChange(act, order, changes);
  const { number, version, list, index } = certificate;
  const application = applications.get(certificate.applicationId);
  if (!application) throw new RangeError(`certificate ${certificate.id}: its application is gone`);
  const invalidFrom = VOID_FROM_OBTAINED.has(reason) ? application.obtainedOn : undefined;
  const change = {
    ...{ number, version, list, index, change: order.change, reason, document },
    ...{ at: act.at, until, invalidFrom, actor: act.actor },
  };
  const after = stateOf([...changes, change], act.at);
  return { change, application, changed: { number, version, before, after, until, invalidFrom } };
}

async function keep({ tx, world }: { tx: Tx; world: World }, made: readonly Made[]): Promise<void> {
  if (made.length === 0) return;
  await addChanges(
    tx,
    world.db,
    made.map(({ change }) => change),
  );
  const ended = made.filter(({ change }) => change.change === 'REVOKE' || change.change === 'CANCEL');
  await freeClaims(
    tx,
    world.db,
    ended.map(({ application }) => application.id),
  );
  await enqueue(
    tx,
    world,
    made.map(({ change, application: { phone } }) => changeNotice({ ...change, phone })),
  );
}

function factOf({ change }: Made): AuditFact {
  const { number, version, reason, document, until, invalidFrom } = change;
  return {
    action: `certificate.${change.change.toLowerCase()}`,
    subject: `${number}-${version}`,
    detail: {
      reason,
      document: document ?? null,
      until: until ?? null,
      invalidFrom: invalidFrom ?? null,
    },
  };
}
