/**
 * One effect and equal answers for one Idempotency-Key of one person (draft-ietf-httpapi-idempotency-key-header): whoever writes the
 * key's row first runs; the others wait for that answer. Knows no HTTP.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { inSideTransaction, isDuplicate } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { addRunning, findKeyed, freeKey, saveAnswer, takeOver, type KeyedRequest } from './store.ts';

/** A request that names itself. */
export interface Keyed {
  readonly accountId: string;
  readonly key: string;
  /** SHA-256 of what is asked, hex. */
  readonly requestHash: string;
}

type OnceWorld = Pick<World, 'db' | 'cipher' | 'clock'>;

const KEY = /^[\x21-\x7e]{8,100}$/;
const POLL_MS = 100;
const POLLS = 150;
/** A runner that has not ended after so long is taken for dead. */
const ABANDONED_SECONDS = 60;
/** Answers are kept for so long. */
export const KEPT_SECONDS = 24 * 3600;

/**
 * The answer of `run`, run once for one key of one account: a repetition gets the first answer, also in another process.
 *
 * A run that is refused by a DomainError frees its key. After a crash the key can be taken over when a minute has passed, so what
 * `run` creates should have the id of `idOfKeyed`: then a second run finds it instead of making another.
 * @throws DomainError IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS
 */
export async function runOnce(world: OnceWorld, keyed: Keyed, run: () => Promise<unknown>): Promise<unknown> {
  if (!KEY.test(keyed.key))
    throw new DomainError('IDEMPOTENCY_KEY_INVALID', 'Idempotency-Key 须为 8 至 100 个可见 ASCII 字符。');

  const id = keyIdOf(keyed);
  for (let poll = 0; poll < POLLS; poll += 1) {
    const startedAt = await started(world, { id, requestHash: keyed.requestHash });
    if (startedAt !== undefined) return runAndKeep(world, { id, startedAt }, run);
    const known = await findKeyed(world, id);
    if (known?.answer !== undefined && isSameRequest(known, keyed))
      return (JSON.parse(known.answer) as { reply?: unknown }).reply; // sealed by runAndKeep only
    if (known && isSameRequest(known, keyed)) await pause(POLL_MS);
  }
  throw new DomainError('IDEMPOTENCY_IN_PROGRESS', '同一请求正在办理，请稍后用同一 Idempotency-Key 再试。', {
    retryAfterSeconds: 5,
  });
}

/** 32 hex digits that are the same whenever this account repeats this key at this place. */
export function idOfKeyed({ accountId, key }: Pick<Keyed, 'accountId' | 'key'>, place: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['id', accountId, key, place]))
    .digest('hex')
    .slice(0, 32);
}

function keyIdOf({ accountId, key }: Keyed): string {
  return createHash('sha256')
    .update(JSON.stringify(['key', accountId, key]))
    .digest('hex');
}

/** When this process became the runner; undefined when somebody else is, or was. */
async function started(
  world: OnceWorld,
  { id, requestHash }: { id: string; requestHash: string },
): Promise<Instant | undefined> {
  const at = world.clock();
  const known = await findKeyed(world, id);
  if (!known) return (await hasInserted(world, { id, requestHash, startedAt: at })) ? at : undefined;
  const isAbandoned = known.answer === undefined && at >= known.startedAt + ABANDONED_SECONDS;
  if (!isAbandoned || known.requestHash !== requestHash) return undefined;
  const taken = await inSideTransaction(world.db, async tx =>
    takeOver(tx, world.db, { id, startedAt: known.startedAt, at }),
  );
  return taken ? at : undefined;
}

/** The unique key decides who is first. */
async function hasInserted(world: OnceWorld, row: Omit<KeyedRequest, 'answer'>): Promise<boolean> {
  try {
    await inSideTransaction(world.db, async tx => addRunning(tx, world.db, row));
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

function isSameRequest(known: KeyedRequest, { requestHash }: Keyed): boolean {
  if (known.requestHash === requestHash) return true;
  throw new DomainError(
    'IDEMPOTENCY_KEY_REUSED',
    '这个 Idempotency-Key 已用于另一请求，请为新的请求换一个。',
  );
}

async function runAndKeep(
  world: OnceWorld,
  key: { id: string; startedAt: Instant },
  run: () => Promise<unknown>,
): Promise<unknown> {
  try {
    const reply = await run();
    const answer = JSON.stringify({ reply });
    await inSideTransaction(world.db, async tx => saveAnswer(tx, world, { ...key, answer }));
    return reply;
  } catch (error) {
    // refused, so nothing happened; anything else may have happened in part and stays until it is taken over
    if (error instanceof DomainError)
      await inSideTransaction(world.db, async tx => freeKey(tx, world.db, key));
    throw error;
  }
}
