/**
 * What was approved is signed in the background, by whichever process has the batch's lease: started right after an approval and by a
 * timer, until nothing is left. A process may die at any point; the next run, here or elsewhere, goes on (R16).
 */
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError, type ErrorCode } from '../../shared/errors.ts';
import { collectFrom, dateAt, type Month, type PlainDate } from '../../shared/time.ts';
import { newAct, type World } from '../../world.ts';
import { issueBatch, type IssueOptions } from '../issue-batch.ts';
import { unprintableWith } from '../render-files.ts';
import { faultReleases, finishReleases, unfinishedReleases, type Release } from './store.ts';

/** Another process is at it, or people stopped it: no fault of the release. */
const WAITING: ReadonlySet<ErrorCode> = new Set(['BATCH_LEASED', 'ISSUANCE_STOPPED']);

/**
 * Every approved release is signed, or carries the reason why not and is tried again next time.
 * @param options for tests; else unprintable characters are those of the service's own fonts
 * @returns how many releases were finished
 */
export async function resumeReleases(
  world: World,
  act: Act,
  options: Partial<IssueOptions> = {},
): Promise<number> {
  const open = await unfinishedReleases(world.db);
  let finished = 0;
  for (const month of new Set(open.map(release => release.month))) {
    const releases = open.filter(release => release.month === month);
    finished += await releaseMonth(world, act, { month, releases, options });
  }
  return finished;
}

async function releaseMonth(
  world: World,
  act: Act,
  wanted: { month: Month; releases: readonly Release[]; options: Partial<IssueOptions> },
): Promise<number> {
  const { month, releases } = wanted;
  const ids = releases.map(release => release.id);
  try {
    const unprintable = wanted.options.unprintable ?? unprintableWith(world.renderer());
    const options = { ...wanted.options, unprintable, announce: collectableFrom(world, act, month) };
    const batch = await issueBatch(world, act, { month, options });
    return await inTransaction(world.db, async tx => {
      const count = await finishReleases(tx, world.db, ids);
      const detail = { issued: batch.issued, stopped: batch.stopped };
      if (count > 0)
        await record({ tx, db: world.db }, act, [{ action: 'batch.released', subject: month, detail }]);
      return count;
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (!WAITING.has(error.code)) await keepFault(world, releases, error);
    return 0;
  }
}

/** R17, R18: when the holder is told to come. */
function collectableFrom({ config }: World, act: Act, month: Month): PlainDate {
  return config.collectionPolicy === 'qa' ? dateAt(act.at) : collectFrom(month);
}

async function keepFault(
  world: World,
  releases: readonly Release[],
  { code, detail }: DomainError,
): Promise<void> {
  const ids = releases
    .filter(({ fault }) => fault?.code !== code || fault.detail !== detail)
    .map(({ id }) => id);
  if (ids.length === 0) return;
  world.log.error({ code, releases: ids }, 'release does not go on');
  await inTransaction(world.db, tx => faultReleases(tx, world.db, { ids, code, detail }));
}

interface Run {
  /** Something was approved while it ran. */
  again: boolean;
  /** The process is about to end: the chunk under way is the last. */
  halted: boolean;
  done: Promise<void>;
}
const runs = new WeakMap<World, Run>();

/**
 * Starts signing what is approved and returns at once with the promise of its end, which never rejects. One run per process: a call
 * during a run makes it look again at its end.
 */
export function startReleasing(world: World): Promise<void> {
  const running = runs.get(world);
  if (running) {
    running.again = true;
    return running.done;
  }
  const run: Run = { again: false, halted: false, done: Promise.resolve() };
  run.done = releaseUntilQuiet(world, run).finally(() => runs.delete(world));
  runs.set(world, run);
  return run.done;
}

async function releaseUntilQuiet(world: World, run: Run): Promise<void> {
  do {
    run.again = false;
    try {
      await resumeReleases(world, newAct(world, 'system:releaser'), {
        failpoint: name => {
          if (run.halted && name === 'kept')
            throw new DomainError('ISSUANCE_STOPPED', '服务正在停止，余下的由下次启动后继续。');
        },
      });
    } catch (error) {
      // not a DomainError: ours to repair, and tried again by the timer
      world.log.error({ error: String(error) }, 'release failed');
    }
  } while (run.again && !run.halted);
}

/** No chunk begins any more in this process; resolves when the one under way is kept. What is left is for the next start, or another process. */
export async function haltReleasing(world: World): Promise<void> {
  const running = runs.get(world);
  if (!running) return;
  running.halted = true;
  await running.done;
}
