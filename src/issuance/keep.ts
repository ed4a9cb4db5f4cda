/**
 * Step 6 of the way of a certificate: what was signed is kept with its audit, its holder told and the version that it corrects ended, in one
 * transaction under the batch's lease; and the way out for an item that goes no further.
 */
import type { Application } from '../applications/application.ts';
import { moveClaim } from '../applications/claims.ts';
import type { AuditFact } from '../audit/entry.ts';
import { record } from '../audit/record.ts';
import { applicationsById, stepApplications } from '../applications/store.ts';
import { addCertificates, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import type { KeyManifest } from '../keys/manifest.ts';
import { enqueue } from '../messages/enqueue.ts';
import type { Message } from '../messages/message.ts';
import { tailOf } from '../revocation/holder-notice.ts';
import { REASONS_FOR, type ReasonCode, type Standing } from '../revocation/state.ts';
import { DomainError } from '../shared/errors.ts';
import { collectFrom, toChineseDate } from '../shared/time.ts';
import type { Trust } from '../verification/trust.ts';
import type { BatchItem } from './batch.ts';
import type { Run } from './issue-batch.ts';
import type { Reserved } from './reserve.ts';
import { finishItems, holdLease, stopItem } from './store.ts';
import { isReissue, standingForNext, supersede, type Corrected } from './supersede.ts';

/** A process that dies is replaced after this long. */
export const LEASE_SECONDS = 60;

/** Why an item goes no further, in words that people can act upon. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

export interface Signed {
  readonly reserved: Reserved;
  readonly certificate: Certificate;
}

/** The certificate as it will be kept. */
export function certificateOf(
  run: Run,
  { application, intent, corrected }: Reserved,
  { jwt, qrText, manifest }: { jwt: string; qrText: string; manifest: KeyManifest },
): Certificate {
  return {
    ...intent,
    jwt,
    qrText,
    id: run.world.ids(),
    applicationId: application.id,
    batchMonth: run.month,
    // whoever could collect the old version does not wait for the new one because of a key
    collectFrom: corrected && isReissue(manifest, corrected) ? corrected.collectFrom : collectFrom(run.month),
  };
}

/** Everything that was signed stands, or nothing of it. @throws DomainError BATCH_LEASED, BATCH_CHANGED */
export async function keep(run: Run, signed: readonly Signed[], trust: Trust): Promise<void> {
  const { world, act } = run;
  await inTransaction(world.db, async tx => {
    await demandLease(run, tx);
    const { going, facts } = await partedByState(run, tx, signed);
    const certificates = going.map(({ certificate }) => certificate);
    const ids = going.map(({ reserved }) => reserved.item.id);
    const moved = await finishItems(tx, world.db, ids);
    if (moved !== going.length) throw new DomainError('BATCH_CHANGED', '批次内容已变化，请重新运行。');
    await addCertificates(tx, world.db, certificates);
    const applicationIds = going.map(({ reserved }) => reserved.application.id);
    const step = { state: 'GENERATED', turn: undefined, at: act.at, reason: undefined } as const;
    await stepApplications(tx, world.db, { ids: applicationIds, step });
    for (const each of going) await supersedeCorrected(run, tx, { ...each, manifest: trust.manifest });
    await enqueue(tx, world, messagesOf(run, going, trust.manifest));
    await record({ tx, db: world.db }, act, [
      ...facts,
      ...certificates.map(({ number, version, keyId, payloadHash: hash }) => ({
        action: 'certificate.signed',
        subject: `${number}-${version}`,
        detail: { keyId, payloadHash: hash, manifest: trust.manifest.version },
      })),
    ]);
  });
}

interface Going extends Signed {
  /** Of the version that a correction ends. */
  readonly standing: Standing | undefined;
}

/** Corrections whose old version was revoked or cancelled meanwhile are stopped: nobody gets a new version of what has ended. */
async function partedByState(
  run: Run,
  tx: Tx,
  signed: readonly Signed[],
): Promise<{ going: readonly Going[]; facts: readonly AuditFact[] }> {
  const scope = { tx, world: run.world };
  const going: Going[] = [];
  const facts: AuditFact[] = [];
  for (const each of signed) {
    const { corrected, item } = each.reserved;
    const standing = corrected && (await standingForNext(scope, run.act, corrected));
    if (!corrected || standing) going.push({ ...each, standing });
    else facts.push(await stopIn(run, tx, { item, refusal: ENDED }));
  }
  return { going, facts };
}

const ENDED: Refusal = {
  code: 'STATE_CONFLICT',
  detail: '原证书在办理期间已撤销、注销或另行换发，不再换发新版本。',
};

/** Who is told what: that a certificate can be collected, or that nothing but its key is new. */
function messagesOf({ options }: Run, going: readonly Going[], manifest: KeyManifest): readonly Message[] {
  return going.flatMap(({ reserved: { corrected, application }, certificate }): Message[] => {
    const { phone } = application;
    if (isReissue(manifest, corrected))
      return [{ template: 'reissued', phone, values: { tail: tailOf(certificate.number) } }];
    if (options.announce === undefined) return [];
    const date = toChineseDate(options.announce);
    if (!corrected) return [{ template: 'issued', phone, values: { date } }];
    const { number, version } = certificate;
    return [
      { template: 'corrected', phone, values: { date, tail: tailOf(number), version: String(version) } },
    ];
  });
}

/** The batch is still this run's, and stays so for a while. @throws DomainError BATCH_LEASED when another process took it over */
export async function demandLease({ world, batchId, fence, month }: Run, tx: Tx): Promise<void> {
  const until = world.clock() + LEASE_SECONDS;
  if (!(await holdLease(tx, world.db, { batchId, fence, until })))
    throw new DomainError('BATCH_LEASED', `${month} 的批次已由另一个进程接手，本进程停止。`);
}

/** A correction's old version ends in the same transaction in which the new one begins (更正/换发 is one act). */
async function supersedeCorrected(
  { world, act }: Run,
  tx: Tx,
  { reserved, certificate: next, standing, manifest }: Going & { manifest: KeyManifest },
): Promise<void> {
  const old = reserved.corrected;
  if (!old || !standing) return;
  const { application } = reserved;
  const reason = isReissue(manifest, old) ? 'KEY_REVOKED' : reasonOf(application, old);
  await supersede({ tx, world }, act, { old, next, standing, reason });
  const before = (await applicationsById(world, [old.applicationId])).get(old.applicationId);
  // a corrected ID number is another person to the duplicate guard
  if (before && before.idNumber !== application.idNumber)
    await moveClaim(tx, world, { from: before.id, to: application });
}

/** As it was asked for; corrections from before reasons were kept tell it by the name. */
function reasonOf({ corrects, name }: Application, old: Corrected): ReasonCode {
  const asked = REASONS_FOR.SUPERSEDE.find(code => code === corrects?.reason);
  return asked ?? (name === old.name ? 'DATA_ERROR' : 'NAME_CHANGE');
}

/** The item goes no further and its application is the bureau's again. @returns what is to be recorded of it */
export async function stopIn(
  { world, act }: Run,
  tx: Tx,
  { item, refusal }: { item: BatchItem; refusal: Refusal },
): Promise<AuditFact> {
  await stopItem(tx, world.db, { id: item.id, ...refusal });
  const turn = { kind: 'bureau', organisationId: undefined } as const;
  // to be checked anew: whoever checked it did not see this
  const step = { state: 'UPLOADED', turn, at: act.at, checkedBy: undefined } as const;
  const ids = [item.applicationId];
  await stepApplications(tx, world.db, { ids, step: { ...step, reason: refusal.detail } });
  const detail = { code: refusal.code };
  return { action: 'application.stopped', subject: item.applicationId, detail };
}
