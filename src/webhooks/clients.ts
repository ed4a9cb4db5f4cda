/** Which clients may still be told anything: an ended one is told nothing more, at once and for ever. */
import { clientsById } from '../clients/store.ts';
import type { Db } from '../db/connect.ts';

/** Those of the clients that have not ended. */
export async function livingAmong(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const clients = await clientsById(db, ids);
  return new Set(ids.filter(id => clients.get(id)?.endedAt === undefined && clients.has(id)));
}
