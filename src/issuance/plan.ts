/**
 * What is released is fixed before it is signed: the digest over every item as it was seen, and the items planned into the month's
 * batch in the approver's own transaction. `issueBatch` signs what is planned and nothing else (R16).
 */
import { createHash } from 'node:crypto';
import type { Application } from '../applications/application.ts';
import { digestOf } from '../applications/row.ts';
import { stepApplications } from '../applications/store.ts';
import type { Tx } from '../db/connect.ts';
import { keyId, type ManifestKey } from '../keys/manifest.ts';
import type { Act } from '../shared/act.ts';
import type { Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { freezeBatch, openBatch, planItems } from './store.ts';

/** Id, version and content of one item, as one line: differs when any of them does. */
export function itemLine(world: Pick<World, 'cipher'>, application: Application): string {
  return `${application.id}:${application.course.version}:${digestOf(world.cipher, application)}`;
}

/** 64 hex digits over the lines of a batch, in order of id. */
export function digestOfLines(lines: readonly string[]): string {
  return createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex');
}

/** 64 hex digits over every item's id, version and content, in order of id: changes when any of them changes. */
export function digestOfItems(world: Pick<World, 'cipher'>, applications: readonly Application[]): string {
  return digestOfLines(applications.map(application => itemLine(world, application)));
}

/** True of what an approver may release: checked by a handler, not proposed for rejection, not planned yet. */
export function isApprovable({ state, course }: Application): boolean {
  const { turn, rejectProposed, checkedBy } = course;
  return state === 'BUREAU_CHECK' && turn?.kind === 'bureau' && !rejectProposed && checkedBy !== undefined;
}

export interface Plan {
  readonly month: Month;
  readonly key: ManifestKey;
  readonly digest: string;
  readonly applications: readonly Application[];
}

/** The applications are planned items of the month's batch and nobody's turn any more. The caller holds their locks and records it. */
export async function planRelease(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  { month, key, digest, applications }: Plan,
): Promise<void> {
  const { id: batchId } = await openBatch(tx, world.db, { id: world.ids(), month });
  const ids = applications.map(application => application.id);
  const items = ids.map(applicationId => ({ id: world.ids(), applicationId }));
  await planItems(tx, world.db, { batchId, items });
  await freezeBatch(tx, world.db, { batchId, digest, keyId: keyId(key.number) });
  const step = { state: 'BUREAU_CHECK', turn: undefined, at: act.at, reason: undefined } as const;
  await stepApplications(tx, world.db, { ids, step });
}
