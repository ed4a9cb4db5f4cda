/**
 * Room on the status lists before it is needed: the next list is opened when the one in use is four fifths full, already signed and
 * public, so that no certificate ever points to a list that cannot be fetched. Source: reliability R16.
 */
import { createHash } from 'node:crypto';
import { record } from '../audit/record.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import { publish, signedList, type Publication } from './publish.ts';
import { bitsOf, PURPOSES } from './status-list.ts';
import { addVersion, allLists, FILLING_PERCENT, listWithRoom, openList, percentTaken } from './store.ts';

/** A list with room for `count` more places is open and published. @throws DomainError KEY_…, PASSPHRASE_… when it cannot be signed */
export async function ensureRoom(world: World, act: Act, count: number): Promise<void> {
  if (await listWithRoom(world.db, count)) return;
  const newest = (await allLists(world.db)).at(-1);
  await openPublished(world, act, (newest?.list ?? 0) + 1);
}

/**
 * What the service does every few seconds: the next list stands ready where the newest fills, and every list says what the changes say.
 * A next list that cannot be made holds up no publication.
 * @throws the first failure, after everything was tried
 */
export async function tendLists(world: World, act: Act): Promise<readonly Publication[]> {
  const preparing = prepareNext(world, act).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const failure = await preparing;
  const published = await publish(world, act);
  if (failure) throw failure.error;
  return published;
}

async function prepareNext(world: World, act: Act): Promise<void> {
  const newest = (await allLists(world.db)).at(-1);
  if (!newest || percentTaken(newest.taken) < FILLING_PERCENT) return;
  const next = newest.list + 1;
  world.log.warn({ list: newest.list, taken: newest.taken, next }, 'status list filling: opening the next');
  await openPublished(world, act, next);
}

/** The list and its first three versions come into being together; when another process was first, its list is the one. */
async function openPublished(world: World, act: Act, list: number): Promise<void> {
  const bits = bitsOf([]);
  const contentHash = createHash('sha256').update(bits).digest('hex');
  const content = { list, version: 1, signedAt: act.at, bits };
  const signed: { purpose: (typeof PURPOSES)[number]; jwt: string }[] = [];
  for (const purpose of PURPOSES)
    signed.push({ purpose, jwt: await signedList(world, { ...content, purpose }) });
  try {
    await inTransaction(world.db, async tx => {
      await openList(tx, world.db, { list, at: act.at });
      for (const { purpose, jwt } of signed) {
        const version = { list, purpose, version: 1, contentHash, publishedAt: act.at, jwt };
        await addVersion(tx, world.db, { id: world.ids(), ...version });
      }
      await record({ tx, db: world.db }, act, [
        { action: 'status-list.opened', subject: String(list) },
        ...PURPOSES.map(purpose => ({
          action: 'status-list.published',
          subject: `${purpose}-${list}`,
          detail: { version: 1, contentHash },
        })),
      ]);
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
}
