/** Who asked about one's own certificates, when and why, and whether one gave the code away (R33; PIPL art. 44). */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { applicationsOf } from '../applications/store.ts';
import type { World } from '../world.ts';
import type { Lookup } from './lookup.ts';
import { lookupsOf } from './store.ts';

/** One page, newest first; only questions whose three facts were right are about anybody. @throws Forbidden for anybody but a holder */
export async function ownLookups(
  world: Pick<World, 'db' | 'cipher'>,
  act: PersonalAct,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<readonly Lookup[]> {
  demandMay(act.by, 'audit.own');

  const own = await applicationsOf(world, act.by.idNumber);
  return lookupsOf(world.db, { applicationIds: own.map(({ id }) => id), ...page });
}
