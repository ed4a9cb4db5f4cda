/**
 * The holder's own certificates: seen, and collected as the one original file, from the day on which collection opens (notice: R16–R18,
 * R28, R32). The first download is on record, every download in the audit.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { record } from '../audit/record.ts';
import type { FileFormat } from '../certificate/store.ts';
import { inSideTransaction } from '../db/tx.ts';
import { fileOf } from '../issuance/render-files.ts';
import { STATE_WORDS } from '../revocation/state.ts';
import { bounded } from '../shared/bounded.ts';
import { DomainError } from '../shared/errors.ts';
import { toChineseDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import { heldBy, isToldInFull, type Held } from './held.ts';
import { addFirstDownload } from './store.ts';

/** A page is 35 MB of pixels while it is drawn. */
export const rendering = bounded({ atOnce: 2, waiting: 100 });

/** Thrown before the day on which collection opens. */
export class NotCollectable extends DomainError {
  constructor({ collectFrom, certificate: { version } }: Pick<Held, 'collectFrom' | 'certificate'>) {
    const making = version === 1 ? '证书制证中' : `证书已换发第 ${version} 版，原版本不再使用；新版本制证中`;
    super('NOT_COLLECTABLE', `${making}，可于 ${toChineseDate(collectFrom)}后（含当日）领取，请届时再来。`);
  }
}

/** Thrown where a version that every verifier refuses would be given out: the title stands, its next version will be believed. */
export class KeyRevoked extends DomainError {
  constructor() {
    super(
      'KEY_REVOKED',
      '签发这一版证书的密钥已宣布作废，二维码查验不通过，暂不能下载、分享或办理副本。您的职称不受影响：市局将换发新版本，编号不变，换发后以短信通知您，请届时再来。',
    );
  }
}

/** All certificates of the person who acts, also those that cannot be collected yet. @throws Forbidden */
export async function ownCertificates(world: World, act: PersonalAct): Promise<readonly Held[]> {
  demandMay(act.by, 'certificate.collect');
  return heldBy(world, act.by.idNumber, act.at);
}

/**
 * The own certificate of that number.
 * @throws Forbidden; DomainError NOT_FOUND when it is absent or another's; NotCollectable
 */
export async function getOwn(world: World, act: PersonalAct, number: string): Promise<Held> {
  const all = await ownCertificates(world, act);
  const held = all.find(each => each.certificate.number === number);
  if (!held) throw new DomainError('NOT_FOUND', '没有找到这张证书，请核对证书编号。');
  if (!isToldInFull(held)) throw new NotCollectable(held);
  return held;
}

/**
 * The newest version's file in that format; this download is on record.
 * @returns a file name without personal data, and the bytes
 * @throws what `getOwn` throws; DomainError STATE_CONFLICT unless it is valid; KeyRevoked
 */
export async function collect(
  world: World,
  act: PersonalAct,
  { number, format }: { readonly number: string; readonly format: FileFormat },
): Promise<{ name: string; file: Uint8Array }> {
  const held = await getOwn(world, act, number);
  const { application, certificate, state, keyRevokedAt } = held;
  if (state !== 'VALID')
    throw new DomainError(
      'STATE_CONFLICT',
      `证书${STATE_WORDS[state]}，不能下载；原因和救济途径请见证书详情。`,
    );
  if (keyRevokedAt !== undefined) throw new KeyRevoked();

  const file = await rendering(async () => fileOf(world, act, { ...held, format }));
  await inSideTransaction(world.db, async tx => {
    const isFirst = await addFirstDownload(tx, world.db, {
      certificateId: certificate.id,
      accountId: act.by.accountId,
      at: act.at,
    });
    const detail = { number, version: certificate.version, format, first: isFirst };
    await record({ tx, db: world.db }, act, [
      { action: 'certificate.downloaded', subject: application.id, detail },
    ]);
  });
  return { name: `certificate-${number}-${certificate.version}.${format}`, file };
}
