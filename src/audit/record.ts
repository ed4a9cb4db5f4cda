/**
 * Writes the audit inside the transaction that changes the data: both happen or neither. The last statement of every
 * changing transaction. The audit is the legal record; the operators' log is another thing and holds no personal data.
 */
import { createHash } from 'node:crypto';
import type { Db, Tx } from '../db/connect.ts';
import type { Act } from '../shared/act.ts';
import { GENESIS_HASH, hashedText, type AuditEntry, type AuditFact } from './entry.ts';
import { append, entriesAfter, findHead, hasEntriesBefore, lockHead, type Head } from './store.ts';

/** The facts stand in the chain afterwards, in the given order, each bound to the one before. */
export async function record(
  scope: { tx: Tx; db: Db },
  act: Act,
  facts: readonly AuditFact[],
): Promise<void> {
  const head = await lockHead(scope.tx, scope.db);
  const entries: AuditEntry[] = [];
  let previous: Head = head;
  for (const fact of facts) {
    const entry = entryAfter(previous, act, fact);
    entries.push(entry);
    previous = entry;
  }
  await append(scope.tx, scope.db, entries);
}

export interface ChainReport {
  readonly entries: number;
  /** The first place where the chain does not hold, if any. */
  readonly brokenAt: number | undefined;
}

const PAGE = 2000;

/** For whoever waits for a long chain, or will not wait any longer. */
export interface ChainWatch {
  /** Called after each page with the place up to which the chain holds. */
  readonly onPage?: (checked: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Walks the whole chain and names the first entry that was altered, removed or slipped in; also a cut-off end.
 * @throws the signal's reason when it is aborted
 */
export async function checkChain(db: Db, { onPage, signal }: ChainWatch = {}): Promise<ChainReport> {
  let previous: Head = { seq: 0, hash: GENESIS_HASH };
  if (await hasEntriesBefore(db, 1)) return { entries: 0, brokenAt: 1 }; // slipped in before the first
  for (let promised = -1; ;) {
    const page = await entriesAfter(db, previous.seq, PAGE);
    for (const entry of page) {
      if (!follows(entry, previous)) return { entries: previous.seq, brokenAt: previous.seq + 1 };
      previous = entry;
    }
    onPage?.(previous.seq);
    signal?.throwIfAborted();
    const head = await findHead(db);
    if (!head) return { entries: previous.seq, brokenAt: previous.seq + 1 };
    if (head.seq === previous.seq) {
      return { entries: previous.seq, brokenAt: head.hash === previous.hash ? undefined : previous.seq };
    }
    // a service at work may have written more meanwhile; an end that an earlier look at the head promised must be there
    const isCut = page.length === 0 && previous.seq < promised;
    if (head.seq < previous.seq || isCut)
      return { entries: previous.seq, brokenAt: Math.min(head.seq, previous.seq) + 1 };
    promised = head.seq;
  }
}

function follows(entry: AuditEntry, previous: Head): boolean {
  return (
    entry.seq === previous.seq + 1 && entry.previousHash === previous.hash && entry.hash === hashOf(entry)
  );
}

function entryAfter(previous: Head, act: Act, fact: AuditFact): AuditEntry {
  const entry = {
    seq: previous.seq + 1,
    at: act.at,
    actor: act.actor,
    requestId: act.requestId,
    action: fact.action,
    subject: fact.subject,
    detail: JSON.stringify(fact.detail ?? {}),
    previousHash: previous.hash,
  };
  return { ...entry, hash: hashOf(entry) };
}

function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(hashedText(entry)).digest('hex');
}
