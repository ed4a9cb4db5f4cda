/**
 * Sees when more is asked than can be answered in time, so that the rest may be refused at once and cheaply. Two signs: how long the event
 * loop has been busy in its present turn, which is how long whatever is read now has already waited; and how many requests are whole but
 * unanswered. Requests that are still coming in do not count: slow senders must not make others be refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface OverloadLimits {
  /** A turn of the event loop takes in no more requests than it works off in this time while turns are long. */
  readonly turnMs: number;
  /** The same after a turn that was short: one pause is no overload. */
  readonly firstTurnMs: number;
  /** So many a turn takes in however long it lasts: one slow request beside a few others is no overload. */
  readonly leastPerTurn: number;
  /** Requests that wait for databases, files and children. */
  readonly working: number;
}

export const OVERLOAD_LIMITS: OverloadLimits = {
  turnMs: 40,
  firstTurnMs: 250,
  leastPerTurn: 64,
  working: 1000,
};

export interface Overload {
  /** True when this request is taken in, and counted until it is answered; false when it should be refused. */
  readonly admits: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** True while requests are being refused, and for a second afterwards. */
  readonly isShedding: () => boolean;
}

const LINGER_MS = 1000;

/** What a watch may be told besides its limits. */
export interface OverloadSigns {
  /** Milliseconds of a clock that only runs forward. */
  readonly now?: () => number;
  /** True when whatever would work on this request has enough waiting already. */
  readonly isFull?: (request: IncomingMessage) => boolean;
}

/** A watch over one process. */
export function watchOverload(
  limits: OverloadLimits = OVERLOAD_LIMITS,
  { now = () => performance.now(), isFull = () => false }: OverloadSigns = {},
): Overload {
  let working = 0;
  let lastRefusal = -Infinity;
  const presentTurn = turnClock(limits, now);
  return {
    admits: (request, response) => {
      const turn = presentTurn();
      if (working >= limits.working || turn.isFull() || isFull(request)) {
        lastRefusal = now();
        return false;
      }
      turn.admitted += 1;
      let isWhole = false;
      const whole = (): void => {
        isWhole = true;
        working += 1;
      };
      if (hasBody(request)) request.once('end', whole);
      else whole();
      response.once('close', () => {
        request.off('end', whole);
        if (isWhole) working -= 1;
      });
      return true;
    },
    isShedding: () => now() - lastRefusal < LINGER_MS,
  };
}

/** One turn of the event loop, from the first request that it brings. */
interface Turn {
  admitted: number;
  readonly isFull: () => boolean;
}

function turnClock(limits: OverloadLimits, now: () => number): () => Turn {
  let present: Turn | undefined;
  let isAfterLong = false;
  return () => {
    if (present) return present;
    const began = now();
    const endsMs = isAfterLong ? limits.turnMs : limits.firstTurnMs;
    const turn: Turn = {
      admitted: 0,
      isFull: () => turn.admitted >= limits.leastPerTurn && now() - began > endsMs,
    };
    present = turn;
    // immediates run when the turn has read everything there was to read
    setImmediate(() => {
      isAfterLong = now() - began > limits.turnMs;
      present = undefined;
    });
    return turn;
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
