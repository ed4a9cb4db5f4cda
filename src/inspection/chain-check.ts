/**
 * The auditor has the whole chain checked: in the background, one run per process, with its progress to be seen. The outcome is itself an
 * entry of the audit, so that every process knows the last one.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { GENESIS_HASH } from '../audit/entry.ts';
import { checkChain, record } from '../audit/record.ts';
import { entriesAfter, findHead, searchEntries } from '../audit/store.ts';
import { inTransaction } from '../db/tx.ts';
import type { AuditCheck, AuditState } from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import type { World } from '../world.ts';

const ACTION = 'audit.checked';

interface Run {
  readonly since: Instant;
  checked: number;
  total: number;
  state: 'running' | 'done' | 'failed';
  done: Promise<void>;
  readonly halt: AbortController;
}
/** The newest run of each process. */
const runs = new WeakMap<World, Run>();

/** How the chain stands. @throws Forbidden */
export async function viewChainState(world: World, act: PersonalAct): Promise<AuditState> {
  demandMay(act.by, 'audit.view');

  // the run first: whoever is told of none under way is told of its outcome too
  const run = runs.get(world);
  const { state, checked = 0, total = 0 }: Partial<Run> = { ...run };
  const head = await findHead(world.db);
  const check = await lastCheck(world);
  return {
    entries: head?.seq ?? 0,
    hash: head?.hash ?? GENESIS_HASH,
    ...(check === undefined ? {} : { check }),
    ...(run && state === 'running' ? { running: { since: isoAt(run.since), checked, total } } : {}),
    ...(state === 'failed' ? { failed: true } : {}),
  };
}

/** A check is under way; a second wish during one is the same one. @throws Forbidden */
export async function startChainCheck(world: World, act: PersonalAct): Promise<AuditState> {
  demandMay(act.by, 'audit.view');

  if (runs.get(world)?.state !== 'running') {
    const total = (await findHead(world.db))?.seq ?? 0;
    // two wishes at once: the first whose head was read has it
    if (runs.get(world)?.state !== 'running') begin(world, act, total);
  }
  return viewChainState(world, act);
}

/** The check under way ends without an outcome; for the orderly stop of the service. */
export async function haltChainCheck(world: World): Promise<void> {
  const run = runs.get(world);
  run?.halt.abort();
  await run?.done;
}

function begin(world: World, act: PersonalAct, total: number): void {
  const halt = new AbortController();
  const run: Run = { since: act.at, checked: 0, total, state: 'running', done: Promise.resolve(), halt };
  runs.set(world, run);
  run.done = checked(world, act, run).then(
    () => void (run.state = 'done'),
    (error: unknown) => {
      run.state = 'failed';
      if (!halt.signal.aborted) world.log.error({ error: String(error) }, 'check of the audit failed');
    },
  );
}

async function checked(world: World, act: PersonalAct, run: Run): Promise<void> {
  const { db } = world;
  const { entries, brokenAt } = await checkChain(db, {
    onPage: place => {
      run.checked = place;
      run.total = Math.max(run.total, place);
    },
    signal: run.halt.signal,
  });
  const [last] = entries === 0 ? [] : await entriesAfter(db, entries - 1, 1);
  const detail = { entries, hash: last?.hash ?? GENESIS_HASH, brokenAt: brokenAt ?? null };
  const then = { actor: act.actor, requestId: act.requestId, at: world.clock() };
  await inTransaction(db, async tx =>
    record({ tx, db }, then, [{ action: ACTION, subject: 'audit', detail }]),
  );
}

async function lastCheck({ db }: World): Promise<AuditCheck | undefined> {
  const [entry] = await searchEntries(db, { action: ACTION, order: 'desc', limit: 1 });
  if (!entry) return undefined;
  const { entries, hash, brokenAt } = JSON.parse(entry.detail) as Omit<AuditCheck, 'at'>; // written above only
  return { at: isoAt(entry.at), entries, hash, brokenAt };
}
