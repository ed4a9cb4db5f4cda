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
import { lockNewest } from '../certificate/store.ts';
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
  const number = parseCertificateNumber(wanted.number);
  if (!number) throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号。');
  const names = correctedNames(world, wanted);
  const month = monthAt(act.at);
  try {
    await inTransaction(world.db, async tx => {
      const old = await lockNewest(tx, world.db, number);
      if (!old) throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号。');
      const state = stateOf(await changesOf(world.db, old, tx), act.at);
      if (!mayChange(state, 'SUPERSEDE')) {
        throw new DomainError('STATE_CONFLICT', `证书当前为“${STATE_WORDS[state]}”，不能更正。`);
      }
      const before = (await applicationsById(world, [old.applicationId])).get(old.applicationId);
      if (!before) throw new RangeError(`certificate ${old.id}: its application is gone`);
      const corrects = { number, version: old.version };
      await addApplications(tx, world, [
        {
          ...before,
          ...names,
          id: world.ids(),
          state: 'UPLOADED',
          batchMonth: month,
          rosterId: undefined,
          uploadedAt: act.at,
          corrects,
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
          subject: `${number}-${old.version}`,
          detail: { proof: wanted.proof },
        },
      ]);
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new DomainError('STATE_CONFLICT', '这张证书的更正正在办理，请勿重复提交。', { cause: error });
  }
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
