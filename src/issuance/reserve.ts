/**
 * Step 1 of the way of a certificate: number, status place and the hash of the exact payload are promised in one transaction,
 * with "about to sign" in the audit, before any signature exists (I2). Numbers are never reused; a gap is allowed.
 */
import { claimsOf, type Application } from '../applications/application.ts';
import { record } from '../audit/record.ts';
import { credentialFor, type CredentialPayload } from '../certificate/credential.ts';
import { certificateNumber, MAX_SERIAL } from '../certificate/number.ts';
import { payloadHash } from '../certificate/sign.ts';
import type { Tx } from '../db/connect.ts';
import { takeSerials } from '../db/counters.ts';
import { inTransaction } from '../db/tx.ts';
import { keyId } from '../keys/manifest.ts';
import { takePlaces } from '../revocation/places.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { BatchItem, Intent } from './batch.ts';
import type { Run } from './issue-batch.ts';
import { holdLease, rekeyItems, reserveItems } from './store.ts';
import { correctedOf, type Corrected } from './supersede.ts';

export interface Reserved {
  readonly item: BatchItem;
  readonly application: Application;
  readonly intent: Intent;
  /** The version that a correction ends. */
  readonly corrected?: Corrected | undefined;
}

type Fit = readonly { readonly item: BatchItem; readonly application: Application }[];

/** Every item has its intent on record. @throws DomainError NUMBERS_EXHAUSTED, STATUS_LIST_FULL, BATCH_LEASED */
export async function reserve(run: Run, fit: Fit): Promise<readonly Reserved[]> {
  const { world, act } = run;
  const reserved = await inTransaction(world.db, async tx => {
    await demandHeld(run, tx);
    const numbers = await numbersFor(run, tx, fit);
    const owners = fit.map(({ application }, place) => numberOf(numbers, application, place));
    const { list, indexes } = await takePlaces(tx, world, owners);
    const reserved = fit.map(({ item, application }, place) => {
      const promised = {
        ...numberOf(numbers, application, place),
        list,
        index: indexes[place] ?? 0,
        issuedAt: act.at,
      };
      const hash = payloadHash(composed(run, application, promised));
      const intent: Intent = {
        ...promised,
        keyId: keyId(run.key.number),
        legalBasis: run.legalBasis,
        payloadHash: hash,
      };
      return { item, application, intent };
    });
    await reserveItems(tx, world.db, reserved);
    await record(
      { tx, db: world.db },
      act,
      reserved.map(({ intent }) => ({
        action: 'certificate.about-to-sign',
        subject: `${intent.number}-${intent.version}`,
        detail: { payloadHash: intent.payloadHash, keyId: intent.keyId },
      })),
    );
    return reserved;
  });
  return Promise.all(reserved.map(each => withCorrected(world, each)));
}

/**
 * Promises that another key was to keep are this run's key's now: number, place and payload stay, byte for byte (I6), and the audit says
 * which key takes over. Nothing that the other key may have signed was ever kept.
 * @throws DomainError KEY_OUTSIDE_WINDOW when this key's time begins after the promise, BATCH_LEASED
 */
export async function rekeyed(run: Run, promised: readonly Reserved[]): Promise<readonly Reserved[]> {
  const { world, act, key } = run;
  const own = keyId(key.number);
  const others = promised.filter(({ intent }) => intent.keyId !== own);
  if (others.length === 0) return promised;
  if (others.some(({ intent }) => intent.issuedAt < key.notBefore))
    throw new DomainError(
      'KEY_OUTSIDE_WINDOW',
      `${own} 的签发时间晚于已预留的证书；请停用它，再用 zhicheng keys add --from 建立起始日期更早的密钥。`,
    );
  await inTransaction(world.db, async tx => {
    await demandHeld(run, tx);
    await rekeyItems(tx, world.db, { ids: others.map(({ item }) => item.id), keyId: own });
    await record(
      { tx, db: world.db },
      act,
      others.map(({ intent: { number, version, payloadHash: hash, keyId: instead } }) => ({
        action: 'certificate.about-to-sign',
        subject: `${number}-${version}`,
        detail: { payloadHash: hash, keyId: own, instead },
      })),
    );
  });
  return promised.map(each => ({ ...each, intent: { ...each.intent, keyId: own } }));
}

/** Step 2, compose: the payload that this intent promises; the same parts always give the same bytes. */
export function composed(
  run: Pick<Run, 'world'>,
  application: Application,
  promised: Pick<Intent, 'number' | 'version' | 'list' | 'index' | 'issuedAt'>,
): CredentialPayload {
  const { number, version, list, index, issuedAt } = promised;
  return credentialFor(
    { claims: claimsOf(application, number), version, list, index, issuedAt },
    run.world.issuer,
  );
}

async function demandHeld({ world, batchId, fence, month }: Run, tx: Tx): Promise<void> {
  if (!(await holdLease(tx, world.db, { batchId, fence, until: world.clock() + 60 })))
    throw new DomainError('BATCH_LEASED', `${month} 的批次已由另一个进程接手，本进程停止。`);
}

/** The version that this reservation's correction will end. */
export async function withCorrected(world: World, reserved: Reserved): Promise<Reserved> {
  const { application } = reserved;
  if (!application.corrects) return reserved;
  return { ...reserved, corrected: await correctedOf(world, application, application.corrects) };
}

/** One row per (level, year) is taken FOR UPDATE; the first serial of each level's share. */
async function numbersFor(run: Run, tx: Tx, fit: Fit): Promise<ReadonlyMap<number, string>> {
  const year = Number(run.month.slice(0, 4));
  const byPlace = new Map<number, string>();
  for (const level of ['A', 'B', 'C', 'D', 'E'] as const) {
    const places = fit.flatMap(({ application }, place) =>
      application.level === level && !application.corrects ? [place] : [],
    );
    if (places.length === 0) continue;
    const first = await takeSerials(tx, run.world.db, {
      scope: `number-${level}${year}`,
      count: places.length,
    });
    if (first + places.length - 1 > MAX_SERIAL) {
      throw new DomainError('NUMBERS_EXHAUSTED', `${year} 年 ${level} 类编号已用完，请联系系统管理员。`);
    }
    for (const [offset, place] of places.entries())
      byPlace.set(place, certificateNumber(level, year, first + offset));
  }
  return byPlace;
}

function numberOf(
  numbers: ReadonlyMap<number, string>,
  application: Application,
  place: number,
): { number: string; version: number } {
  const { corrects } = application;
  if (corrects) return { number: corrects.number, version: corrects.version + 1 };
  const number = numbers.get(place);
  if (number === undefined) throw new RangeError(`reserve: no number for place ${place}`);
  return { number, version: 1 };
}
