/**
 * What this browser keeps between visits, in one record of IndexedDB: the pinned root, the highest versions ever seen and the last
 * good document. Where the browser forbids or cannot store, nothing is kept and the page says so. It judges nothing.
 */
import type { Instant } from '../../shared/time.ts';
import type { TrustDocument } from '../../verification/trust.ts';

const DATABASE = 'zhicheng';
const STORE = 'trust';
const RECORD = 'newest';
/** Some in-app browsers never answer; a person waits at a door. */
const PATIENCE_MILLISECONDS = 1500;

export interface Kept {
  readonly root: { readonly x: string; readonly y: string; readonly test?: true };
  readonly highest: Readonly<Record<string, number>>;
  /** As it was fetched; whoever reads it judges it anew. */
  readonly document: unknown;
  readonly keptAt: Instant;
}

/** What was kept, if anything; `works` is false where this browser keeps nothing. Never throws. */
export async function readKept(): Promise<{ readonly kept?: Kept; readonly works: boolean }> {
  const db = await opened();
  if (db === undefined) return { works: false };
  const answer = await settled(db, 'readonly', store => store.get(RECORD));
  db.close();
  if (answer === undefined) return { works: false };
  const kept = keptFrom(answer.value);
  return kept ? { kept, works: true } : { works: true };
}

/**
 * Keeps this record whole or not at all; of two pages that keep at once the higher versions stay, under the same root.
 * @returns false where nothing could be kept; what was kept before is then untouched
 */
export async function keep(kept: Kept & { readonly document: TrustDocument }): Promise<boolean> {
  const db = await opened();
  if (db === undefined) return false;
  const answer = await settled(db, 'readwrite', store => {
    const reading = store.get(RECORD);
    reading.onsuccess = () => store.put(higher(keptFrom(reading.result), kept), RECORD);
    return reading;
  });
  db.close();
  return answer !== undefined;
}

/** V9: versions only grow, whichever page was later. */
function higher(before: Kept | undefined, now: Kept): Kept {
  if (before === undefined || before.root.x !== now.root.x) return now;
  const highest = { ...before.highest };
  for (const [url, version] of Object.entries(now.highest))
    highest[url] = Math.max(version, highest[url] ?? 0);
  const isOlder = Object.entries(highest).some(([url, version]) => version > (now.highest[url] ?? 0));
  return { ...(isOlder ? before : now), highest };
}

/** Undefined when the browser has no storage, forbids it (SecurityError) or does not answer. */
function opened(): Promise<IDBDatabase | undefined> {
  return new Promise(resolve => {
    const give = (db?: IDBDatabase): void => resolve(db);
    setTimeout(give, PATIENCE_MILLISECONDS);
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => give(request.result);
      request.onerror = () => give();
      request.onblocked = () => give();
    } catch {
      give();
    }
  });
}

/** The request's result once the whole transaction is done; undefined when it failed, such as for want of room. */
function settled(
  db: IDBDatabase,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<{ readonly value: unknown } | undefined> {
  return new Promise(resolve => {
    setTimeout(() => resolve(undefined), PATIENCE_MILLISECONDS);
    try {
      const transaction = db.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve({ value: request.result as unknown });
      transaction.onabort = () => resolve(undefined);
      transaction.onerror = () => resolve(undefined);
    } catch {
      resolve(undefined); // NotFoundError: another program made the database; the same as having none
    }
  });
}

/** Written by `keep` only; checked all the same, for anybody with the device can write here. */
function keptFrom(value: unknown): Kept | undefined {
  const { root, highest, document, keptAt } = (value ?? {}) as Partial<Kept>;
  if (typeof root?.x !== 'string' || typeof root.y !== 'string' || typeof keptAt !== 'number')
    return undefined;
  if (typeof highest !== 'object' || highest === null) return undefined;
  return { root, highest, document, keptAt };
}
