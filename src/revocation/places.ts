/**
 * A place on a status list for each certificate: drawn at random among those that nobody has, and never given twice, whatever becomes
 * of its certificate. Places are public, so neighbours must tell nothing about the order of issue. Source: Bitstring Status List 1.0 §5.
 */
import type { Tx } from '../db/connect.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { LIST_ENTRIES } from './status-list.ts';
import { keepPlaces, listWithRoom, takenPlaces } from './store.ts';

export interface Owner {
  readonly number: string;
  readonly version: number;
}

export interface GivenPlaces {
  readonly list: number;
  /** One for each owner, in their order. */
  readonly indexes: readonly number[];
}

/**
 * Each of these certificates has its place for ever, all on one list, or none has when the transaction fails.
 * @throws DomainError STATUS_LIST_FULL when no list has room for all of them: `ensureRoom` comes first
 */
export async function takePlaces(
  tx: Tx,
  world: Pick<World, 'db' | 'ids' | 'random'>,
  owners: readonly Owner[],
): Promise<GivenPlaces> {
  const found = await listWithRoom(world.db, owners.length, tx);
  if (!found)
    throw new DomainError('STATUS_LIST_FULL', '状态列表已满，请先运行 zhicheng publish 启用下一张，再重试。');
  const { list, taken } = found;
  const indexes = await freePlaces(world, tx, { list, count: owners.length });
  const places = indexes.map((index, at) => ({ id: world.ids(), list, index, ...ownerAt(owners, at) }));
  await keepPlaces(tx, world.db, { places, list, taken });
  return { list, indexes };
}

function ownerAt(owners: readonly Owner[], at: number): Owner {
  const owner = owners[at];
  if (!owner) throw new RangeError(`takePlaces: expected an owner for place ${at}`);
  return { number: owner.number, version: owner.version };
}

/** In the order in which they were drawn. */
async function freePlaces(
  world: Pick<World, 'db' | 'random'>,
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
