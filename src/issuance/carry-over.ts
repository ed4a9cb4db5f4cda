/**
 * What the bureau did not finish by the end of its month goes over to the next one, and its people are told (R16): never approved by
 * itself, never forgotten. Run by a timer in every process; a second run finds nothing.
 */
import { phonesOfBureau } from '../accounts/people/store.ts';
import type { Application, ApplicationState } from '../applications/application.ts';
import { overdueItems, overdueMonths } from '../applications/batch/store.ts';
import { lockApplications, stepApplications } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { Act } from '../shared/act.ts';
import { monthAt, startOf, type Instant, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';

const CHUNK = 500;

interface Due {
  /** The month left behind. */
  readonly from: Month;
  /** The month that has begun. */
  readonly to: Month;
  readonly began: Instant;
}

/**
 * Every item that the bureau had before this month began and has not finished belongs to this month now, marked with the month it was
 * first due; the bureau's handlers and approvers are told the number, once for each month left behind.
 * @returns how many were carried over now
 */
export async function carryOver(world: World, act: Act): Promise<number> {
  const to = monthAt(act.at);
  const began = startOf(`${to}-01`);
  let count = 0;
  for (const from of await overdueMonths(world.db, { before: to, uploadedBefore: began }))
    count += await carryMonth(world, act, { from, to, began });
  return count;
}

/** One transaction for one month: its items move and its alert waits in the outbox, both or neither. */
async function carryMonth(world: World, act: Act, due: Due): Promise<number> {
  const handlers = await phonesOfBureau(world, 'handler');
  const approvers = await phonesOfBureau(world, 'approver');
  const phones = [...new Set([...handlers, ...approvers])];
  const count = await inTransaction(world.db, async tx => {
    const ids = await overdueItems(tx, world.db, { month: due.from, uploadedBefore: due.began });
    const moved: string[] = [];
    for (let at = 0; at < ids.length; at += CHUNK)
      moved.push(...(await carryChunk({ tx, world }, act, { ...due, ids: ids.slice(at, at + CHUNK) })));
    // another process moved them all meanwhile
    if (moved.length === 0) return 0;
    const values = { month: due.from, count: String(moved.length) };
    const messages = phones.map(phone => ({ template: 'carried-over' as const, phone, values }));
    await enqueue(tx, world, messages);
    const detail = { from: due.from, to: due.to };
    await record({ tx, db: world.db }, act, [
      ...moved.map(subject => ({ action: 'application.carried-over', subject, detail })),
      {
        action: 'batch.carried-over',
        subject: due.from,
        detail: { count: moved.length, told: phones.length },
      },
    ]);
    return moved.length;
  });
  if (count > 0)
    world.log.warn({ month: due.from, count }, 'carried over: not finished by the end of the month');
  return count;
}

/** @returns the ids of those that moved */
async function carryChunk(
  { tx, world }: { readonly tx: Tx; readonly world: World },
  act: Act,
  due: Due & { readonly ids: readonly string[] },
): Promise<readonly string[]> {
  const locked = [...(await lockApplications(tx, world, due.ids)).values()];
  const moved = locked.filter(each => isOverdue(each, due));
  for (const { state, carriedFrom, ids } of alike(moved, due)) {
    const turn = { kind: 'bureau', organisationId: undefined } as const;
    const step = { state, turn, at: act.at, batchMonth: due.to, carriedFrom };
    await stepApplications(tx, world.db, { ids, step });
  }
  return moved.map(each => each.id);
}

function isOverdue({ state, batchMonth, uploadedAt, course }: Application, { from, began }: Due): boolean {
  const isWaiting = state === 'UPLOADED' || state === 'BUREAU_CHECK';
  const isBureaus = course.turn?.kind === 'bureau' && batchMonth === from;
  return isWaiting && isBureaus && (uploadedAt ?? began) < began;
}

interface Alike {
  readonly state: ApplicationState;
  readonly carriedFrom: Month;
  readonly ids: string[];
}

/** Those that keep the same state and were first due in the same month move by one statement. */
function alike(moved: readonly Application[], { from }: Due): readonly Alike[] {
  const groups = new Map<string, Alike>();
  for (const { id, state, course } of moved) {
    const carriedFrom = course.carriedFrom ?? from;
    const key = `${state} ${carriedFrom}`;
    const group = groups.get(key) ?? { state, carriedFrom, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}
