/**
 * Keeps the checkpoint, and shuts the register when the database lies behind it: a copy restored from a backup would give numbers and
 * places a second time and take revocations back (reliability: T38, T40). The file is read before the database and written after it is found
 * abreast, so what is kept only grows.
 *
 * While it is shut, everything can be read and verified. Lists that were public in newer versions than the copy has are served from the
 * checkpoint, each under its own signature and date: nobody is shown an older list than before, and none is passed off as fresh.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { setPublishedElsewhere } from '../revocation/published-elsewhere.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { Checkpoint, RegisterMarks } from './checkpoint.ts';
import { genuineLists } from './genuine-lists.ts';
import { checkpointFile, keep, readKept, type Kept } from './kept-checkpoint.ts';
import { checkpointOf, lagsBehind, standingOf, type Lag, type Standing } from './standing.ts';

/** While only the audit grows, the checkpoint follows this often; anything else is kept at once. */
const AUDIT_SECONDS = 60;
/** Commits close to each other are kept together. */
const GATHER_MS = 1000;
/** A node of a cluster may hear late what another has acknowledged and kept: it is asked again before the register is shut. */
const HEARSAY_MS = 1000;

export interface RegisterWatch {
  /** Compares once; the register is shut or open accordingly, and the checkpoint kept. @returns in what the database lies behind */
  readonly look: () => Promise<readonly Lag[]>;
  /** Keeps the last and ends. */
  readonly stop: () => Promise<void>;
}

/**
 * The register is shut or open as its first look finds, and every commit of this process is kept soon after.
 * @throws DomainError CONFIG_INVALID when the folder cannot be written
 */
export async function watchRegister(world: World): Promise<RegisterWatch> {
  const look = looker(world);
  let timer: NodeJS.Timeout | undefined;
  const lookOrTell = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      world.log.error({ error: String(error) }, 'checkpoint not kept'); // tried again at the next turn
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void lookOrTell();
    }, GATHER_MS).unref();
  };
  await look();
  world.db.writes.onCommit = soon;
  return {
    look,
    stop: async () => {
      world.db.writes.onCommit = undefined;
      clearTimeout(timer);
      await lookOrTell();
    },
  };
}

/** Looks one after the other, with what the last one knew; some only compare. */
export function looker(world: World): (wanted?: 'compare') => Promise<readonly Lag[]> {
  let known: Kept | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const once = async (wanted?: 'compare'): Promise<readonly Lag[]> => {
    known = readKept(checkpointFile(world.config), known);
    const standing = await standingOf(world);
    const lags = await compared(world, known, standing);
    if (lags.length > 0 && !world.db.writes.isShut) {
      await pause(HEARSAY_MS);
      const again = await compared(world, known, await standingOf(world));
      if (again.length > 0) await shut(world, again, known?.checkpoint);
      return again;
    }
    if (lags.length > 0) return lags;
    if (world.db.writes.isShut) open(world);
    if (wanted === undefined) await keepStanding(world, standing, known?.checkpoint);
    return lags;
  };
  return async wanted => {
    const next = last.then(async () => once(wanted));
    last = next.catch(() => undefined); // its caller hears of it
    return next;
  };
}

async function compared({ db }: World, kept: Kept | undefined, standing: Standing): Promise<readonly Lag[]> {
  if (!kept) return [];
  if (kept.checkpoint) return lagsBehind(db, standing, kept.checkpoint);
  return [{ what: 'damaged', name: 'checkpoint', here: 0, there: 0 }];
}

async function shut(world: World, lags: readonly Lag[], checkpoint: Checkpoint | undefined): Promise<void> {
  world.db.writes.isShut = true;
  world.log.error(
    { lags, checkpoint: checkpointFile(world.config) },
    'READ ONLY: the database lies behind its checkpoint, as a restored backup does; run zhicheng reconcile',
  );
  setPublishedElsewhere(world.db, await listsOf(world, checkpoint));
}

function open(world: World): void {
  world.db.writes.isShut = false;
  setPublishedElsewhere(world.db, []);
  world.log.warn('the register is reconciled with its checkpoint and open again');
}

/** None without keys: nothing can be verified then, by anybody. */
async function listsOf(world: World, checkpoint: Checkpoint | undefined): Promise<RegisterMarks['lists']> {
  if (!checkpoint?.register) return [];
  try {
    return (await genuineLists(world, checkpoint.register)).genuine.map(({ mark }) => mark);
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

async function keepStanding(world: World, standing: Standing, known: Checkpoint | undefined): Promise<void> {
  if (!isDue(standing, known, world.clock())) return;
  const checkpoint = await checkpointOf(world, standing, { at: world.clock(), known });
  try {
    keep(checkpointFile(world.config), checkpoint);
  } catch (error) {
    const detail = '不能写留存点，请检查 ZHICHENG_CHECKPOINT_DIR 所指目录的权限和空间。';
    throw new DomainError('CONFIG_INVALID', detail, { cause: error });
  }
}

function isDue(standing: Standing, known: Checkpoint | undefined, now: number): boolean {
  if (!known) return true;
  if (registerText(standing) !== registerText({ ...known.register, versions: known.register?.lists ?? [] }))
    return true;
  return standing.head.seq !== known.seq && now - Date.parse(known.at) / 1000 >= AUDIT_SECONDS;
}

/** Equal for equal registers. */
function registerText({
  counters = {},
  places = {},
  versions = [],
  manifest,
}: Partial<Pick<Standing, 'counters' | 'places' | 'versions' | 'manifest'>>): string {
  const sorted = (of: Readonly<Record<string, number>>): unknown => Object.entries(of).sort();
  const ids = versions.map(({ list, purpose, version }) => `${purpose}-${list}:${version}`).sort();
  return JSON.stringify([sorted(counters), sorted(places), ids, manifest?.version]);
}
