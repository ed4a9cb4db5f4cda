/**
 * States that the published lists of a checkpoint tell and a restored database does not know: the changes were lost, and must not be taken
 * back by the next publication. Of a place whose certificate is lost too only the bit is kept.
 */
import { bitAt, LIST_ENTRIES, PURPOSES, type Purpose } from '../revocation/status-list.ts';
import { placesFor } from '../revocation/publish.ts';
import { SUSPENSION_DAYS, type ChangeKind } from '../revocation/state.ts';
import { changesOnList, placesOn } from '../revocation/store.ts';
import type { Act } from '../shared/act.ts';
import { DAY_SECONDS, type Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { RegisterMarks } from './checkpoint.ts';
import { genuineLists } from './genuine-lists.ts';

export interface LostState {
  readonly list: number;
  readonly place: number;
  /** Undefined when the certificate is lost as well. */
  readonly certificate: { readonly number: string; readonly version: number } | undefined;
  readonly change: Extract<ChangeKind, 'REVOKE' | 'SUPERSEDE' | 'SUSPEND'>;
  /** When the list that tells it was signed: the change itself was no later. */
  readonly at: Instant;
  /** End of a suspension: nobody knows the one that was decided, so it is counted anew. */
  readonly until: Instant | undefined;
}

interface Published {
  readonly bits: Uint8Array;
  readonly signedAt: Instant;
}
type OnList = Partial<Record<Purpose, Published>>;

/** @throws DomainError KEYS_MISSING, MANIFEST_INVALID, TRUST_INVALID when no list can be verified */
export async function lostStates(
  world: World,
  act: Act,
  { register }: { readonly register: RegisterMarks },
): Promise<{ readonly states: readonly LostState[]; readonly unreadable: readonly string[] }> {
  const { genuine, others } = await genuineLists(world, register);
  const byList = new Map<number, OnList>();
  for (const { list } of genuine) byList.set(list.list, { ...byList.get(list.list), [list.purpose]: list });
  const states: LostState[] = [];
  for (const [list, published] of byList) states.push(...(await lostOn(world, act, { list, published })));
  return { states, unreadable: others.map(({ purpose, list }) => `${purpose}-${list}`) };
}

async function lostOn(
  { db }: World,
  act: Act,
  { list, published }: { list: number; published: OnList },
): Promise<readonly LostState[]> {
  const changes = await changesOnList(db, list);
  const here = new Map(PURPOSES.map(purpose => [purpose, new Set(placesFor(purpose, changes, act.at))]));
  const isHere = (purpose: Purpose, place: number): boolean => here.get(purpose)?.has(place) === true;
  const lost: Omit<LostState, 'certificate'>[] = [];
  for (let place = 0; place < LIST_ENTRIES; place += 1) {
    if (isHere('revocation', place)) continue; // it has ended, whatever else was told of it
    const told = toldOf(published, place);
    if (!told || (told.purpose === 'suspension' && isHere('suspension', place))) continue;
    const change = CHANGE_OF[told.purpose];
    const until = change === 'SUSPEND' ? act.at + SUSPENSION_DAYS * DAY_SECONDS : undefined;
    lost.push({ list, place, change, at: told.signedAt, until });
  }
  if (lost.length === 0) return [];
  const owners = new Map((await placesOn(db, list)).map(owner => [owner.index, owner]));
  return lost.map(each => {
    const owner = owners.get(each.place);
    return { ...each, certificate: owner && { number: owner.number, version: owner.version } };
  });
}

const CHANGE_OF: Readonly<Record<Purpose, LostState['change']>> = {
  refresh: 'SUPERSEDE',
  revocation: 'REVOKE',
  suspension: 'SUSPEND',
};

/** The strongest thing told of the place: a superseded version has its revocation bit set too. */
function toldOf(
  published: OnList,
  place: number,
): { readonly purpose: Purpose; readonly signedAt: Instant } | undefined {
  for (const purpose of ['refresh', 'revocation', 'suspension'] as const) {
    const list = published[purpose];
    if (list && bitAt(list.bits, place)) return { purpose, signedAt: list.signedAt };
  }
  return undefined;
}
