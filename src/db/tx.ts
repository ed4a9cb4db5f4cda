/**
 * The one way to change data: a closure that runs whole or not at all, repeated whole when the database asks for it.
 * No signing, rendering, HTTP or file work belongs inside.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Db, Tx } from './connect.ts';
import { DomainError } from '../shared/errors.ts';
import { demandWritable } from './write-gate.ts';

/** MySQL/MariaDB: deadlock, lock wait, snapshot conflict, cluster node not ready. The closure did not happen: repeat it. */
const REPEATABLE_ERRNO = new Set([1213, 1205, 1020, 1047]);
/** MySQL/MariaDB: the outcome of COMMIT is unknown; callers re-read by their idempotency key. */
const UNKNOWN_ERRNO = new Set([1180, 2006, 2013]);
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'PROTOCOL_CONNECTION_LOST',
  'ETIMEDOUT',
  'EPIPE',
]);
const TRIES = 8;

/**
 * Runs the closure in one transaction and commits it; on any error nothing of it remains.
 * Repeats the *whole* closure, at most eight times with jitter, for deadlocks and busy databases.
 * @throws DomainError DATABASE_BUSY after the last try, DATABASE_UNAVAILABLE when the connection or the outcome is lost,
 *   READ_ONLY_RESTORED while a restored copy awaits its reconciliation
 */
export async function inTransaction<T>(db: Db, body: (tx: Tx) => Promise<T>): Promise<T> {
  demandWritable(db, 'operator');
  return inSideTransaction(db, body);
}

/** The same for what changes nothing of the register, and so may go on in a restored copy: sessions, counted tries, traces of looks. */
export async function inSideTransaction<T>(db: Db, body: (tx: Tx) => Promise<T>): Promise<T> {
  const done = await repeated(db, body);
  db.writes.commits += 1;
  db.writes.onCommit?.();
  return done;
}

async function repeated<T>(db: Db, body: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.sequelize.transaction(async transaction => body(transaction as Tx));
    } catch (error) {
      const kind = faultKind(error);
      if (kind === 'lost') {
        throw new DomainError('DATABASE_UNAVAILABLE', '数据库连接中断，请稍后重试；重试不会重复办理。', {
          cause: error,
        });
      }
      if (kind !== 'repeat') throw error;
      if (attempt === TRIES) {
        throw new DomainError('DATABASE_BUSY', '数据库繁忙，请稍后重试。', { cause: error });
      }
    }
    await pause(10 * attempt + Math.random() * 40 * attempt);
  }
}

/** The database's own error number and code, wherever Sequelize put them. */
export function faultKind(error: unknown): 'repeat' | 'lost' | 'other' {
  const { errno, code } = nativeFault(error);
  if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED' || REPEATABLE_ERRNO.has(errno)) return 'repeat';
  if (UNKNOWN_ERRNO.has(errno) || CONNECTION_CODES.has(code)) return 'lost';
  return 'other';
}

/** True when the database refused a second row with the same key. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && error.name === 'SequelizeUniqueConstraintError';
}

function nativeFault(error: unknown): { errno: number; code: string } {
  const fault = (error ?? {}) as { parent?: unknown; errno?: unknown; code?: unknown };
  const native = (fault.parent ?? fault) as { errno?: unknown; code?: unknown };
  return {
    errno: typeof native.errno === 'number' ? native.errno : 0,
    code: typeof native.code === 'string' ? native.code : '',
  };
}
