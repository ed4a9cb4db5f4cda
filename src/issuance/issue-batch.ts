/**
 * Once a month: every approved application of the month becomes a signed certificate, in one line and in small steps that survive
 * a crash at any point. The steps are numbered as in the README's "way of a certificate":
 *   1 reserve · 2 compose · 3 lint · 4 sign · 5 self-check · 6 keep.
 * Source: notice R16, R25. Not done here: who may approve (the caller's demand), and images (render-files.ts).
 */
import type { Application } from '../applications/application.ts';
import { applicationsById } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import { lint } from '../certificate/lint.ts';
import { encodeQr } from '../certificate/qr/codec.ts';
import { certificateNumber } from '../certificate/number.ts';
import { payloadHash, sign } from '../certificate/sign.ts';
import { inTransaction } from '../db/tx.ts';
import type { ManifestKey } from '../keys/manifest.ts';
import { publish } from '../revocation/publish.ts';
import { ensureRoom } from '../revocation/room.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import { dateAt, isMonth, monthAt, type Instant, type Month, type PlainDate } from '../shared/time.ts';
import { currentTrust } from '../verification/current-trust.ts';
import type { World } from '../world.ts';
import type { BatchItem } from './batch.ts';
import {
  certificateOf,
  demandLease,
  keep,
  LEASE_SECONDS,
  stopIn,
  type Refusal,
  type Signed,
} from './keep.ts';
import { composed, rekeyed, reserve, withCorrected, type Reserved } from './reserve.ts';
import { demandValid, secondOpinion, SelfCheckFailed } from './self-check.ts';
import { countItems, endLease, itemsInState, legalBasisOn, openBatch, takeLease } from './store.ts';
import { demandRunning } from './switch/switch.ts';

/** Certificates reserved and kept together: few enough that a crash loses little work, enough that commits do not dominate. */
const CHUNK = 50;

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
      await world.keys.signer(run.key.number); // nothing more is promised by a key that was taken out of use meanwhile
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
    const promised = await rekeyed(
      run,
      items.map(item => kept(item, applications)),
    );
    const reserved = await Promise.all(promised.map(each => withCorrected(run.world, each)));
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
  // a signer that is gone or goes wrong is found before a number is promised
  await world.keys.prove(run.key.number);
  // 1 reserve
  const reserved = await timed(run, 'reserve', () => reserve(run, fit));
  options.failpoint?.('reserved');
  await signAndKeep(run, reserved);
}

/** The item goes no further and its application is the bureau's again, with a reason that people can act upon. */
async function stop(run: Run, item: BatchItem, refusal: Refusal): Promise<void> {
  const { world, act } = run;
  await inTransaction(world.db, async tx => {
    await demandLease(run, tx);
    const fact = await stopIn(run, tx, { item, refusal });
    await record({ tx, db: world.db }, act, [fact]);
  });
}

/** Judged before a number is spent (2 and 3 on a draft): the reason why this application cannot become a certificate, if any. */
function refusalOf(run: Run, application: Application): Refusal | undefined {
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
  const signed: Signed[] = [];
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
    const manifest = trust.manifest;
    signed.push({ reserved: each, certificate: certificateOf(run, each, { jwt, qrText, manifest }) });
  }
  options.failpoint?.('signed');
  // what a key signed before it was revoked is not handed out after: the chunk stays promised and is signed by the month's next key
  await world.keys.signer(run.key.number);
  // 6 keep
  await timed(run, 'keep', () => keep(run, signed, trust));
  options.failpoint?.('kept');
  const counts = await countItems(world.db, run.batchId);
  options.onProgress?.(counts.issued, counts.issued + counts.planned + counts.reserved);
}

async function timed<T>(run: Run, step: Step, body: () => T | Promise<T>): Promise<T> {
  const since = performance.now();
  const result = await body();
  run.options.onStep?.(step, performance.now() - since);
  return result;
}
