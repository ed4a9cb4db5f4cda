/**
 * Status lists that somebody brought along with a certificate, for a verifier without network or behind a slow one. One is used only when
 * it is properly signed for its place, in its time, and newer than all that was seen of it; any other is left aside with the reason. A list
 * that takes back an end of any certificate is no successor of ours, whoever signed it. Pure. Source: Bitstring Status List 1.0 §3.2.
 */
import { readStatusList, type StatusList } from '../revocation/status-list.ts';
import type { StapledList } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import { CLOCK_SKEW_SECONDS } from './status.ts';
import type { Trust } from './trust.ts';

export interface WithStapled {
  /** With the lists that were used, and their versions among the highest seen. */
  readonly trust: Trust;
  /** One for each list given, in their order. */
  readonly stapled: readonly StapledList[];
}

/**
 * What is believed once these lists were looked at.
 * @param given each a compact JWS, as `/status-lists/…` serves it; whatever it is, it is a finding and never an exception
 */
export async function withStapled(trust: Trust, given: readonly string[], at: Instant): Promise<WithStapled> {
  let believed = trust;
  const stapled: StapledList[] = [];
  for (const jws of given) {
    const list = await readStatusList(jws.trim(), believed);
    if (!list) {
      stapled.push({ outcome: 'ignored', reason: 'LIST_INVALID' });
      continue;
    }
    const reason = refusalOf(list, believed, at);
    const named = { list: `${list.purpose}-${list.list}`, version: list.version };
    stapled.push(reason ? { ...named, outcome: 'ignored', reason } : { ...named, outcome: 'used' });
    if (!reason) believed = withList(believed, list);
  }
  return { trust: believed, stapled };
}

function refusalOf(list: StatusList, trust: Trust, at: Instant): StapledList['reason'] {
  const known = trust.lists.get(list.url);
  if (at > list.validUntil) return 'LIST_EXPIRED';
  if (list.signedAt > at + CLOCK_SKEW_SECONDS) return 'LIST_FROM_FUTURE';
  if (list.version < (trust.highest.get(list.url) ?? 0)) return 'LIST_OLDER';
  if (list.version === known?.version) return 'LIST_KNOWN';
  return known && takesBack(known, list) ? 'LIST_TAKES_BACK' : undefined;
}

/** Only a suspension ends again; revocation and replacement are for ever. */
function takesBack(known: StatusList, list: StatusList): boolean {
  if (list.purpose === 'suspension') return false;
  return known.bits.some((byte, place) => (byte & ~(list.bits[place] ?? 0)) !== 0);
}

/** Nobody says since when it is the newest: it is as old as its signature. */
function withList(trust: Trust, list: StatusList): Trust {
  return {
    ...trust,
    lists: new Map(trust.lists).set(list.url, { ...list, takenAt: list.signedAt }),
    highest: new Map(trust.highest).set(list.url, list.version),
  };
}
