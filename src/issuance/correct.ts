/**
 * Correction (更正/换发): a new application beside the old one, which the month's batch turns into the same number with the next
 * version; the old version ends in the same transaction (domain §4.3, §5.2). A change of level or title is not a correction.
 */
import { courseFrom, type Application } from '../applications/application.ts';
import { guardClaim } from '../applications/claims.ts';
import { phoneOf } from '../applications/reserved-phone.ts';
import { liveKeyOf } from '../applications/row.ts';
import { record } from '../audit/record.ts';
import { addApplications, applicationsById, liveClaims } from '../applications/store.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { lockNewest, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import { tailOf } from '../revocation/holder-notice.ts';
import { mayChange, STATE_WORDS, stateOf, type ReasonCode } from '../revocation/state.ts';
import { changesOf } from '../revocation/store.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { monthAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { correctedContent, type CorrectedContent, type CorrectedFields } from './corrected-content.ts';

export interface Correction extends CorrectedFields {
  readonly number: string;
  /** NAME_CHANGE, DATA_ERROR or HOLDER_REQUEST; told by the fields unless given. */
  readonly reason?: string | undefined;
  /** Proof that was seen, such as a household register page; no personal data. */
  readonly proof: string;
}

/**
 * The correction waits in the batch of the returned month; `issueBatch` of that month issues it.
 * @throws DomainError CERTIFICATE_UNKNOWN, STATE_CONFLICT, BAD_REQUEST
 */
export async function requestCorrection(
  world: World,
  act: Act,
  wanted: Correction,
): Promise<{ month: Month }> {
  try {
    return await inTransaction(world.db, tx => requestCorrectionIn({ tx, world }, act, wanted));
  } catch (error) {
    throw correctionFault(error);
  }
}

/** A second correction of the same version is told as what it is; anything else stays as it was thrown. */
export function correctionFault(error: unknown): unknown {
  if (!isDuplicate(error)) return error;
  return new DomainError('STATE_CONFLICT', '这张证书的更正正在办理，请勿重复提交。', { cause: error });
}

/**
 * What `requestCorrection` would refuse is refused now, and nothing changes.
 * @returns the same correction with its reason
 */
export async function demandCorrectable(
  scope: { tx: Tx; world: World },
  act: Act,
  wanted: Correction,
): Promise<Correction> {
  const { old, reason } = await judgedIn(scope, act, wanted);
  return { ...wanted, number: old.number, reason };
}

interface Judged {
  readonly old: Certificate;
  readonly before: Application;
  readonly content: CorrectedContent;
  readonly reason: ReasonCode;
}

async function judgedIn(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  wanted: Correction,
): Promise<Judged> {
  const number = parseCertificateNumber(wanted.number);
  const old = number ? await lockNewest(tx, world.db, number) : undefined;
  if (!old)
    throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号（字母加 13 位数字）。');
  const state = stateOf(await changesOf(world.db, old, tx), act.at);
  if (!mayChange(state, 'SUPERSEDE'))
    throw new DomainError('STATE_CONFLICT', `证书当前为“${STATE_WORDS[state]}”，不能更正；请先核对状态。`);
  const before = (await applicationsById(world, [old.applicationId])).get(old.applicationId);
  if (!before) throw new RangeError(`certificate ${old.id}: its application is gone`);
  const judged = correctedContent({ world, act, before }, wanted);
  await demandUnheld({ tx, world }, before, judged.content);
  return { old, before, ...judged };
}

/** Domain §5.1, duplicate guard: under the corrected number nobody else may hold or ask for this title. */
async function demandUnheld(
  { tx, world }: { tx: Tx; world: World },
  before: Application,
  content: CorrectedContent,
): Promise<void> {
  if (content.idNumber === before.idNumber) return;
  const key = liveKeyOf(world.cipher, { ...before, idNumber: content.idNumber });
  if ((await liveClaims(world.db, [key], tx)).size > 0)
    throw new DomainError(
      'TITLE_HELD',
      '这个证件号码名下已有同系列同名称的有效证书或在办申请，不能更正为它；请先核对是否重复发证。',
      { pointer: '/idNumber' },
    );
}

/** `requestCorrection` inside the caller's transaction, the holder told; its audit entry is the caller's last statement. */
export async function requestCorrectionIn(
  scope: { tx: Tx; world: World },
  act: Act,
  wanted: Correction,
): Promise<{ month: Month }> {
  const { tx, world } = scope;
  const judged = await judgedIn(scope, act, wanted);
  const { old, before } = judged;
  const month = monthAt(act.at);
  const phone = await phoneOf(world, before);
  const application = correction(act, judged, { id: world.ids(), month, phone });
  await addApplications(tx, world, [application]);
  if (application.idNumber !== before.idNumber) await guardClaim(tx, world, application);
  await enqueue(tx, world, [{ template: 'correction-taken', phone, values: { tail: tailOf(old.number) } }]);
  await record({ tx, db: world.db }, act, [
    {
      action: 'correction.requested',
      subject: `${old.number}-${old.version}`,
      detail: { proof: wanted.proof, reason: judged.reason },
    },
  ]);
  return { month };
}

/** The application of the next version, beside the one it corrects. @param made with the phone that reaches the holder now */
function correction(
  { at }: Act,
  { old, before, content, reason }: Judged,
  made: { readonly id: string; readonly month: Month; readonly phone: string },
): Application {
  return {
    ...before,
    ...content,
    id: made.id,
    phone: made.phone,
    state: 'UPLOADED',
    batchMonth: made.month,
    rosterId: undefined,
    uploadedAt: at,
    corrects: { number: old.number, version: old.version, reason },
    passKey: undefined,
    course: courseFrom({
      originator: 'bureau',
      changedAt: at,
      submittedAt: at,
      turn: { kind: 'bureau', organisationId: undefined },
    }),
  };
}
