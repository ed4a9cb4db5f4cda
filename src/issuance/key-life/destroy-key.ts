/**
 * The private half of a month's key ends when the month has closed (reliability T17): what nobody has, nobody can steal. Its public half and
 * the manifest stay, so everything it signed goes on verifying. By hand, or by a timer in every process.
 */
import { idsInMonth } from '../../applications/store.ts';
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import { destroyPrivateHalf } from '../../keys/destroy-private-half.ts';
import { isDestroyed } from '../../keys/destroyed.ts';
import { homeOf } from '../../keys/kms-reference.ts';
import { findKey, isLive, keyId, type ManifestKey } from '../../keys/manifest.ts';
import { addKeyEvent, keyEvents } from '../../keys/store.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import { addMonths, clockTimeAt, startOf, type Instant, type Month } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { unfinishedReleases } from '../release/store.ts';
import { allBatches, countItems } from '../store.ts';

export interface Destruction {
  readonly number: number;
  /** Why it is destroyed although it would still be needed. */
  readonly force?: string | undefined;
}

/**
 * The private half is gone from this machine, the destruction on record, once.
 * @throws DomainError KEY_UNKNOWN when the manifest or this machine has no such key, KEY_NEEDED with what still needs it, REASON_MISSING
 */
export async function destroyKey(world: World, act: Act, wanted: Destruction): Promise<void> {
  const name = keyId(wanted.number);
  const key = findKey((await world.keys.manifest()).manifest, wanted.number);
  if (!key) throw new DomainError('KEY_UNKNOWN', `清单里没有 ${name}；用 zhicheng keys list 查看。`);
  const { config } = world;
  const isBegun = isDestroyed(config, wanted.number);
  if (!isBegun && !isHere(world, wanted.number))
    throw new DomainError('KEY_UNKNOWN', `本机没有 ${name} 的私钥，请在保管它的机器上销毁。`);
  const need = isBegun ? undefined : await needOf(world, key, act.at);
  const reason = wanted.force === undefined ? undefined : demandReason(wanted.force);
  if (need !== undefined && reason === undefined)
    throw new DomainError('KEY_NEEDED', `${name} 还不能销毁：${need}。确需销毁，请加 --force 并写明理由。`);
  const note = `destroyed ${clockTimeAt(act.at)} by ${act.actor}`;
  await destroyPrivateHalf({ folders: config, signer: config.signer }, wanted.number, note);
  await inTransaction(world.db, async tx => {
    const event = { keyId: name, kind: 'destroyed', at: act.at, reason, document: undefined } as const;
    if (!(await addKeyEvent(tx, world.db, { ...event, actor: act.actor }))) return;
    const detail = { use: key.use, month: key.month ?? null, reason: reason ?? null, needed: need ?? null };
    await record({ tx, db: world.db }, act, [{ action: 'key.destroyed', subject: name, detail }]);
  });
}

/** A private half that this machine can reach, in a file or in the signer. */
function isHere({ config }: World, number: number): boolean {
  return homeOf(config, keyId(number)).kind !== 'elsewhere';
}

function demandReason(text: string): string {
  const reason = text.trim();
  const isFit = reason.length >= 5 && reason.length <= 200 && !/[\p{Cc}\p{Cf}]/u.test(reason);
  if (isFit) return reason;
  throw new DomainError('REASON_MISSING', '请写明销毁的理由，5 到 200 个字，不含控制字符。');
}

/** What would still need this key, in words; undefined when nothing does. A key that signs no more is needed for nothing. */
async function needOf(world: World, key: ManifestKey, at: Instant): Promise<string | undefined> {
  if (!isLive(key) || at > key.notAfter) return undefined;
  if (key.month === undefined) return '它仍在使用，请先建立新的密钥并用 zhicheng keys retire 停用它';
  if (at < endOf(key.month)) return `${key.month} 还没有结束`;
  const batch = (await allBatches(world.db)).find(each => each.month === key.month);
  const counts = batch && (await countItems(world.db, batch.id));
  if (counts && counts.planned + counts.reserved > 0)
    return `${key.month} 批次还有 ${counts.planned + counts.reserved} 件待制证`;
  if ((await unfinishedReleases(world.db)).some(({ month }) => month === key.month))
    return `${key.month} 批次的制证还没有完成`;
  const waiting = await waitingIn(world, key.month);
  return waiting > 0 ? `${key.month} 批次还有 ${waiting} 件待核对或待批准` : undefined;
}

async function waitingIn({ db }: World, month: Month): Promise<number> {
  const uploaded = await idsInMonth(db, { month, state: 'UPLOADED' });
  return uploaded.length + (await idsInMonth(db, { month, state: 'BUREAU_CHECK' })).length;
}

function endOf(month: Month): Instant {
  return startOf(`${addMonths(month, 1)}-01`);
}

const DAY_SECONDS = 86_400;

/**
 * Every month's key on this machine that is due is destroyed, and a destruction that broke off is finished. Does nothing unless the
 * configuration names the days.
 * @returns the keys destroyed now
 */
export async function destroyDueKeys(world: World, act: Act): Promise<readonly string[]> {
  const days = world.config.destroyKeysAfterDays;
  if (days === undefined) return [];
  const { manifest } = await world.keys.manifest();
  const known = (await keyEvents(world.db)).filter(({ kind }) => kind === 'destroyed');
  const done: string[] = [];
  for (const key of manifest.keys.filter(({ use }) => use === 'certificates')) {
    const name = keyId(key.number);
    const isBegun = isDestroyed(world.config, key.number);
    const isOpen = isBegun
      ? known.every(event => event.keyId !== name) || isHere(world, key.number)
      : isHere(world, key.number) && (await isDue(world, key, act.at - days * DAY_SECONDS));
    if (!isOpen || (!isBegun && (await needOf(world, key, act.at)) !== undefined)) continue;
    await destroyKey(world, act, { number: key.number });
    world.log.warn({ key: name }, 'private key destroyed: its month has closed');
    done.push(name);
  }
  return done;
}

/** Closed by then: its month over and its batch released, or the key out of use. A month without a batch closes with the key's window. */
async function isDue({ db }: World, key: ManifestKey, by: Instant): Promise<boolean> {
  const ended = key.revokedAt ?? key.retiredAt;
  if (ended !== undefined) return ended <= by;
  if (key.notAfter <= by) return true;
  const batch = (await allBatches(db)).find(({ month }) => month === key.month);
  if (key.month === undefined || batch?.state !== 'released' || batch.releasedAt === undefined) return false;
  return Math.max(endOf(key.month), batch.releasedAt) <= by;
}
