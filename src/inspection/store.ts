/** Counts over tables `certificates` and `status_changes` for those who inspect: by the database, for a month may have ten thousand certificates. */
import { QueryTypes } from 'sequelize';
import type { Db } from '../db/connect.ts';
import type { Instant } from '../shared/time.ts';

/** What has ended never comes back (state.ts), so that one such change before that instant is enough. */
const ENDS = ['REVOKE', 'SUPERSEDE', 'CANCEL'];

/** How much of what each key signed is valid or suspended, by `key-7`; a key under which nothing is in force at that instant is absent. */
export async function inForceByKey(db: Db, at: Instant): Promise<ReadonlyMap<string, number>> {
  const rows = await db.sequelize.query<{ keyId: string; count: number }>(
    `SELECT key_id AS keyId, COUNT(*) AS count FROM certificates AS held
     WHERE NOT EXISTS (
       SELECT 1 FROM status_changes AS ended
       WHERE ended.number = held.number AND ended.version = held.version
         AND ended.\`change\` IN (:ends) AND ended.at <= :at)
     GROUP BY key_id`,
    { replacements: { ends: ENDS, at }, type: QueryTypes.SELECT },
  );
  return new Map(rows.map(({ keyId, count }) => [keyId, Number(count)]));
}
