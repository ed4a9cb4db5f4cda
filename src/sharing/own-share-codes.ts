/** The holder's own share codes: what was shared why, until when, how often it was opened; and the end of one. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import { inTransaction } from '../db/tx.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { ShareCode } from './share-code.ts';
import { endShareCodeRow, lockShareCode, openingsOf, shareCodesOf, type Openings } from './store.ts';

export interface OwnShareCode extends Openings {
  readonly shareCode: ShareCode;
}

/** One page, newest first. @throws Forbidden for anybody but a holder */
export async function ownShareCodes(
  world: Pick<World, 'db' | 'cipher'>,
  act: PersonalAct,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<readonly OwnShareCode[]> {
  demandMay(act.by, 'share-code.manage');

  const own = await shareCodesOf(world, { accountId: act.by.accountId, ...page });
  const openings = await openingsOf(
    world.db,
    own.map(({ id }) => id),
  );
  return own.map(shareCode => ({ shareCode, ...(openings.get(shareCode.id) ?? { count: 0, last: [] }) }));
}

/**
 * The code opens nothing any more; one that was ended before stays as it was.
 * @throws Forbidden; DomainError NOT_FOUND when it is absent or another's
 */
export async function endShareCode(world: World, act: PersonalAct, id: string): Promise<void> {
  demandMay(act.by, 'share-code.manage');

  await inTransaction(world.db, async tx => {
    const shareCode = await lockShareCode(tx, world, id);
    if (shareCode?.accountId !== act.by.accountId)
      throw new DomainError('NOT_FOUND', '没有找到这个分享码，请刷新后再试。');
    if (shareCode.endedAt !== undefined) return;
    await endShareCodeRow(tx, world.db, { id, at: act.at });
    await record({ tx, db: world.db }, act, [
      { action: 'share-code.ended', subject: shareCode.applicationId, detail: { shareCode: id } },
    ]);
  });
}
