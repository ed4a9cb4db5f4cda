/** The holder's own use copies, and the file of one while it can be used. */
import { createHash } from 'node:crypto';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import type { FileFormat } from '../certificate/store.ts';
import { getOwn, rendering } from '../collection/collect.ts';
import { heldBy } from '../collection/held.ts';
import { inSideTransaction } from '../db/tx.ts';
import { sealedFile } from '../issuance/seal-file.ts';
import { DomainError } from '../shared/errors.ts';
import { toChineseDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { copyFaceContent } from './copy-face.ts';
import { demandInForce } from './make-use-copy.ts';
import { findUseCopy, useCopiesOf } from './store.ts';
import { isRunning, type UseCopy } from './use-copy.ts';

export interface OwnUseCopy {
  readonly useCopy: UseCopy;
  /** It has not ended, and its certificate is valid, the newest version, and signed by a key that is believed. */
  readonly isUsable: boolean;
}

/** One page, newest first. @throws Forbidden for anybody but a holder */
export async function ownUseCopies(
  world: World,
  act: PersonalAct,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<readonly OwnUseCopy[]> {
  demandMay(act.by, 'use-copy.manage');

  const held = await heldBy(world, act.by.idNumber, act.at);
  const valid = new Set(
    held
      .filter(({ state, keyRevokedAt }) => state === 'VALID' && keyRevokedAt === undefined)
      .map(({ certificate }) => certificate.id),
  );
  const own = await useCopiesOf(world, { accountId: act.by.accountId, ...page });
  return own.map(useCopy => ({
    useCopy,
    isUsable: isRunning(useCopy, act.at) && valid.has(useCopy.certificateId),
  }));
}

/**
 * The copy as a sealed file of that format, with its own code, read back from the finished bytes; this download is in the audit.
 * @returns a file name without personal data, and the bytes
 * @throws Forbidden; DomainError NOT_FOUND when it is absent or another's, STATE_CONFLICT when it has ended or its certificate is no
 *   longer in force, FACE_MISMATCH; KeyRevoked
 */
export async function useCopyFile(
  world: World,
  act: PersonalAct,
  { id, format }: { readonly id: string; readonly format: FileFormat },
): Promise<{ name: string; file: Uint8Array }> {
  demandMay(act.by, 'use-copy.manage');
  const useCopy = await findUseCopy(world, id);
  if (useCopy?.accountId !== act.by.accountId)
    throw new DomainError('NOT_FOUND', '没有找到这份加注副本，请刷新后再试。');
  if (!isRunning(useCopy, act.at)) throw ended(useCopy);
  const held = await getOwn(world, act, useCopy.number);
  const isNewest = held.certificate.id === useCopy.certificateId;
  demandInForce(isNewest ? held : { ...held, state: 'SUPERSEDED' });

  const content = await copyFaceContent(world, held, useCopy);
  const file = await rendering(async () => sealedFile(world, act, { content, jwt: useCopy.jwt, format }));
  const { number, version, copy } = useCopy;
  const sha256 = createHash('sha256').update(file).digest('hex');
  const detail = { useCopy: id, number, version, copy, format, sha256 };
  await inSideTransaction(world.db, async tx =>
    record({ tx, db: world.db }, act, [
      { action: 'use-copy.downloaded', subject: useCopy.applicationId, detail },
    ]),
  );
  return { name: `certificate-${number}-${version}-use-copy-${copy}.${format}`, file };
}

function ended({ validThrough }: UseCopy): DomainError {
  return new DomainError(
    'STATE_CONFLICT',
    `这份加注副本已于${toChineseDate(validThrough)}到期，不能再下载；如需使用请另办一份。`,
  );
}
