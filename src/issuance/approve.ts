/**
 * The approval of a month's batch (R16): another person than the handlers releases exactly the items whose digest was shown. One
 * transaction whatever the number of items: an approval is one act, and half of one would be nobody's.
 */
import { demandGrant, type Grant, type PersonalAct } from '../accounts/role.ts';
import { contentText, type Application } from '../applications/application.ts';
import { digestOf } from '../applications/row.ts';
import { idsInMonth, lockApplications } from '../applications/store.ts';
import { record } from '../audit/record.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import type { ManifestKey } from '../keys/manifest.ts';
import { opinionFault, type Decision, type PriorDecision } from '../review/decision.ts';
import { refusal } from '../review/path.ts';
import { addDecisions, priorDecisions } from '../review/store.ts';
import { DomainError } from '../shared/errors.ts';
import type { Month } from '../shared/time.ts';
import type { World } from '../world.ts';
import { demandReleasable } from './issue-batch.ts';
import { digestOfLines, isApprovable, itemLine, planRelease } from './plan.ts';
import { addRelease, findRelease, type Release } from './release/store.ts';
import { openBatch } from './store.ts';
import { demandRunning } from './switch/switch.ts';

/** Items locked, decided and planned by one round of statements; memory stays flat however large the month is. */
const CHUNK = 500;

export interface Approval {
  readonly month: Month;
  /** Of the items as they were shown: `viewBatch`. */
  readonly digest: string;
  readonly opinion?: string | undefined;
}

/**
 * The items that were shown are planned for signing, and nothing else; the same approval sent again gives the same release.
 * @throws Forbidden; DomainError ISSUANCE_STOPPED, BATCH_EMPTY, BATCH_DIGEST_WRONG when anything changed or somebody else released
 *   them, TWO_PERSONS_NEEDED, SAME_REVIEWER, OWN_APPLICATION, and those of `demandReleasable`
 */
export async function approveBatch(world: World, act: PersonalAct, wanted: Approval): Promise<Release> {
  const grant = demandGrant(act.by, 'batch.approve');
  const opinion = (wanted.opinion ?? '').trim();
  const fault = opinionFault(opinion, undefined);
  if (fault !== undefined) throw new DomainError('BODY_INVALID', fault, { pointer: '/opinion' });
  const before = ownRelease(await findRelease(world.db, keyOf(wanted)), act);
  if (before) return before;
  await demandRunning(world.db);
  const { key } = await demandReleasable(world, act, wanted.month);
  return inTransaction(world.db, async tx => {
    // the batch's row is the lock: two approvals of one month come one after the other
    await openBatch(tx, world.db, { id: world.ids(), month: wanted.month });
    const same = ownRelease(await findRelease(world.db, keyOf(wanted), tx), act);
    return same ?? approve({ tx, world, grant, key }, act, { ...wanted, opinion });
  });
}

function keyOf({ month, digest }: Approval): { month: Month; digest: string } {
  return { month, digest };
}

/** @throws DomainError BATCH_DIGEST_WRONG when another person made that release */
function ownRelease(release: Release | undefined, { by }: PersonalAct): Release | undefined {
  if (release && release.accountId !== by.accountId)
    throw new DomainError('BATCH_DIGEST_WRONG', '这批申请已由另一位复核人批准，请刷新页面。');
  return release;
}

interface Scope {
  readonly tx: Tx;
  readonly world: World;
  readonly grant: Grant;
  readonly key: ManifestKey;
}

async function approve(
  scope: Scope,
  act: PersonalAct,
  wanted: Approval & { readonly opinion: string },
): Promise<Release> {
  const { tx, world } = scope;
  const { month, digest } = wanted;
  const ids = await idsInMonth(world.db, { month, state: 'BUREAU_CHECK' }, tx);
  const lines: string[] = [];
  for (let at = 0; at < ids.length; at += CHUNK)
    lines.push(...(await approveChunk(scope, act, { ...wanted, ids: ids.slice(at, at + CHUNK) })));
  if (lines.length === 0)
    throw new DomainError('BATCH_EMPTY', `${month} 批次没有已核对、待批准的申请，请先由经办人核对。`);
  // judged last: whatever was written for other items than those shown is undone with this transaction
  if (digestOfLines(lines) !== digest)
    throw new DomainError('BATCH_DIGEST_WRONG', '批次内容在您打开之后已有变化，请刷新页面核对后再批准。');
  const release = {
    id: world.ids(),
    month,
    digest,
    items: lines.length,
    accountId: act.by.accountId,
    at: act.at,
  };
  await addRelease(tx, world.db, release);
  await record({ tx, db: world.db }, act, [
    {
      action: 'batch.approved',
      subject: month,
      detail: { release: release.id, digest, items: lines.length },
    },
  ]);
  return { ...release, state: 'releasing', fault: undefined };
}

/** @returns the lines that these items add to the digest */
async function approveChunk(
  { tx, world, grant, key }: Scope,
  act: PersonalAct,
  { month, digest, opinion, ids }: Approval & { readonly opinion: string; readonly ids: readonly string[] },
): Promise<readonly string[]> {
  const locked = [...(await lockApplications(tx, world, ids)).values()];
  const applications = locked.filter(each => each.batchMonth === month && isApprovable(each));
  if (applications.length === 0) return [];
  const prior = await priorDecisions(world.db, ids, tx);
  for (const application of applications) demandSeparate(application, act, prior.get(application.id) ?? []);
  await addDecisions(
    tx,
    world,
    applications.map(application => decisionFor(world, act, { application, grant, opinion })),
  );
  await planRelease({ tx, world }, act, { month, key, digest, applications });
  return applications.map(application => itemLine(world, application));
}

/** R15, R16: whoever approves has neither checked nor otherwise decided on any of it, and none of it is their own. */
function demandSeparate(
  application: Application,
  { by }: PersonalAct,
  prior: readonly PriorDecision[],
): void {
  const { round, checkedBy } = application.course;
  if (application.idNumber === by.idNumber)
    throw new DomainError('OWN_APPLICATION', '批次中有您本人的申请，请由其他复核人批准。');
  const earlier = prior.find(
    each => each.round === round && each.accountId === by.accountId && each.level !== 'bureau-approve',
  );
  if (checkedBy === by.accountId || earlier?.level === 'bureau-check')
    throw new DomainError('TWO_PERSONS_NEEDED', '批次中有您核对过的申请，请由其他复核人批准。');
  if (earlier) throw new DomainError('SAME_REVIEWER', refusal('SAME_REVIEWER').detail);
}

function decisionFor(
  world: World,
  { by, at }: PersonalAct,
  made: { readonly application: Application; readonly grant: Grant; readonly opinion: string },
): Decision {
  const { application, grant, opinion } = made;
  return {
    id: world.ids(),
    applicationId: application.id,
    version: application.course.version,
    round: application.course.round,
    level: 'bureau-approve',
    decision: 'approve',
    accountId: by.accountId,
    capacity: grant.capacity,
    organisationId: grant.organisationId,
    at,
    opinion,
    seenDigest: digestOf(world.cipher, application),
    seen: contentText(application),
  };
}
