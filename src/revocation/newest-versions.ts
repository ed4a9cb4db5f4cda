/** What is public now: the newest version of every list, also of those that a restored database does not know. */
import type { Db } from '../db/connect.ts';
import { publishedElsewhere } from './published-elsewhere.ts';
import { allLists, newestVersion, type PublishedList } from './store.ts';

/** The newest published version of every list and purpose. */
export async function newestVersions(db: Db): Promise<readonly PublishedList[]> {
  const newest: PublishedList[] = [];
  const all = [...(await allLists(db)), ...publishedElsewhere(db)].map(({ list }) => list);
  for (const list of new Set(all)) {
    for (const purpose of ['revocation', 'suspension', 'refresh'] as const) {
      const found = await newestVersion(db, list, purpose);
      if (found) newest.push(found);
    }
  }
  return newest;
}
