/**
 * Whoever has a share code is shown the certificate as it stands now, and the holder sees when (R33; PIPL art. 44). Every code that opens
 * nothing gets one answer after one duration, whatever is wrong with it.
 */
import { giveBack, takeTries, takeTriesIn } from '../accounts/sign-in/limit.ts';
import { record } from '../audit/record.ts';
import { isCollectable } from '../collection/held.ts';
import { inTransaction } from '../db/tx.ts';
import { findAnswer, type LookupAnswer } from '../lookups/answer-lookup.ts';
import { onTheBeat } from '../lookups/beat.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import {
  isAlive,
  parseCode,
  SHARE_LIMITS,
  shareCodeInvalid,
  type ShareCode,
  type ShareRules,
} from './share-code.ts';
import { addOpening, lockShareCode, shareCodeByCode } from './store.ts';

export interface CodeShown {
  /** As it was typed. */
  readonly code: string;
  readonly address: string;
}

export interface Opened {
  readonly shareCode: ShareCode;
  /** The newest version of the number, and its state now. */
  readonly answer: LookupAnswer;
}

/**
 * The certificate; this opening is on record.
 * @throws DomainError SHARE_CODE_INVALID for a code that is wrong, over, ended, of a frozen holder or of a certificate that cannot be
 *   collected yet; TOO_MANY_ATTEMPTS
 */
export async function openShareCode(
  world: World,
  act: Act,
  { shown, rules }: { shown: CodeShown; rules: ShareRules },
): Promise<Opened> {
  return onTheBeat(rules.beatMs, async () => open(world, act, shown));
}

async function open(world: World, act: Act, { code, address }: CodeShown): Promise<Opened> {
  const tries = [
    { limit: SHARE_LIMITS.addressFailures, of: address },
    { limit: SHARE_LIMITS.failures, of: 'all' },
  ];
  await takeTries(world, { at: act.at, tries });

  const opened = await findOpened(world, act, code);
  if (!opened) throw shareCodeInvalid();
  await keepOpening(world, act, opened.shareCode);
  await giveBack(world, { at: act.at, tries });
  return opened;
}

async function findOpened(world: World, act: Act, input: string): Promise<Opened | undefined> {
  const code = parseCode(input);
  const shareCode = code === undefined ? undefined : await shareCodeByCode(world, code);
  if (!shareCode || !isAlive(shareCode, act.at)) return undefined;
  const answer = await findAnswer(world, act.at, shareCode.number);
  if (!answer) return undefined;
  const { version, collectFrom } = answer.certificate;
  // of a version after the first, the one that was shared could be collected
  if (version === 1 && !isCollectable(world, collectFrom, act.at)) return undefined;
  return { shareCode, answer };
}

/** Judged once more under a lock: a code that was ended meanwhile shows nothing. */
async function keepOpening(world: World, act: Act, { id, applicationId }: ShareCode): Promise<void> {
  await inTransaction(world.db, async tx => {
    const shareCode = await lockShareCode(tx, world, id);
    if (!shareCode || !isAlive(shareCode, act.at)) throw shareCodeInvalid();
    await takeTriesIn(tx, world, { at: act.at, tries: [{ limit: SHARE_LIMITS.openings, of: id }] });
    await addOpening(tx, world.db, { id: world.ids(), shareCodeId: id, at: act.at });
    await record({ tx, db: world.db }, act, [
      { action: 'shared-certificate.viewed', subject: applicationId, detail: { shareCode: id } },
    ]);
  });
}
