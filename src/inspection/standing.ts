/**
 * How far the register in this database has come, read in a few small queries: the chain's end, every counter, the places given, the
 * versions published, the key manifest. And in what that lies behind a checkpoint: a restored copy does, whatever else it is.
 */
import { findHead, type Head } from '../audit/store.ts';
import { GENESIS_HASH } from '../audit/entry.ts';
import { allCounters } from '../db/counters.ts';
import { PURPOSES, type Purpose } from '../revocation/status-list.ts';
import { allLists, lastClosedList, newestVersion, newestVersionNumber } from '../revocation/store.ts';
import { DomainError } from '../shared/errors.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import { agrees, type Checkpoint, type RegisterMarks } from './checkpoint.ts';

/** The counter of reconciliations: the register's lives. After one, the chain and the places given start from the restored copy. */
export const LIVES = 'restores';

export interface Standing {
  readonly head: Head;
  readonly counters: Readonly<Record<string, number>>;
  /** Places given, by list. */
  readonly places: Readonly<Record<string, number>>;
  /** Lists up to this one were closed by a reconciliation. */
  readonly closed: number;
  readonly versions: readonly {
    readonly list: number;
    readonly purpose: Purpose;
    readonly version: number;
  }[];
  readonly manifest: RegisterMarks['manifest'];
}

/** One thing in which the database lies behind the checkpoint. */
export interface Lag {
  readonly what: 'counter' | 'places' | 'list' | 'manifest' | 'audit' | 'fork' | 'damaged';
  /** The counter's scope, the list's number or id. */
  readonly name: string;
  readonly here: number;
  readonly there: number;
}

export async function standingOf(world: Pick<World, 'db' | 'keys'>): Promise<Standing> {
  const { db } = world;
  const head = (await findHead(db)) ?? { seq: 0, hash: GENESIS_HASH };
  const counters = Object.fromEntries(await allCounters(db));
  const lists = await allLists(db);
  const versions = [];
  for (const { list } of lists) {
    for (const purpose of PURPOSES) {
      const version = await newestVersionNumber(db, list, purpose);
      if (version > 0) versions.push({ list, purpose, version });
    }
  }
  const places = Object.fromEntries(lists.map(({ list, taken }) => [String(list), taken]));
  const closed = await lastClosedList(db);
  return { head, counters, places, closed, versions, manifest: await manifestOf(world) };
}

/** What a checkpoint holds of that standing; lists that one has already are not read again. */
export async function checkpointOf(
  { db }: Pick<World, 'db'>,
  { head, counters, places, versions, manifest }: Standing,
  { at, known }: { at: Instant; known?: Checkpoint | undefined },
): Promise<Checkpoint> {
  const lists: RegisterMarks['lists'] = [];
  for (const { list, purpose, version } of versions) {
    const same = known?.register?.lists.find(each => each.list === list && each.purpose === purpose);
    const found = same?.version === version ? same : await newestVersion(db, list, purpose);
    if (found) lists.push({ ...found });
  }
  const register = { counters, places, lists, ...(manifest ? { manifest } : {}) };
  return { ...head, at: isoAt(at), register };
}

/** Everything in which the standing lies behind the checkpoint; empty when it is abreast or ahead. */
export async function lagsBehind(
  db: World['db'],
  standing: Standing,
  checkpoint: Checkpoint,
): Promise<readonly Lag[]> {
  const lags = registerLags(standing, checkpoint.register);
  if (livesOf(standing) > livesOf(checkpoint.register)) return lags;
  const { seq } = checkpoint;
  if (standing.head.seq < seq)
    lags.push({ what: 'audit', name: 'audit', here: standing.head.seq, there: seq });
  else if (!(await agrees(db, checkpoint)))
    lags.push({ what: 'fork', name: 'audit', here: standing.head.seq, there: seq });
  return lags;
}

function registerLags(standing: Standing, register: RegisterMarks | undefined): Lag[] {
  if (!register) return [];
  const isLaterLife = livesOf(standing) > livesOf(register);
  const versionOf = ({ list, purpose }: { list: number; purpose: Purpose }): number =>
    standing.versions.find(each => each.list === list && each.purpose === purpose)?.version ?? 0;
  const lags: Lag[] = [
    ...Object.entries(register.counters).map(([name, there]) => ({
      what: 'counter' as const,
      name,
      here: standing.counters[name] ?? 1,
      there,
    })),
    ...Object.entries(register.places).map(([name, there]) => ({
      what: 'places' as const,
      name,
      // in a later life a list that the lost one had must be closed, for some of its places nobody knows
      here: isLaterLife ? (Number(name) <= standing.closed ? there : -1) : (standing.places[name] ?? -1),
      there,
    })),
    ...register.lists.map(mark => ({
      what: 'list' as const,
      name: `${mark.purpose}-${mark.list}`,
      here: versionOf(mark),
      there: mark.version,
    })),
    {
      what: 'manifest' as const,
      name: 'manifest',
      here: standing.manifest?.version ?? 0,
      there: register.manifest?.version ?? 0,
    },
  ];
  return lags.filter(({ here, there }) => here < there);
}

function livesOf(of: { readonly counters: Readonly<Record<string, number>> } | undefined): number {
  return of?.counters[LIVES] ?? 1;
}

/** Undefined without a manifest that can be believed: that is behind any that was. */
async function manifestOf({ keys }: Pick<World, 'keys'>): Promise<Standing['manifest']> {
  try {
    const { manifest, jws } = await keys.manifest();
    return { version: manifest.version, jws };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}
