/**
 * Confirmed sheets are carried out in the background, a few hundred rows in each transaction: a row is changed and has its result, or
 * neither, so that a process may die at any point and the next run, here or elsewhere, goes on. The sheet's locked row keeps two
 * processes apart. At the end the lists are published, once; only then is the sheet done.
 */
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import { changeStatesIn, type ChangeOutcome } from '../../revocation/change-states.ts';
import { publish } from '../../revocation/publish.ts';
import type { Act } from '../../shared/act.ts';
import { newAct, type World } from '../../world.ts';
import type { SheetRow } from './sheet.ts';
import { confirmedSheets, finishSheet, lockSheet, rowsOfSheet, settleRows } from './store.ts';

/** Rows of one transaction: others who write wait no longer than these take. */
export const CHUNK = 500;

export interface CarryOptions {
  readonly chunk?: number;
  /** Called at the named points; tests stop the process there. */
  readonly failpoint?: (name: 'chunk' | 'changed' | 'kept' | 'carried' | 'published') => void | Promise<void>;
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Every confirmed sheet is carried out and public; one that cannot be does not hold up the others.
 * @returns how many were finished here
 * @throws what the first that could not be threw, once the others are carried out
 */
export async function carrySheets(world: World, act: Act, options: CarryOptions = {}): Promise<number> {
  let finished = 0;
  const faults: unknown[] = [];
  for (const id of await confirmedSheets(world.db)) {
    try {
      if (await carrySheet(world, act, { id, options })) finished += 1;
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
  return finished;
}

/** That sheet is carried out and public. @returns false when it was not confirmed, or another process finished it */
export async function carrySheet(
  world: World,
  act: Act,
  { id, options }: { id: string; options: CarryOptions },
): Promise<boolean> {
  for (;;) {
    await options.failpoint?.('chunk');
    const left = await carryChunk(world, act, { id, options });
    if (left === 'not-confirmed') return false;
    if (left === 'nothing') break;
    await options.failpoint?.('kept');
  }
  await options.failpoint?.('carried');
  const now = { ...act, at: world.clock() };
  await publish(world, now);
  await options.failpoint?.('published');
  return inTransaction(world.db, async tx => {
    if (!(await finishSheet(tx, world.db, { id, at: now.at }))) return false;
    await record({ tx, db: world.db }, now, [{ action: 'change-sheet.done', subject: id }]);
    return true;
  });
}

async function carryChunk(
  world: World,
  act: Act,
  { id, options }: { id: string; options: CarryOptions },
): Promise<'some' | 'nothing' | 'not-confirmed'> {
  const { db } = world;
  return inTransaction(db, async tx => {
    const sheet = await lockSheet(tx, db, id);
    if (sheet?.state !== 'confirmed' || sheet.decidedBy === undefined) return 'not-confirmed';
    const limit = options.chunk ?? CHUNK;
    const rows = await rowsOfSheet(db, { id, state: 'waiting', limit }, tx);
    if (rows.length === 0) return 'nothing';
    // whoever confirmed the sheet made the change, when it happened
    const change = { actor: sheet.decidedBy, at: world.clock(), requestId: act.requestId };
    const orders = rows.map(({ order }) => order);
    const { outcomes, facts } = await changeStatesIn({ tx, world }, change, orders);
    const settled = rows.flatMap((row, place) => {
      const outcome = outcomes[place];
      return outcome ? [settledRow(row, outcome)] : [];
    });
    await settleRows(tx, db, { id, settled });
    await options.failpoint?.('changed');
    await record(
      { tx, db },
      change,
      facts.map(fact => ({ ...fact, detail: { ...fact.detail, sheet: id } })),
    );
    options.onProgress?.(sheet.done + sheet.failed + rows.length, sheet.rows);
    return 'some';
  });
}

function settledRow(row: SheetRow, outcome: ChangeOutcome): SheetRow {
  if (!outcome.ok) {
    const { code, detail } = outcome.fault;
    return { ...row, state: 'failed', fault: { code, detail } };
  }
  const { before, after } = outcome.changed;
  return { ...row, state: 'done', before, after };
}

interface Run {
  /** Something was confirmed while it ran. */
  again: boolean;
  /** The process is about to end: the chunk under way is the last. */
  halted: boolean;
  done: Promise<void>;
}
const runs = new WeakMap<World, Run>();
class Halted extends Error {}

/**
 * Starts carrying out what is confirmed and returns at once with the promise of its end, which never rejects. One run per process: a
 * call during a run makes it look again at its end.
 */
export function startCarrying(world: World): Promise<void> {
  const running = runs.get(world);
  if (running) {
    running.again = true;
    return running.done;
  }
  const run: Run = { again: false, halted: false, done: Promise.resolve() };
  run.done = carryUntilQuiet(world, run).finally(() => runs.delete(world));
  runs.set(world, run);
  return run.done;
}

async function carryUntilQuiet(world: World, run: Run): Promise<void> {
  do {
    run.again = false;
    try {
      await carrySheets(world, newAct(world, 'system:carrier'), {
        failpoint: name => {
          if (run.halted && name !== 'changed') throw new Halted();
        },
      });
    } catch (error) {
      // tried again by the timer
      if (!(error instanceof Halted))
        world.log.error({ error: String(error) }, 'change sheet does not go on');
    }
  } while (run.again && !run.halted);
}

/** No chunk begins any more in this process; resolves when the one under way is kept. What is left is for the next start, or another process. */
export async function haltCarrying(world: World): Promise<void> {
  const running = runs.get(world);
  if (!running) return;
  running.halted = true;
  await running.done;
}
