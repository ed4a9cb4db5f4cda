/** Looking at people's data leaves a trace of its own: nothing else changes, so it has a transaction to itself (domain §5.3, R34, R35). */
import type { Db } from '../db/connect.ts';
import { inSideTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { AuditFact } from './entry.ts';
import { record } from './record.ts';

/**
 * The looks stand in the audit before anything is shown. Actions end in `.viewed`, `.downloaded` or `.exported`: those are what a
 * holder is told about their own applications; nothing is written for no facts.
 */
export async function recordLook(scope: { db: Db }, act: Act, facts: readonly AuditFact[]): Promise<void> {
  if (facts.length === 0) return;
  await inSideTransaction(scope.db, async tx => record({ tx, db: scope.db }, act, facts));
}
