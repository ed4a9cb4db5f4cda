/**
 * Suspends, extends a suspension, resumes, revokes or cancels a certificate: one change on record with its reason and decision document,
 * its holder told, or a refusal that says why. The public lists follow by `publish`. Source: notice domain §5.2; numbers are kept for ever.
 */
import type { Application } from '../applications/application.ts';
import { phoneOf } from '../applications/reserved-phone.ts';
import { freeClaims } from '../applications/claims.ts';
import { applicationsById } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { lockNewest, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import {
  addDays,
  dateAt,
  isDate,
  startOf,
  toChineseDate,
  type Instant,
  type PlainDate,
} from '../shared/time.ts';
import type { World } from '../world.ts';
import { changeNotice } from './holder-notice.ts';
import {
  mayChange,
  needsDocument,
  REASONS,
  REASONS_FOR,
  standingOf,
  STATE_WORDS,
  stateOf,
  SUSPENSION_DAYS,
  SUSPENSION_LIMIT_DAYS,
  VOID_FROM_OBTAINED,
  type CertificateState,
  type ChangeKind,
  type ReasonCode,
  type Standing,
  type StatusChange,
} from './state.ts';
import { addChange, changesOf } from './store.ts';

export interface StateChange {
  readonly number: string;
  readonly change: Exclude<ChangeKind, 'SUPERSEDE'>;
  readonly reason: string;
  /** Decision document number (文号); required for revocation and cancellation. */
  readonly document?: string | undefined;
  /** Last day of a suspension, 60 days from now unless given; an extension must give the new one. */
  readonly untilDate?: PlainDate | undefined;
}

export interface ChangedState {
  readonly number: string;
  readonly version: number;
  readonly before: CertificateState;
  readonly after: CertificateState;
  /** The end of the suspension that was ordered or extended. */
  readonly until: Instant | undefined;
  readonly invalidFrom: PlainDate | undefined;
}

/**
 * The newest version of that number is in the new state, from this act's instant.
 * @throws DomainError CERTIFICATE_UNKNOWN, REASON_UNKNOWN, DOCUMENT_MISSING, STATE_CONFLICT
 */
export async function changeState(world: World, act: Act, wanted: StateChange): Promise<ChangedState> {
  return inTransaction(world.db, tx => changeStateIn({ tx, world }, act, wanted));
}

/**
 * What `changeState` would refuse is refused now, and nothing changes: for proposals that somebody else will confirm.
 * @returns the same change with its end as a day, so that what is confirmed later is what was proposed today
 */
export async function demandChangeable(
  scope: { tx: Tx; world: World },
  act: Act,
  wanted: StateChange,
): Promise<StateChange> {
  const { certificate, judged } = await lockedIn(scope, act, wanted);
  const { document, until } = judged;
  const untilDate = until === undefined ? undefined : addDays(dateAt(until), -1);
  return { ...wanted, number: certificate.number, document, untilDate };
}

/** What a change comes to, once it is known to be allowed. */
export interface Judged {
  readonly reason: ReasonCode;
  readonly document: string | undefined;
  readonly before: CertificateState;
  /** The instant at which the suspension ends that this change orders or extends. */
  readonly until: Instant | undefined;
}

/**
 * Every rule of a change on a version that has these changes behind it; the one judge of single changes and of many. Pure.
 * @throws DomainError REASON_UNKNOWN, DOCUMENT_MISSING, STATE_CONFLICT, EXTENDED_ALREADY, BAD_REQUEST
 */
export function judgeChange(act: Act, wanted: StateChange, changes: readonly StatusChange[]): Judged {
  const reason = demandReason(wanted);
  const document = demandDocument(wanted);
  const standing = standingOf(changes, act.at);
  if (!mayChange(standing.state, wanted.change))
    throw new DomainError('STATE_CONFLICT', refusalFrom(standing.state, wanted.change));
  return { reason, document, before: standing.state, until: endOf(wanted, act, standing) };
}

interface Locked {
  readonly certificate: Certificate;
  readonly changes: readonly StatusChange[];
  readonly judged: Judged;
}

async function lockedIn(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  wanted: StateChange,
): Promise<Locked> {
  const number = parseCertificateNumber(wanted.number);
  const certificate = number ? await lockNewest(tx, world.db, number) : undefined;
  if (!certificate) throw unknownNumber();
  const changes = await changesOf(world.db, certificate, tx);
  return { certificate, changes, judged: judgeChange(act, wanted, changes) };
}

/** What to do instead of a change that the state does not allow. */
function refusalFrom(state: CertificateState, change: ChangeKind): string {
  const now = `证书当前为“${STATE_WORDS[state]}”`;
  if (state === 'VALID' && (change === 'RESUME' || change === 'EXTEND'))
    return `${now}，没有在执行的暂停，无需恢复或延长；请先核对状态。`;
  if (state === 'SUSPENDED') return `${now}，此时只能延长、恢复或撤销；要办理此项，请先恢复有效。`;
  return `${now}，不能办理此项；请先核对状态。`;
}

/** `changeState` inside the caller's transaction, the holder told; its audit entry is the caller's last statement. */
export async function changeStateIn(
  scope: { tx: Tx; world: World },
  act: Act,
  wanted: StateChange,
): Promise<ChangedState> {
  const { tx, world } = scope;
  const { certificate, changes, judged } = await lockedIn(scope, act, wanted);
  const { reason, document, before, until } = judged;
  const { number, version, list, index } = certificate;
  const application = await applicationOf(world, certificate);
  const invalidFrom = VOID_FROM_OBTAINED.has(reason) ? application.obtainedOn : undefined;
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
    await freeClaims(tx, world.db, [certificate.applicationId]);
  const phone = await phoneOf(world, application);
  await enqueue(tx, world, [changeNotice({ number, change: wanted.change, until, phone })]);
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
  const after = stateOf([...changes, change], act.at);
  return { number, version, before, after, until, invalidFrom };
}

export function unknownNumber(): DomainError {
  return new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号（字母加 13 位数字）。');
}

function demandReason(wanted: StateChange): ReasonCode {
  const allowed = REASONS_FOR[wanted.change];
  const reason = allowed.find(code => code === wanted.reason);
  if (reason !== undefined) return reason;
  const list = allowed.map(code => `${code}（${REASONS[code]}）`).join('、');
  throw new DomainError('REASON_UNKNOWN', `请从下列原因代码中选择：${list}。`, { pointer: '/reason' });
}

function demandDocument(wanted: StateChange): string | undefined {
  const document = wanted.document?.trim() || undefined; // an empty number is none
  if (document === undefined && needsDocument(wanted.change)) {
    throw new DomainError('DOCUMENT_MISSING', '请写明决定文书的文号。', { pointer: '/document' });
  }
  if (document !== undefined && ([...document].length > 100 || /[\p{Cc}\p{Cf}]/u.test(document))) {
    throw new DomainError('DOCUMENT_MISSING', '文号不能超过 100 个字，也不能含有控制字符。', {
      pointer: '/document',
    });
  }
  return document;
}

/** The suspension ends with its last day in Shanghai; undefined for changes that have no end. */
function endOf(wanted: StateChange, act: Act, { until, extension }: Standing): Instant | undefined {
  if (wanted.change !== 'SUSPEND' && wanted.change !== 'EXTEND') return undefined;
  if (extension)
    throw new DomainError(
      'EXTENDED_ALREADY',
      '这次暂停已延长过一次，不能再延长；请在截止前办理恢复或撤销，到期自动恢复有效。',
    );
  const end = startOf(addDays(lastDayOf(wanted, act), 1));
  if (wanted.change === 'EXTEND' && until !== undefined && end <= until) {
    const present = toChineseDate(addDays(dateAt(until), -1));
    throw endWrong(`延长后的截止日期须晚于现在的截止日期（${present}）。`);
  }
  return end;
}

/** The last day that was asked for, where a suspension may end; the default of a suspension that names none. */
function lastDayOf({ change, untilDate }: StateChange, act: Act): PlainDate {
  const today = dateAt(act.at);
  if (untilDate === undefined) {
    if (change === 'SUSPEND') return addDays(today, SUSPENSION_DAYS);
    throw endWrong('请写明延长后的截止日期。');
  }
  if (!isDate(untilDate)) throw endWrong('截止日期须是 2021-07-01 这样的真实日期。');
  if (untilDate < today) throw endWrong('暂停的截止日期不能早于今天。');
  const limit = addDays(today, SUSPENSION_LIMIT_DAYS);
  if (untilDate > limit)
    throw endWrong(
      `暂停的截止日期不能晚于 ${toChineseDate(limit)}（自今日起 ${String(SUSPENSION_LIMIT_DAYS)} 天）。`,
    );
  return untilDate;
}

function endWrong(detail: string): DomainError {
  return new DomainError('BAD_REQUEST', detail, { pointer: '/until' });
}

async function applicationOf(
  world: World,
  { id, applicationId }: Pick<Certificate, 'id' | 'applicationId'>,
): Promise<Application> {
  const application = (await applicationsById(world, [applicationId])).get(applicationId);
  if (!application) throw new RangeError(`certificate ${id}: its application is gone`);
  return application;
}
