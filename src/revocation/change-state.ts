/**
 * Suspends, resumes, revokes or cancels a certificate: one change on record with its reason and decision document, or a refusal
 * that says why. The public lists follow by `publish`. Source: notice domain §5.2; numbers are kept for ever.
 */
import { freeClaim, applicationsById } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { lockNewest, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { addDays, dateAt, startOf, type PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';
import {
  mayChange,
  REASONS,
  REASONS_FOR,
  STATE_WORDS,
  stateOf,
  SUSPENSION_DAYS,
  VOID_FROM_OBTAINED,
  type CertificateState,
  type ChangeKind,
  type ReasonCode,
} from './state.ts';
import { addChange, changesOf } from './store.ts';

export interface StateChange {
  readonly number: string;
  readonly change: Exclude<ChangeKind, 'SUPERSEDE'>;
  readonly reason: string;
  /** Decision document number (文号); required for revocation and cancellation. */
  readonly document?: string | undefined;
  /** Last day of a suspension; 60 days from now unless given. */
  readonly untilDate?: PlainDate | undefined;
}

export interface ChangedState {
  readonly number: string;
  readonly version: number;
  readonly before: CertificateState;
  readonly after: CertificateState;
  readonly invalidFrom: PlainDate | undefined;
}

/**
 * The newest version of that number is in the new state, from this act's instant.
 * @throws DomainError CERTIFICATE_UNKNOWN, REASON_UNKNOWN, DOCUMENT_MISSING, STATE_CONFLICT
 */
export async function changeState(world: World, act: Act, wanted: StateChange): Promise<ChangedState> {
  return inTransaction(world.db, tx => changeStateIn({ tx, world }, act, wanted));
}

/** What `changeState` would refuse is refused now, and nothing changes: for proposals that somebody else will confirm. */
export async function demandChangeable(
  scope: { tx: Tx; world: World },
  act: Act,
  wanted: StateChange,
): Promise<void> {
  demandReason(wanted);
  demandDocument(wanted);
  if (wanted.change === 'SUSPEND') endOf(wanted, act);
  await lockedIn(scope, act, wanted);
}

async function lockedIn(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  wanted: StateChange,
): Promise<{ certificate: Certificate; before: CertificateState }> {
  const number = parseCertificateNumber(wanted.number);
  const certificate = number ? await lockNewest(tx, world.db, number) : undefined;
  if (!certificate) throw unknownNumber();
  const before = stateOf(await changesOf(world.db, certificate, tx), act.at);
  if (!mayChange(before, wanted.change)) {
    throw new DomainError(
      'STATE_CONFLICT',
      `证书当前为“${STATE_WORDS[before]}”，不能办理此项；请先核对状态。`,
    );
  }
  return { certificate, before };
}

/** `changeState` inside the caller's transaction; its audit entry is the caller's last statement. */
export async function changeStateIn(
  scope: { tx: Tx; world: World },
  act: Act,
  wanted: StateChange,
): Promise<ChangedState> {
  const { tx, world } = scope;
  const reason = demandReason(wanted);
  const document = demandDocument(wanted);
  const { certificate, before } = await lockedIn(scope, act, wanted);
  const { number, version, list, index } = certificate;
  const invalidFrom = VOID_FROM_OBTAINED.has(reason)
    ? await obtainedOn(world, certificate.applicationId)
    : undefined;
  const until = wanted.change === 'SUSPEND' ? endOf(wanted, act) : undefined;
  const change = {
    number,
    version,
    list,
    index,
    change: wanted.change,
    reason,
    document,
    at: act.at,
    until,
    invalidFrom,
  };
  await addChange(tx, world.db, { ...change, actor: act.actor });
  if (wanted.change === 'REVOKE' || wanted.change === 'CANCEL')
    await freeClaim(tx, world.db, certificate.applicationId);
  await record({ tx, db: world.db }, act, [
    {
      action: `certificate.${wanted.change.toLowerCase()}`,
      subject: `${number}-${version}`,
      detail: {
        reason,
        document: document ?? null,
        until: until ?? null,
        invalidFrom: invalidFrom ?? null,
      },
    },
  ]);
  const after = stateOf([change], act.at);
  return { number, version, before, after, invalidFrom };
}

function unknownNumber(): DomainError {
  return new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号（字母加 13 位数字）。');
}

function demandReason(wanted: StateChange): ReasonCode {
  const allowed = REASONS_FOR[wanted.change];
  const reason = allowed.find(code => code === wanted.reason);
  if (reason !== undefined) return reason;
  const list = allowed.map(code => `${code}（${REASONS[code]}）`).join('、');
  throw new DomainError('REASON_UNKNOWN', `请从下列原因代码中选择：${list}。`);
}

function demandDocument(wanted: StateChange): string | undefined {
  const document = wanted.document?.trim();
  const needed = wanted.change === 'REVOKE' || wanted.change === 'CANCEL';
  if (needed && (document === undefined || document === '')) {
    throw new DomainError('DOCUMENT_MISSING', '请写明决定文书的文号（--document）。');
  }
  if (document !== undefined && ([...document].length > 100 || /[\p{Cc}\p{Cf}]/u.test(document))) {
    throw new DomainError('DOCUMENT_MISSING', '文号不能超过 100 个字，也不能含有控制字符。');
  }
  return document;
}

/** The suspension ends with its last day in Shanghai. */
function endOf(wanted: StateChange, act: Act): number {
  const last = wanted.untilDate ?? addDays(dateAt(act.at), SUSPENSION_DAYS);
  if (last < dateAt(act.at)) throw new DomainError('BAD_REQUEST', '暂停的截止日期不能早于今天。');
  return startOf(addDays(last, 1));
}

async function obtainedOn(world: World, applicationId: string): Promise<PlainDate | undefined> {
  return (await applicationsById(world, [applicationId])).get(applicationId)?.obtainedOn;
}
