/** The asker shows the code that the holder gave away, and is shown the certificate, once (R33: 通过验证). */
import { ADDRESS_FAILURES, giveBack, takeTries } from '../accounts/sign-in/limit.ts';
import { isSame } from '../accounts/sessions/session.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { findKey, keyRevokedAt } from '../keys/manifest.ts';
import { causeOf, standingOf, type CertificateState } from '../revocation/state.ts';
import { changesOf } from '../revocation/store.ts';
import type { Act } from '../shared/act.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { codeHashOf } from './ask-lookup.ts';
import { onTheBeat } from './beat.ts';
import { codeWrong, LOOKUP_LIMITS, TRIES_PER_CODE, type Lookup, type LookupRules } from './lookup.ts';
import { findConsenting, type Match } from './match.ts';
import { findLookup, takeTry, useLookup } from './store.ts';

export interface CodeGiven {
  readonly lookupId: string;
  readonly code: string;
  readonly address: string;
}

/** The certificate as it stands at that instant. */
export interface LookupAnswer extends Match {
  readonly state: CertificateState;
  /** When the state began, unless it is valid. */
  readonly since: Instant | undefined;
  /** Since when its signing key is believed no more; undefined while it is. */
  readonly keyRevokedAt: Instant | undefined;
  /** Signed with a test key: no legal effect, whatever its state. */
  readonly isTest: boolean;
  readonly at: Instant;
}

/**
 * The newest version of the certificate that was asked about; the code is used, and the holder can see that it was.
 * @throws DomainError CODE_WRONG for a code that is wrong, late, used or of another lookup, and for a lookup that matched nothing or
 *   was never made; TOO_MANY_ATTEMPTS
 */
export async function answerLookup(
  world: World,
  act: Act,
  { wanted, rules }: { wanted: CodeGiven; rules: LookupRules },
): Promise<LookupAnswer> {
  return onTheBeat(rules.beatMs, async () => answer(world, act, wanted));
}

async function answer(world: World, act: Act, { lookupId, code, address }: CodeGiven): Promise<LookupAnswer> {
  const lookup = await findLookup(world.db, lookupId);
  // a lookup that was never made cannot be guessed at, so it must not use up what all share
  const tries = [
    { limit: ADDRESS_FAILURES, of: address },
    ...(lookup ? [{ limit: LOOKUP_LIMITS.failures, of: 'all' }] : []),
  ];
  await takeTries(world, { at: act.at, tries });
  if (!lookup) throw codeWrong();

  // read before the code is used, so that a failure to read costs nobody a code
  const found = await findAnswer(world, act.at, lookup.number);
  const isProved = await inTransaction(world.db, async tx => {
    const proved = await hasProved(tx, world, { act, lookup, code, isOpen: found !== undefined });
    const action = proved ? 'lookup.answered' : 'lookup.refused';
    await record({ tx, db: world.db }, act, [
      { action, subject: lookup.applicationId ?? lookup.id, detail: { lookup: lookup.id } },
    ]);
    return proved;
  });
  if (!found || !isProved) throw codeWrong();
  await giveBack(world, { at: act.at, tries });
  return found;
}

/** The newest version of that number as it stands at that instant; undefined when there is none or its holder cannot consent. */
export async function findAnswer(
  world: World,
  at: Instant,
  number: string | undefined,
): Promise<LookupAnswer | undefined> {
  const match = number === undefined ? undefined : await findConsenting(world, number);
  if (!match) return undefined;
  const standing = standingOf(await changesOf(world.db, match.certificate), at);
  const { manifest } = await world.keys.manifest();
  const { keyId } = match.certificate;
  const isTest = findKey(manifest, Number(keyId.slice('key-'.length)))?.test === true;
  const revokedAt = keyRevokedAt(manifest, keyId);
  return {
    ...match,
    state: standing.state,
    since: causeOf(standing)?.at,
    keyRevokedAt: revokedAt,
    isTest,
    at,
  };
}

/** True when the code is right and was not used: it is used now. A wrong one takes a try. */
async function hasProved(
  tx: Tx,
  world: World,
  { act, lookup, code, isOpen }: { act: Act; lookup: Lookup; code: string; isOpen: boolean },
): Promise<boolean> {
  const { db } = world;
  const mayTry = await takeTry(tx, db, { id: lookup.id, at: act.at, tries: TRIES_PER_CODE });
  const isRight = isSame(codeHashOf(world, { lookupId: lookup.id, code }), lookup.codeHash ?? '');
  return (
    mayTry && isRight && lookup.sent && isOpen && (await useLookup(tx, db, { id: lookup.id, at: act.at }))
  );
}
