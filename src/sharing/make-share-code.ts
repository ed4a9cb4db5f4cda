/** The holder makes a share code for one of their certificates: for a purpose, for some days, shown once. */
import { demandWords } from '../accounts/demand.ts';
import { findHolder } from '../accounts/people/store.ts';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { takeTriesIn } from '../accounts/sign-in/limit.ts';
import { record } from '../audit/record.ts';
import { getOwn, KeyRevoked } from '../collection/collect.ts';
import { inTransaction } from '../db/tx.ts';
import { STATE_WORDS } from '../revocation/state.ts';
import { DomainError } from '../shared/errors.ts';
import { addDays, dateAt, startOf } from '../shared/time.ts';
import type { World } from '../world.ts';
import { MAX_ALIVE, newCode, SHARE_LIMITS, type ShareCode } from './share-code.ts';
import { addShareCode, countAlive } from './store.ts';

export interface ShareWanted {
  readonly number: string;
  readonly purpose: string;
  /** 1 to 180: the code ends with the day that many days from today. */
  readonly days: number;
}

export interface Made {
  readonly shareCode: ShareCode;
  /** Nobody can be told it a second time. */
  readonly code: string;
}

/**
 * The code opens the certificate's details from now to the end of its last day in Shanghai.
 * @throws Forbidden; DomainError CONTENT_INVALID, NOT_FOUND, STATE_CONFLICT unless the certificate is valid, TOO_MANY_SHARE_CODES,
 *   TOO_MANY_ATTEMPTS; NotCollectable, KeyRevoked
 */
export async function makeShareCode(world: World, act: PersonalAct, wanted: ShareWanted): Promise<Made> {
  demandMay(act.by, 'share-code.manage');
  const purpose = demandWords(wanted.purpose, '/purpose', 100);
  const { application, certificate, state, keyRevokedAt } = await getOwn(world, act, wanted.number);
  if (state !== 'VALID')
    throw new DomainError(
      'STATE_CONFLICT',
      `证书${STATE_WORDS[state]}，不能生成分享码；原因和救济途径请见证书详情。`,
    );
  if (keyRevokedAt !== undefined) throw new KeyRevoked();

  const validThrough = addDays(dateAt(act.at), wanted.days);
  const shareCode: ShareCode = {
    id: world.ids(),
    accountId: act.by.accountId,
    applicationId: application.id,
    number: certificate.number,
    purpose,
    madeAt: act.at,
    validThrough,
    endsAt: startOf(addDays(validThrough, 1)),
    endedAt: undefined,
  };
  const code = newCode(world.random);

  await inTransaction(world.db, async tx => {
    // the account's row is locked, so that two requests cannot share the last place
    await findHolder(world, act.by.idNumber, tx);
    if ((await countAlive(tx, world.db, shareCodeScope(act))) >= MAX_ALIVE) throw tooMany();
    const tries = [{ limit: SHARE_LIMITS.made, of: act.by.accountId }];
    await takeTriesIn(tx, world, { at: act.at, tries });
    await addShareCode(tx, world, { added: shareCode, code });
    const detail = { shareCode: shareCode.id, number: certificate.number, validThrough };
    await record({ tx, db: world.db }, act, [{ action: 'share-code.made', subject: application.id, detail }]);
  });
  return { shareCode, code };
}

function shareCodeScope({ by, at }: PersonalAct): { accountId: string; at: number } {
  return { accountId: by.accountId, at };
}

function tooMany(): DomainError {
  return new DomainError(
    'TOO_MANY_SHARE_CODES',
    `有效的分享码已有 ${MAX_ALIVE} 个，请先停用不再需要的，再生成新的。`,
  );
}
