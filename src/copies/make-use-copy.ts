/**
 * The holder makes a use copy (加注): checked, laid out and signed first, then kept where its place is still free. Of several requests for the
 * last place one is kept, for the certificate's row is locked while they are counted.
 */
import { demandWords } from '../accounts/demand.ts';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import { faceOf } from '../certificate/face/face.ts';
import { qrSymbol } from '../certificate/qr/symbol.ts';
import { lockNewest } from '../certificate/store.ts';
import { getOwn, KeyRevoked } from '../collection/collect.ts';
import type { Held } from '../collection/held.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { STATE_WORDS, stateOf } from '../revocation/state.ts';
import { changesOf } from '../revocation/store.ts';
import { oneAtOnceEach } from '../shared/bounded.ts';
import { DomainError } from '../shared/errors.ts';
import { addDays, startOf, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { copyFaceContent } from './copy-face.ts';
import { signUseCopy } from './sign-use-copy.ts';
import { addUseCopy, copiesOf, useCopyOnce } from './store.ts';
import { demandEnd, fitting, nextCopy, type UseCopy } from './use-copy.ts';

export interface UseCopyWanted {
  /** Follows from the request's Idempotency-Key: the same request again is the same copy. */
  readonly onceId: string;
  readonly number: string;
  readonly purpose: string;
  readonly recipient: string;
  readonly validThrough: PlainDate;
}

/** Other processes may take the number meanwhile; each time one of at most MAX_ALIVE places is gone. */
const TRIES = 5;
/** One holder's requests wait for each other: each signs, and draws up a page. */
const signing = oneAtOnceEach({ waiting: 5 });

/**
 * The copy stands, as the certificate's next one; one that met the same request already is left as it is.
 * @throws Forbidden; DomainError CONTENT_INVALID, NOT_FOUND, STATE_CONFLICT unless the certificate is valid, TOO_MANY_USE_COPIES,
 *   GLYPH_MISSING, FACE_DOES_NOT_FIT, QR_TOO_LARGE, SELF_CHECK_FAILED; NotCollectable, KeyRevoked
 */
export async function makeUseCopy(world: World, act: PersonalAct, wanted: UseCopyWanted): Promise<UseCopy> {
  demandMay(act.by, 'use-copy.manage');
  const use = {
    purpose: demandWords(wanted.purpose, '/purpose', 100),
    recipient: demandWords(wanted.recipient, '/recipient', 60),
  };
  const validThrough = demandEnd(wanted.validThrough, act.at);

  return signing(act.by.accountId, async () => {
    for (let turn = 0; turn < TRIES; turn += 1) {
      const standing = await useCopyOnce(world, { accountId: act.by.accountId, onceId: wanted.onceId });
      if (standing) return standing;
      const made = await composed(world, act, { ...wanted, use, validThrough });
      if (await keep(world, act, { made, onceId: wanted.onceId })) return made;
    }
    throw new DomainError('DATABASE_BUSY', '同时办理的人太多，请稍后重试。');
  });
}

type Wanted = Pick<UseCopyWanted, 'number'> & Pick<UseCopy, 'use' | 'validThrough'>;

/** Everything that can be refused is refused here: state, room, words that cannot be printed or coded. */
async function composed(world: World, act: PersonalAct, wanted: Wanted): Promise<UseCopy> {
  const { use, validThrough } = wanted;
  const held = await getOwn(world, act, wanted.number);
  demandInForce(held);
  const { application, certificate } = held;
  const copy = nextCopy(await copiesOf(world.db, certificate.id), act.at);
  const signed = await signUseCopy(world, act, { certificate, use, copy, validThrough });
  const made: UseCopy = {
    id: world.ids(),
    certificateId: certificate.id,
    copy,
    accountId: act.by.accountId,
    applicationId: application.id,
    number: certificate.number,
    version: certificate.version,
    use,
    madeAt: act.at,
    validThrough,
    endsAt: startOf(addDays(validThrough, 1)),
    ...signed,
  };
  const content = await copyFaceContent(world, held, made);
  fitting(() => faceOf(content, qrSymbol(made.qrText), world.renderer().fonts));
  return made;
}

/** @throws DomainError STATE_CONFLICT unless the certificate is valid; KeyRevoked when its own code would be refused */
export function demandInForce({ state, keyRevokedAt }: Pick<Held, 'state' | 'keyRevokedAt'>): void {
  if (state !== 'VALID') throw notInForce(STATE_WORDS[state]);
  if (keyRevokedAt !== undefined) throw new KeyRevoked();
}

function notInForce(word: string): DomainError {
  return new DomainError(
    'STATE_CONFLICT',
    `证书${word}，不能办理或下载加注副本；原因和救济途径请见证书详情。`,
  );
}

/** @returns false when its number was taken meanwhile, and nothing is kept */
async function keep(
  world: World,
  act: PersonalAct,
  { made, onceId }: { made: UseCopy; onceId: string },
): Promise<boolean> {
  try {
    return await inTransaction(world.db, async tx => {
      const newest = await lockNewest(tx, world.db, made.number);
      if (newest?.id !== made.certificateId) throw notInForce(STATE_WORDS.SUPERSEDED);
      const state = stateOf(await changesOf(world.db, newest, tx), act.at);
      if (state !== 'VALID') throw notInForce(STATE_WORDS[state]);
      if (nextCopy(await copiesOf(world.db, newest.id, tx), act.at) !== made.copy) return false;
      await addUseCopy(tx, world, { added: made, onceId });
      const { number, version, copy, validThrough, keyId } = made;
      const detail = { useCopy: made.id, number, version, copy, validThrough, keyId };
      await record({ tx, db: world.db }, act, [
        { action: 'use-copy.made', subject: made.applicationId, detail },
      ]);
      return true;
    });
  } catch (error) {
    if (isDuplicate(error)) return false; // the same request came to two processes at once
    throw error;
  }
}
