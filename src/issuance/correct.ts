/**
 * Correction (更正/换发): a new application beside the old one, which the month's batch turns into the same number with the next
 * version; the old version ends in the same transaction (domain §4.3, §5.2). A change of level or title is not a correction.
 */
import { courseFrom } from '../applications/application.ts';
import { record } from '../audit/record.ts';
import { applicationsById, addApplications } from '../applications/store.ts';
import { normaliseName } from '../certificate/name.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { printedNameOf } from '../certificate/rarity.ts';
import { lockNewest, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import { mayChange, STATE_WORDS, stateOf } from '../revocation/state.ts';
import { changesOf } from '../revocation/store.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { monthAt, type Month } from '../shared/time.ts';
import type { World } from '../world.ts';

export interface Correction {
  readonly number: string;
  /** The holder's name from now on. */
  readonly name: string;
  /** Readings for rare characters that the software does not know, by character. */
  readonly readings?: Readonly<Record<string, string>>;
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

/** What `requestCorrection` would refuse is refused now, and nothing changes. */
export async function demandCorrectable(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  wanted: Correction,
): Promise<Certificate> {
  const number = parseCertificateNumber(wanted.number);
  const old = number ? await lockNewest(tx, world.db, number) : undefined;
  if (!old) throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号。');
  correctedNames(world, wanted);
  const state = stateOf(await changesOf(world.db, old, tx), act.at);
  if (!mayChange(state, 'SUPERSEDE')) {
    throw new DomainError('STATE_CONFLICT', `证书当前为“${STATE_WORDS[state]}”，不能更正。`);
  }
  return old;
}

/** `requestCorrection` inside the caller's transaction; its audit entry is the caller's last statement. */
export async function requestCorrectionIn(
  scope: { tx: Tx; world: World },
  act: Act,
  wanted: Correction,
): Promise<{ month: Month }> {
  const { tx, world } = scope;
  const old = await demandCorrectable(scope, act, wanted);
  const before = (await applicationsById(world, [old.applicationId])).get(old.applicationId);
  if (!before) throw new RangeError(`certificate ${old.id}: its application is gone`);
  const month = monthAt(act.at);
  await addApplications(tx, world, [
    {
      ...before,
      ...correctedNames(world, wanted),
      id: world.ids(),
      state: 'UPLOADED',
      batchMonth: month,
      rosterId: undefined,
      uploadedAt: act.at,
      corrects: { number: old.number, version: old.version },
      passKey: undefined,
      course: courseFrom({
        originator: 'bureau',
        changedAt: act.at,
        submittedAt: act.at,
        turn: { kind: 'bureau', organisationId: undefined },
      }),
    },
  ]);
  await record({ tx, db: world.db }, act, [
    {
      action: 'correction.requested',
      subject: `${old.number}-${old.version}`,
      detail: { proof: wanted.proof },
    },
  ]);
  return { month };
}

function correctedNames(world: World, wanted: Correction): { name: string; printedName: string } {
  const normalised = normaliseName(wanted.name);
  if (!normalised.ok) throw new DomainError('BAD_REQUEST', normalised.fault.detail);
  const manual = wanted.readings ? { manual: new Map(Object.entries(wanted.readings)) } : {};
  const printed = printedNameOf(normalised.name, { policy: world.config.rarityPolicy, ...manual });
  if (!printed.ok) throw new DomainError('BAD_REQUEST', printed.faults.map(fault => fault.detail).join(''));
  return { name: normalised.name, printedName: printed.printedName };
}
