/**
 * Reconciles a restored database with a checkpoint: what was given after the backup is never given again, what was published stays
 * published, and who was revoked stays revoked. Lost records do not come back by this; the plan says which they are (reliability: T40, R25).
 */
import { endAllSessions } from '../accounts/sessions/store.ts';
import { freeClaims } from '../applications/claims.ts';
import { record } from '../audit/record.ts';
import { versionsByNumber } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { raiseCounter, takeSerials } from '../db/counters.ts';
import { inSideTransaction } from '../db/tx.ts';
import { addChanges, addVersion, closeLists, openList } from '../revocation/store.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import type { Checkpoint, RegisterMarks } from './checkpoint.ts';
import { lostStates, type LostState } from './lost-states.ts';
import { lagsBehind, LIVES, standingOf, type Lag, type Standing } from './standing.ts';

/** The action under which the chain tells of it. */
export const RECONCILED = 'register.reconciled';
/** A checkpoint follows a commit by a second at most; so many numbers cannot be given in that time, and are skipped too. */
const MARGIN = 1000;

export interface Plan {
  readonly checkpoint: Checkpoint & { readonly register: RegisterMarks };
  readonly standing: Standing;
  /** In what the database lies behind; empty when there is nothing to reconcile. */
  readonly lags: readonly Lag[];
  /** States that are public and not in the database. */
  readonly states: readonly LostState[];
  /** Lists of the checkpoint whose signature does not hold: their versions are passed, their bits not believed. */
  readonly unreadable: readonly string[];
}

/** What reconciling with that checkpoint would do; nothing is changed. */
export async function planReconciliation(
  world: World,
  act: Act,
  checkpoint: Plan['checkpoint'],
): Promise<Plan> {
  const standing = await standingOf(world);
  const lags = await lagsBehind(world.db, standing, checkpoint);
  const lost = lags.length === 0 ? { states: [], unreadable: [] } : await lostStates(world, act, checkpoint);
  return { checkpoint, standing, lags, ...lost };
}

/**
 * The register stands beyond everything that the checkpoint knows, in one transaction, with an entry in the chain that names both ends.
 * Numbers and changes go on after a margin. No list that was open gives places any more, for nobody knows which were given; issuing opens a new one.
 * Everybody signs in anew: a session that was ended, an account that was disabled may have come back with the copy.
 */
export async function reconcile(world: World, act: Act, plan: Plan): Promise<void> {
  const { db } = world;
  await inSideTransaction(db, async tx => {
    await raiseCounters(tx, world, plan);
    await closeAllLists(tx, world, { act, plan });
    await publishAgain(tx, world, plan);
    await keepStates(tx, world, { act, states: plan.states });
    await endAllSessions(tx, db, act.at);
    await takeSerials(tx, db, { scope: LIVES, count: 1 });
    await record({ tx, db }, act, [{ action: RECONCILED, subject: 'register', detail: detailOf(plan) }]);
  });
}

async function raiseCounters(tx: Tx, { db }: World, { checkpoint }: Plan): Promise<void> {
  for (const [scope, there] of Object.entries(checkpoint.register.counters))
    await raiseCounter(tx, db, { scope, next: scope === LIVES ? there : there + MARGIN });
}

/** Every list that ever was is there, for certificates point to it, and gives nothing more; issuing opens the next one. */
async function closeAllLists(
  tx: Tx,
  { db }: World,
  { act, plan: { checkpoint, standing } }: { act: Act; plan: Plan },
): Promise<void> {
  const known = [...Object.keys(checkpoint.register.places), ...Object.keys(standing.places)].map(Number);
  for (let list = 1; list <= Math.max(0, ...known); list += 1)
    if (!(String(list) in standing.places)) await openList(tx, db, { list, at: act.at });
  await closeLists(tx, db, act.at);
}

/** The versions that are public already: the next ones come after them. */
async function publishAgain(tx: Tx, world: World, { checkpoint, standing }: Plan): Promise<void> {
  for (const mark of checkpoint.register.lists) {
    const here = standing.versions.find(
      ({ list, purpose }) => list === mark.list && purpose === mark.purpose,
    );
    if ((here?.version ?? 0) < mark.version) await addVersion(tx, world.db, { ...mark, id: world.ids() });
  }
}

async function keepStates(
  tx: Tx,
  { db }: World,
  { act, states }: { act: Act; states: readonly LostState[] },
): Promise<void> {
  const changes = states.map(({ list, place: index, change, at, until, certificate = NOBODY }) => {
    const rest = {
      document: undefined,
      invalidFrom: undefined,
      reason: 'RESTORED',
      actor: act.actor,
    } as const;
    return { ...certificate, list, index, change, at, until, ...rest };
  });
  await addChanges(tx, db, changes);
  const ended = new Set(
    changes.filter(({ change }) => change !== 'SUSPEND').map(({ number, version }) => `${number}-${version}`),
  );
  const known = await versionsByNumber(
    db,
    changes.map(({ number }) => number),
  );
  const versions = [...known.values()].flat();
  const freed = versions.filter(({ number, version }) => ended.has(`${number}-${version}`));
  // whoever was revoked, or whose newer version is lost, may be issued a certificate anew
  await freeClaims(
    tx,
    db,
    freed.map(({ applicationId }) => applicationId),
  );
}

/** Of a certificate whose record is lost only the place is known. */
const NOBODY = { number: '', version: 0 };

function detailOf({ checkpoint, standing, states }: Plan): Record<string, string | number> {
  return {
    fromSeq: standing.head.seq,
    fromHash: standing.head.hash,
    toSeq: checkpoint.seq,
    toHash: checkpoint.hash,
    checkpointAt: checkpoint.at,
    statesKept: states.length,
  };
}
