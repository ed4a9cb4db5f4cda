/**
 * Step 1 of the way of a certificate: number, status place and the hash of the exact payload are promised in one transaction,
 * with "about to sign" in the audit, before any signature exists (I2). Numbers are never reused; a gap is allowed.
 */
import { claimsOf, type Application } from '../applications/application.ts';
import { record } from '../audit/record.ts';
import { credentialFor, type CredentialPayload } from '../certificate/credential.ts';
import { certificateNumber, MAX_SERIAL } from '../certificate/number.ts';
import { payloadHash } from '../certificate/sign.ts';
import { versionsOf } from '../certificate/store.ts';
import type { Db, Tx } from '../db/connect.ts';
import { takeSerials } from '../db/counters.ts';
import { inTransaction } from '../db/tx.ts';
import { keyId } from '../keys/manifest.ts';
import { LIST_ENTRIES } from '../revocation/status-list.ts';
import { keepPlaces, lockNewestList, takenPlaces } from '../revocation/store.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { BatchItem, Intent } from './batch.ts';
import type { Run } from './issue-batch.ts';
import { holdLease, reserveItems } from './store.ts';

export interface Reserved {
  readonly item: BatchItem;
  readonly application: Application;
  readonly intent: Intent;
  /** The version that a correction ends. */
  readonly corrected?:
    { number: string; version: number; list: number; index: number; name: string } | undefined;
}

type Fit = readonly { readonly item: BatchItem; readonly application: Application }[];

/** Every item has its intent on record. @throws DomainError NUMBERS_EXHAUSTED, BATCH_LEASED */
export async function reserve(run: Run, fit: Fit): Promise<readonly Reserved[]> {
  const { world, act } = run;
  const reserved = await inTransaction(world.db, async tx => {
    if (
      !(await holdLease(tx, world.db, { batchId: run.batchId, fence: run.fence, until: world.clock() + 60 }))
    ) {
      throw new DomainError('BATCH_LEASED', `${run.month} 的批次已由另一个进程接手，本进程停止。`);
    }
    const numbers = await numbersFor(run, tx, fit);
    const { list, taken } = await lockNewestList(tx, world.db);
    const indexes = await freePlaces(world, tx, { list, count: fit.length });
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
    const places = reserved.map(({ intent }) => ({ ...intent, id: world.ids() }));
    await keepPlaces(tx, world.db, { places, list, taken });
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
  return Promise.all(reserved.map(each => withCorrected(world.db, each)));
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

/** The version that this reservation's correction will end. */
export async function withCorrected(db: Db, reserved: Reserved): Promise<Reserved> {
  const { corrects, name } = reserved.application;
  if (!corrects) return reserved;
  const old = (await versionsOf(db, corrects.number)).find(
    certificate => certificate.version === corrects.version,
  );
  if (!old) throw new RangeError(`correction of ${corrects.number}-${corrects.version}: no such certificate`);
  const { number, version, list, index } = old;
  const [, payload = ''] = old.jwt.split('.');
  const oldName = (
    JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      vc: { credentialSubject: { name: string } };
    }
  ).vc.credentialSubject.name;
  return {
    ...reserved,
    corrected: { number, version, list, index, name: oldName === name ? name : oldName },
  };
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

/** Random places that nobody holds: neighbours in a list tell nothing about the order of issue (herd privacy). */
async function freePlaces(
  world: World,
  tx: Tx,
  wanted: { list: number; count: number },
): Promise<readonly number[]> {
  const chosen = new Set<number>();
  while (chosen.size < wanted.count) {
    const drawn = new Set<number>();
    while (drawn.size < (wanted.count - chosen.size) * 2 + 8) drawn.add(world.random(LIST_ENTRIES));
    const taken = await takenPlaces(tx, world.db, { list: wanted.list, places: [...drawn] });
    for (const place of drawn) if (!taken.has(place) && chosen.size < wanted.count) chosen.add(place);
  }
  return [...chosen];
}
