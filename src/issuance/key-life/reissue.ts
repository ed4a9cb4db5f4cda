/**
 * Everything in force that a revoked key signed is signed anew: the same number and the same words as the next version, by the present
 * month's key; the old version is superseded in the same transaction. Planned and signed by the way of every certificate (issue-batch.ts),
 * so that it survives a crash at any point; running it again goes on or finds nothing. Source: reliability T17, R14; domain §5.2.
 */
import { courseFrom, type Application } from '../../applications/application.ts';
import { correctionsOf } from '../../applications/batch/store.ts';
import { addApplications, applicationsById } from '../../applications/store.ts';
import { record } from '../../audit/record.ts';
import type { Certificate } from '../../certificate/store.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction } from '../../db/tx.ts';
import { findKey, keyId, type ManifestKey } from '../../keys/manifest.ts';
import { publish } from '../../revocation/publish.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import { monthAt, type Month } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { demandReleasable, issueBatch, type IssueOptions } from '../issue-batch.ts';
import { digestOfItems, planRelease } from '../plan.ts';
import { correctedOf, standingForNext } from '../supersede.ts';
import { inForceOf } from './affected.ts';
import { demandDocument } from './compromise.ts';

export interface Reissued {
  /** Planned by this run. */
  readonly planned: number;
  /** Those whose correction was under way already, by an earlier run or by a correction of their data. */
  readonly underWay: number;
  /** Left as they are, because the register says other words than the certificate: a matter for a correction. */
  readonly differing: readonly string[];
  /** In force and still under the revoked key when this run had ended. */
  readonly left: number;
}

/**
 * Nothing in force bears that key any more, but what `differing` and `left` name.
 * @throws DomainError KEY_UNKNOWN, KEY_NEEDED while the key is not revoked or is not for certificates, DOCUMENT_MISSING, and those of `issueBatch`
 */
export async function reissue(
  world: World,
  act: Act,
  wanted: { readonly number: number; readonly document?: string | undefined; readonly options: IssueOptions },
): Promise<Reissued> {
  demandDocument(world.config, wanted.document);
  await demandRevoked(world, wanted.number);
  const name = keyId(wanted.number);
  const month = monthAt(act.at);
  const months = new Set<Month>();
  let [planned, underWay] = [0, 0];
  const differing: string[] = [];
  for await (const page of inForceOf(world, name, act.at)) {
    if (page.length === 0) continue;
    const { key } = await demandReleasable(world, act, month);
    for (const chunk of chunksOf(page)) {
      const done = await planChunk(world, act, { chunk, month, key, document: wanted.document });
      planned += done.planned;
      underWay += done.underWay.length;
      differing.push(...done.differing);
      for (const each of done.underWay) months.add(each);
      if (done.planned > 0) months.add(month);
    }
  }
  for (const each of [...months].sort()) await issueBatch(world, act, { ...wanted, month: each });
  // the old versions' end is public as soon as the new ones stand
  if (months.size > 0) await publish(world, act);
  const left = await countInForce(world, name, act);
  return { planned, underWay, differing, left };
}

async function demandRevoked(world: World, number: number): Promise<void> {
  const { manifest } = await world.keys.manifest();
  const key = findKey(manifest, number);
  const name = keyId(number);
  if (!key) throw new DomainError('KEY_UNKNOWN', `清单里没有 ${name}；用 zhicheng keys list 查看。`);
  if (key.use !== 'certificates')
    throw new DomainError('KEY_NEEDED', `${name} 不签发证书，没有要换发的证书。`);
  if (key.revokedAt === undefined)
    throw new DomainError(
      'KEY_NEEDED',
      `${name} 没有作废，它签发的证书不需要换发；如已泄露，请先运行 zhicheng keys compromise ${name} --document 文号。`,
    );
}

async function countInForce(world: World, name: string, act: Act): Promise<number> {
  let count = 0;
  for await (const page of inForceOf(world, name, act.at)) count += page.length;
  return count;
}

const CHUNK = 100;

function chunksOf(page: readonly Certificate[]): readonly (readonly Certificate[])[] {
  const starts = Array.from({ length: Math.ceil(page.length / CHUNK) }, (_, place) => place * CHUNK);
  return starts.map(start => page.slice(start, start + CHUNK));
}

interface Chunk {
  readonly chunk: readonly Certificate[];
  readonly month: Month;
  readonly key: ManifestKey;
  readonly document: string | undefined;
}

interface PlannedChunk {
  readonly planned: number;
  /** The months in which those wait whose correction was under way. */
  readonly underWay: readonly Month[];
  readonly differing: readonly string[];
}

/** One transaction: the applications of these certificates' next versions stand and are planned, both or neither. */
async function planChunk(world: World, act: Act, { chunk, ...order }: Chunk): Promise<PlannedChunk> {
  const originals = await applicationsById(
    world,
    chunk.map(({ applicationId }) => applicationId),
  );
  return inTransaction(world.db, async tx => {
    const living: Certificate[] = [];
    for (const each of chunk) if (await standingForNext({ tx, world }, act, each)) living.push(each);
    const pending = await correctionsOf(
      world.db,
      living.map(({ number }) => number),
    );
    const pendingOf = ({ number, version }: Certificate) =>
      pending.find(each => each.number === number && each.version === version);
    const fresh = living.filter(each => !pendingOf(each));
    const next = fresh.map(each =>
      nextOf(world, act, { each, before: originals.get(each.applicationId), month: order.month }),
    );
    const isSame = await Promise.all(next.map(async each => saysTheSame(world, each)));
    const fitting = next.filter((_, place) => isSame[place]);
    if (fitting.length > 0) await plan({ tx, world }, act, { applications: fitting, ...order });
    return {
      planned: fitting.length,
      underWay: living.flatMap(each => pendingOf(each)?.month ?? []),
      differing: fresh.filter((_, place) => isSame[place] !== true).map(({ number }) => number),
    };
  });
}

/** What the certificate was issued for, once more, beside it; the guard against a second claim stays with the first (domain §5.1). */
function nextOf(
  world: World,
  act: Act,
  { each, before, month }: { each: Certificate; before: Application | undefined; month: Month },
): Application {
  if (!before) throw new RangeError(`certificate ${each.id}: its application is gone`);
  return {
    ...before,
    id: world.ids(),
    state: 'UPLOADED',
    batchMonth: month,
    rosterId: undefined,
    uploadedAt: act.at,
    corrects: { number: each.number, version: each.version },
    passKey: undefined,
    course: courseFrom({
      originator: 'bureau',
      changedAt: act.at,
      submittedAt: act.at,
      turn: { kind: 'bureau', organisationId: undefined },
    }),
  };
}

async function saysTheSame(world: World, next: Application): Promise<boolean> {
  if (!next.corrects) return false;
  return (await correctedOf(world, next, next.corrects)).isSame;
}

async function plan(
  { tx, world }: { tx: Tx; world: World },
  act: Act,
  { applications, month, key, document }: Omit<Chunk, 'chunk'> & { applications: readonly Application[] },
): Promise<void> {
  await addApplications(tx, world, applications);
  const digest = digestOfItems(world, applications);
  await planRelease({ tx, world }, act, { month, key, digest, applications });
  await record({ tx, db: world.db }, act, [
    ...applications.map(({ corrects }) => ({
      action: 'certificate.reissue-planned',
      subject: `${corrects?.number ?? ''}-${corrects?.version ?? 0}`,
      detail: { month, document: document ?? null },
    })),
    { action: 'batch.frozen', subject: month, detail: { digest, items: applications.length } },
  ]);
}
