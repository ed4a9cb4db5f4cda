/** Lists that are public in newer versions than a restored database has: they go before its own until it is reconciled. */
import type { Db } from '../db/connect.ts';
import type { PublishedList } from './store.ts';

const published = new WeakMap<Db, readonly PublishedList[]>();

/** From now on these are read wherever this database has an older version, or none; no lists, and it stands for itself again. */
export function setPublishedElsewhere(db: Db, lists: readonly PublishedList[]): void {
  published.set(db, lists);
}

export function publishedElsewhere(db: Db): readonly PublishedList[] {
  return published.get(db) ?? [];
}
