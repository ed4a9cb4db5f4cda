/** How a certificate stands at the moment of a proposal or its confirmation, locked until the transaction ends. */
import { lockNewest } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { standingOf } from '../revocation/state.ts';
import { changesOf } from '../revocation/store.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Against } from './proposal.ts';

/** @returns undefined for a number that nobody has */
export async function standsNow(
  { tx, world }: { tx: Tx; world: World },
  number: string,
  at: Instant,
): Promise<Against | undefined> {
  const certificate = await lockNewest(tx, world.db, number);
  if (!certificate) return undefined;
  const changes = await changesOf(world.db, certificate, tx);
  const { state } = standingOf(changes, at);
  return { version: certificate.version, state, seq: changes.at(-1)?.seq ?? 0 };
}
