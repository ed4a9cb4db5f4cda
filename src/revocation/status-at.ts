/**
 * "What was its status on that day?": the state of each version of a certificate at an instant of the past, from the changes, beside
 * what the status list that was public at that instant said of its place. Who may ask is the caller's demand. Source: domain §5.2.
 */
import { isCertificateNumber } from '../certificate/number.ts';
import { versionsOf, type Certificate } from '../certificate/store.ts';
import type { Db } from '../db/connect.ts';
import { keyRevokedAt } from '../keys/manifest.ts';
import { DomainError } from '../shared/errors.ts';
import { isStatusListPayload } from '../shared/shapes/shapes.ts';
import { parseJwsPart } from '../shared/strict-json.ts';
import { addDays, dateAt, isDate, isoAt, startOf, type Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { placesFor } from './publish.ts';
import { standingOf, type Standing, type StatusChange } from './state.ts';
import { bitAt, decodeBits, PURPOSES, type Purpose } from './status-list.ts';
import { changesOf, versionInForce, type PublishedList } from './store.ts';

/** What the lists in force at that instant said of one place. */
export interface PublishedStatus {
  readonly list: number;
  readonly index: number;
  readonly versions: Readonly<Record<Purpose, number>>;
  /** When the newest of them was signed. */
  readonly signedAt: Instant;
  /** Purposes whose bit was set. */
  readonly set: readonly Purpose[];
  /** True when each bit is what the changes say for the instant at which its list was signed. */
  readonly agrees: boolean;
}

/** One version as it stood. */
export interface StatusAt {
  readonly certificate: Certificate;
  readonly standing: Standing;
  /** Since when its signing key is believed no more, by today's manifest; undefined while it is. */
  readonly keyRevokedAt: Instant | undefined;
  /** A later decision that voids the title from a day on or before the one asked for. */
  readonly annulledBy: StatusChange | undefined;
  /** None where no list was public yet. */
  readonly published: PublishedStatus | undefined;
}

/**
 * The versions that were issued by then, newest first; none before the first was.
 * @throws DomainError CERTIFICATE_UNKNOWN when no version was ever issued
 */
export async function statusAt(
  { db, keys }: Pick<World, 'db' | 'keys'>,
  { number, at }: { number: string; at: Instant },
): Promise<readonly StatusAt[]> {
  const all = isCertificateNumber(number) ? await versionsOf(db, number) : [];
  if (all.length === 0)
    throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号（字母加 13 位数字）。');
  const { manifest } = await keys.manifest();
  const found: StatusAt[] = [];
  for (const certificate of all.filter(({ issuedAt }) => issuedAt <= at)) {
    const changes = await changesOf(db, certificate);
    found.push({
      certificate,
      standing: standingOf(changes, at),
      keyRevokedAt: keyRevokedAt(manifest, certificate.keyId),
      annulledBy: annulment(changes, at),
      published: await publishedStatus(db, { certificate, changes, at }),
    });
  }
  return found.reverse();
}

/**
 * The instant that somebody names: a day stands for its last second in Shanghai, today for now.
 * @param text `2021-10-05`, or an instant such as `2021-10-05T04:00:00Z`
 * @throws DomainError QUERY_INVALID for what is neither, and for what is still to come
 */
export function askedInstant(text: string, now: Instant): Instant {
  const at = isDate(text) ? Math.min(startOf(addDays(text, 1)) - 1, nowOn(text, now)) : instantOf(text);
  if (at === undefined)
    throw new DomainError(
      'QUERY_INVALID',
      '请写一个真实的日期或时刻，如 2021-10-05 或 2021-10-05T04:00:00Z。',
    );
  if (at > now) throw new DomainError('QUERY_INVALID', '不能查询将来的状态，请写今天或以前的日期。');
  return at;
}

/** As a pattern of queries. */
export const ASKED_INSTANT = '\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}:\\d{2}Z)?';

function nowOn(date: string, now: Instant): Instant {
  return dateAt(now) === date ? now : Infinity;
}

function instantOf(text: string): Instant | undefined {
  const at = Date.parse(text) / 1000;
  return Number.isInteger(at) && isoAt(at) === text ? at : undefined;
}

function annulment(changes: readonly StatusChange[], at: Instant): StatusChange | undefined {
  return changes.find(
    change => change.at > at && change.invalidFrom !== undefined && change.invalidFrom <= dateAt(at),
  );
}

async function publishedStatus(
  db: Db,
  wanted: { certificate: Certificate; changes: readonly StatusChange[]; at: Instant },
): Promise<PublishedStatus | undefined> {
  const { certificate, changes, at } = wanted;
  const { list, index } = certificate;
  const versions: Partial<Record<Purpose, number>> = {};
  const set: Purpose[] = [];
  let agrees = true;
  let signedAt = 0;
  for (const purpose of PURPOSES) {
    const published = await versionInForce(db, { list, purpose, at });
    if (!published) return undefined;
    const isSet = bitIn(published, index);
    const wasDue = placesFor(purpose, changes, published.publishedAt).includes(index);
    agrees &&= isSet === wasDue;
    signedAt = Math.max(signedAt, published.publishedAt);
    versions[purpose] = published.version;
    if (isSet === true) set.push(purpose);
  }
  return { list, index, versions: versions as Record<Purpose, number>, signedAt, set, agrees }; // the loop went through all
}

/** Undefined when the list kept is none: then it agrees with nothing. */
function bitIn({ jwt }: PublishedList, index: number): boolean | undefined {
  const payload = parseJwsPart(jwt.split('.')[1] ?? '');
  const bits = isStatusListPayload(payload) ? decodeBits(payload.credentialSubject.encodedList) : undefined;
  return bits && bitAt(bits, index);
}
