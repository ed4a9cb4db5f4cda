/**
 * Once a month: every approved application of the month becomes a signed certificate, in one line and in small steps that survive
 * a crash at any point. The steps are numbered as in the README's "way of a certificate":
 *   1 reserve · 2 compose · 3 lint · 4 sign · 5 self-check · 6 keep.
 * Source: notice R16, R25. Not done here: who may approve (the caller's demand), and images (render-files.ts).
 */
import type { Application } from '../applications/application.ts';
import { applicationsById, stepApplications } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import { lint } from '../certificate/lint.ts';
import { encodeQr } from '../certificate/qr/codec.ts';
import { certificateNumber } from '../certificate/number.ts';
import { payloadHash, sign } from '../certificate/sign.ts';
import { addCertificates, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { ManifestKey } from '../keys/manifest.ts';
import { ensureRoom, publish } from '../revocation/publish.ts';
import { addChange } from '../revocation/store.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import {
  collectFrom,
  dateAt,
  isMonth,
  monthAt,
  toChineseDate,
  type Instant,
  type Month,
  type PlainDate,
} from '../shared/time.ts';
import { currentTrust } from '../verification/current-trust.ts';
import type { Trust } from '../verification/trust.ts';
import type { World } from '../world.ts';
import type { BatchItem } from './batch.ts';
import { composed, reserve, withCorrected, type Reserved } from './reserve.ts';
import { demandValid, secondOpinion, SelfCheckFailed } from './self-check.ts';
import {
  countItems,
  endLease,
  finishItems,
  holdLease,
  itemsInState,
  legalBasisOn,
  openBatch,
  stopItem,
  takeLease,
} from './store.ts';
import { demandRunning } from './switch/switch.ts';

/** Certificates reserved and kept together: few enough that a crash loses little work, enough that commits do not dominate. */
const CHUNK = 50;
/** A process that dies is replaced after this long. */
const LEASE_SECONDS = 60;

export type Step = 'reserve' | 'compose' | 'lint' | 'sign' | 'qr' | 'self-check' | 'second-opinion' | 'keep';

export interface IssueOptions {
  /** Characters of the application that the certificate's fonts cannot draw; such an item is stopped. */
  readonly unprintable: (application: Application) => readonly string[];
  /** Holders are told, once, that their certificate can be collected from this day. */
  readonly announce?: PlainDate | undefined;
  readonly onProgress?: (done: number, all: number) => void;
  /** Told how long each step took, in milliseconds. */
  readonly onStep?: (step: Step, milliseconds: number) => void;
  /** Called at the named points; tests stop the process there. */
  readonly failpoint?: (name: string) => void;
}

export interface IssuedBatch {
  readonly month: Month;
  readonly batchId: string;
  readonly issued: number;
  readonly stopped: number;
}

/** One run over a batch: what every step needs. */
export interface Run {
  readonly world: World;
  readonly act: Act;
  readonly month: Month;
  readonly batchId: string;
  readonly fence: number;
  readonly key: ManifestKey;
  readonly legalBasis: string;
  readonly options: IssueOptions;
}

/**
 * Every planned application of that month is issued or stopped with a reason; running it again continues or does nothing.
 * @throws DomainError MONTH_INVALID, MONTH_IN_FUTURE, LEGAL_BASIS_MISSING, KEY_…, BATCH_LEASED, SELF_CHECK_FAILED; ISSUANCE_STOPPED
 * from the next chunk on after the switch was thrown
 */
export async function issueBatch(
  world: World,
  act: Act,
  wanted: { month: Month; options: IssueOptions },
): Promise<IssuedBatch> {
  const run = await startRun(world, act, wanted);
  let released: Instant | undefined;
  try {
    // the self-check believes only lists that are in force, so they are signed anew where they grew old
    await publish(world, act);
    await finishReserved(run);
    for (;;) {
      const items = await itemsInState(world.db, { batchId: run.batchId, state: 'planned', limit: CHUNK });
      if (items.length === 0) break;
      await demandRunning(world.db);
      await issueChunk(run, items);
    }
    released = act.at;
  } finally {
    await inTransaction(world.db, tx =>
      endLease(tx, world.db, { batchId: run.batchId, fence: run.fence, releasedAt: released }),
    );
  }
  const counts = await countItems(world.db, run.batchId);
  return { month: run.month, batchId: run.batchId, issued: counts.issued, stopped: counts.stopped };
}

/** What a month needs before anything of it may be released. @throws DomainError MONTH_INVALID, MONTH_IN_FUTURE, LEGAL_BASIS_MISSING, KEY_… */
export async function demandReleasable(
  world: World,
  act: Act,
  month: Month,
): Promise<{ key: ManifestKey; legalBasis: string }> {
  if (!isMonth(month)) throw new DomainError('MONTH_INVALID', '批次月份须写成 2021-07 这样的年月。');
  if (month > monthAt(act.at)) throw new DomainError('MONTH_IN_FUTURE', `${month} 还未到，不能制证。`);
  const legalBasis = await legalBasisOn(world.db, dateAt(act.at));
  if (legalBasis === undefined)
    throw new DomainError('LEGAL_BASIS_MISSING', `${dateAt(act.at)} 没有有效的制证依据文件，请先登记。`);
  const key = await world.keys.keyFor({ use: 'certificates', month, at: act.at });
  return { key, legalBasis };
}

async function startRun(
  world: World,
  act: Act,
  { month, options }: { month: Month; options: IssueOptions },
): Promise<Run> {
  const ready = await demandReleasable(world, act, month);
  const { batchId, fence } = await lease(world, month);
  return { world, act, month, batchId, fence, ...ready, options };
}

async function lease(world: World, month: Month): Promise<{ batchId: string; fence: number }> {
  const owner = world.ids();
  const taken = await inTransaction(world.db, async tx => {
    const { id } = await openBatch(tx, world.db, { id: world.ids(), month });
    const now = world.clock();
    const fence = await takeLease(tx, world.db, { batchId: id, owner, now, until: now + LEASE_SECONDS });
    return { batchId: id, fence };
  });
  if (taken.fence === undefined)
    throw new DomainError('BATCH_LEASED', `${month} 的批次正由另一个进程制证，请稍后再试。`);
  return { batchId: taken.batchId, fence: taken.fence };
}

/** Items a crash left with a promise but no certificate: the same bytes are signed now (I6). */
async function finishReserved(run: Run): Promise<void> {
  for (;;) {
    const items = await itemsInState(run.world.db, { batchId: run.batchId, state: 'reserved', limit: CHUNK });
    if (items.length === 0) return;
    await demandRunning(run.world.db);
    const applications = await applicationsById(
      run.world,
      items.map(item => item.applicationId),
    );
    const reserved = await Promise.all(
      items.map(item => withCorrected(run.world.db, kept(item, applications))),
    );
    await signAndKeep(run, reserved);
  }
}

function kept(item: BatchItem, applications: ReadonlyMap<string, Application>): Reserved {
  const application = applications.get(item.applicationId);
  if (!application || !item.intent) throw new RangeError(`batch item ${item.id}: no application or intent`);
  return { item, application, intent: item.intent };
}

async function issueChunk(run: Run, items: readonly BatchItem[]): Promise<void> {
  const { world, act, options } = run;
  await ensureRoom(world, act, CHUNK);
  const applications = await applicationsById(
    world,
    items.map(item => item.applicationId),
  );
  const fit: { item: BatchItem; application: Application }[] = [];
  for (const item of items) {
    const application = applications.get(item.applicationId);
    const refusal = application
      ? refusalOf(run, application)
      : { code: 'NOT_FOUND', detail: '申请已不存在。' };
    if (application && !refusal) fit.push({ item, application });
    else if (refusal) await stop(run, item, refusal);
  }
  if (fit.length === 0) return;
  // 1 reserve
  const reserved = await timed(run, 'reserve', () => reserve(run, fit));
  options.failpoint?.('reserved');
  await signAndKeep(run, reserved);
}

/** The item goes no further and its application is the bureau's again, with a reason that people can act upon. */
async function stop(run: Run, item: BatchItem, refusal: { code: string; detail: string }): Promise<void> {
  const { world, act } = run;
  await inTransaction(world.db, async tx => {
    await demandLease(run, tx);
    await stopItem(tx, world.db, { id: item.id, ...refusal });
    const turn = { kind: 'bureau', organisationId: undefined } as const;
    // to be checked anew: whoever checked it did not see this
    const step = { state: 'UPLOADED', turn, at: act.at, checkedBy: undefined } as const;
    const ids = [item.applicationId];
    await stepApplications(tx, world.db, { ids, step: { ...step, reason: refusal.detail } });
    await record({ tx, db: world.db }, act, [
      { action: 'application.stopped', subject: item.applicationId, detail: { code: refusal.code } },
    ]);
  });
}

/** Judged before a number is spent (2 and 3 on a draft): the reason why this application cannot become a certificate, if any. */
function refusalOf(run: Run, application: Application): { code: string; detail: string } | undefined {
  const missing = run.options.unprintable(application);
  if (missing.length > 0) {
    return {
      code: 'GLYPH_MISSING',
      detail: `字库缺字：${missing.join('、')}；请上传字形或字体，或退回报送单位改正。`,
    };
  }
  const draft = certificateNumber(application.level, Number(run.month.slice(0, 4)), 1);
  const place = { version: application.corrects ? application.corrects.version + 1 : 1, list: 1, index: 0 };
  try {
    lint(
      composed(run, application, {
        ...place,
        number: application.corrects?.number ?? draft,
        issuedAt: run.act.at,
      }),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { code: error.code, detail: error.detail };
  }
}

async function signAndKeep(run: Run, reserved: readonly Reserved[]): Promise<void> {
  const { world, act, options } = run;
  const trust = await currentTrust(world, act.at);
  const signer = await world.keys.signer(run.key.number);
  const judge = secondOpinion(trust.manifest, run.key.number);
  // lists may be newer than this act when a past month is issued late: judge at the later of the two
  const at = Math.max(act.at, ...[...trust.lists.values()].map(list => list.signedAt));
  const signed: { reserved: Reserved; certificate: Certificate }[] = [];
  for (const each of reserved) {
    // 2 compose
    const payload = await timed(run, 'compose', () => composed(run, each.application, each.intent));
    if (payloadHash(payload) !== each.intent.payloadHash) throw new SelfCheckFailed('与预留内容不符');
    // 3 lint
    const credential = await timed(run, 'lint', () => lint(payload));
    // 4 sign
    const jwt = await timed(run, 'sign', () => sign(credential, signer));
    // 5 self-check
    const qrText = await timed(run, 'qr', () => encodeQr(jwt, trust.forms, trust.issuer));
    await timed(run, 'self-check', () => demandValid({ jwt, qrText }, { ...trust, takenAt: at }, at));
    await timed(run, 'second-opinion', () => judge(jwt));
    signed.push({ reserved: each, certificate: certificateOf(run, each, { jwt, qrText }) });
  }
  options.failpoint?.('signed');
  // 6 keep
  await timed(run, 'keep', () => keep(run, signed, trust));
  options.failpoint?.('kept');
  const counts = await countItems(world.db, run.batchId);
  options.onProgress?.(counts.issued, counts.issued + counts.planned + counts.reserved);
}

function certificateOf(
  run: Run,
  { application, intent }: Reserved,
  signed: { jwt: string; qrText: string },
): Certificate {
  return {
    ...intent,
    ...signed,
    id: run.world.ids(),
    applicationId: application.id,
    batchMonth: run.month,
    collectFrom: collectFrom(run.month),
  };
}

async function keep(
  run: Run,
  signed: readonly { reserved: Reserved; certificate: Certificate }[],
  trust: Trust,
): Promise<void> {
  const { world, act, options } = run;
  await inTransaction(world.db, async tx => {
    await demandLease(run, tx);
    const moved = await finishItems(
      tx,
      world.db,
      signed.map(each => each.reserved.item.id),
    );
    if (moved !== signed.length) throw new DomainError('BATCH_CHANGED', '批次内容已变化，请重新运行。');
    await addCertificates(
      tx,
      world.db,
      signed.map(each => each.certificate),
    );
    const ids = signed.map(each => each.reserved.application.id);
    const step = { state: 'GENERATED', turn: undefined, at: act.at, reason: undefined } as const;
    await stepApplications(tx, world.db, { ids, step });
    for (const { reserved } of signed) await supersedeCorrected(run, tx, reserved);
    if (options.announce !== undefined) {
      const values = { date: toChineseDate(options.announce) };
      const phones = signed.map(({ reserved }) => reserved.application.phone);
      await enqueue(
        tx,
        world,
        phones.map(phone => ({ template: 'issued', phone, values })),
      );
    }
    await record(
      { tx, db: world.db },
      act,
      signed.map(({ certificate }) => ({
        action: 'certificate.signed',
        subject: `${certificate.number}-${certificate.version}`,
        detail: {
          keyId: certificate.keyId,
          payloadHash: certificate.payloadHash,
          manifest: trust.manifest.version,
        },
      })),
    );
  });
}

/** The batch is still this run's, and stays so for a while. @throws DomainError BATCH_LEASED when another process took it over */
async function demandLease({ world, batchId, fence, month }: Run, tx: Tx): Promise<void> {
  const until = world.clock() + LEASE_SECONDS;
  if (!(await holdLease(tx, world.db, { batchId, fence, until })))
    throw new DomainError('BATCH_LEASED', `${month} 的批次已由另一个进程接手，本进程停止。`);
}

/** A correction's old version ends in the same transaction in which the new one begins (更正/换发 is one act). */
async function supersedeCorrected(run: Run, tx: Tx, reserved: Reserved): Promise<void> {
  const old = reserved.corrected;
  if (!old) return;
  await addChange(tx, run.world.db, {
    number: old.number,
    version: old.version,
    list: old.list,
    index: old.index,
    change: 'SUPERSEDE',
    reason: reserved.application.name === old.name ? 'DATA_ERROR' : 'NAME_CHANGE',
    document: undefined,
    at: run.act.at,
    until: undefined,
    invalidFrom: undefined,
    actor: run.act.actor,
  });
}

async function timed<T>(run: Run, step: Step, body: () => T | Promise<T>): Promise<T> {
  const since = performance.now();
  const result = await body();
  run.options.onStep?.(step, performance.now() - since);
  return result;
}
