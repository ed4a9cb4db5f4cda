/** Which application guards a title against a second claim, and how the guard ends or goes over to another (domain §5.1). */
import type { Db, Tx } from '../db/connect.ts';
import type { Application } from './application.ts';
import { liveKeyOf } from './row.ts';
import type { ApplicationScope } from './store.ts';

/**
 * The persons may hold these titles anew: revoked or cancelled certificates no longer guard them, whichever version the guard stands with.
 * @param ids applications of the certificates' newest versions
 */
export async function freeClaims(tx: Tx, db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.sequelize.query(
    `UPDATE applications SET live_key = NULL WHERE id IN (
       SELECT v.application_id FROM certificates v JOIN certificates c ON c.number = v.number
       WHERE c.application_id IN (:ids))`,
    { replacements: { ids: [...ids] }, transaction: tx },
  );
}

/**
 * The application guards its title, though it stands beside the one it corrects: to the guard it is another person.
 * @throws SequelizeUniqueConstraintError when a live claim does already
 */
export async function guardClaim(tx: Tx, scope: ApplicationScope, application: Application): Promise<void> {
  await setKey(tx, scope, { id: application.id, key: liveKeyOf(scope.cipher, application) });
}

/** The guard of one application goes over to the one that has taken its place. */
export async function moveClaim(
  tx: Tx,
  scope: ApplicationScope,
  { from, to }: { from: string; to: Application },
): Promise<void> {
  await setKey(tx, scope, { id: from, key: null });
  await guardClaim(tx, scope, to);
}

async function setKey(
  tx: Tx,
  { db }: ApplicationScope,
  set: { id: string; key: string | null },
): Promise<void> {
  await db.sequelize.query('UPDATE applications SET live_key = :key WHERE id = :id', {
    replacements: set,
    transaction: tx,
  });
}
