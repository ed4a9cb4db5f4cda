/** What a key has signed that is still in force: the certificates that a leak of it concerns. Reads only. */
import { certificatesOfKey, versionsByNumber, type Certificate } from '../../certificate/store.ts';
import { standingOf, type StatusChange } from '../../revocation/state.ts';
import { changesOfNumbers } from '../../revocation/store.ts';
import type { Instant } from '../../shared/time.ts';
import type { World } from '../../world.ts';

const PAGE = 500;

/** The newest versions that the key signed and that are valid or suspended at that instant, a page at a time. */
export async function* inForceOf(
  world: Pick<World, 'db'>,
  keyId: string,
  at: Instant,
): AsyncGenerator<readonly Certificate[]> {
  for (let after = ''; ;) {
    const page = await certificatesOfKey(world.db, { keyId, after, limit: PAGE });
    if (page.length > 0) yield await inForceAmong(world, page, at);
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? '';
  }
}

async function inForceAmong(
  { db }: Pick<World, 'db'>,
  page: readonly Certificate[],
  at: Instant,
): Promise<readonly Certificate[]> {
  const numbers = page.map(({ number }) => number);
  const versions = await versionsByNumber(db, numbers);
  const changes = new Map<string, StatusChange[]>();
  for (const change of await changesOfNumbers(db, numbers)) {
    const name = `${change.number}-${change.version}`;
    changes.set(name, [...(changes.get(name) ?? []), change]);
  }
  return page.filter(({ id, number, version }) => {
    if (versions.get(number)?.at(-1)?.id !== id) return false;
    const { state } = standingOf(changes.get(`${number}-${version}`) ?? [], at);
    return state === 'VALID' || state === 'SUSPENDED';
  });
}

export interface Affected {
  /** Everything the key ever signed. */
  readonly signed: number;
  /** Of those, the newest versions that are valid or suspended. */
  readonly inForce: number;
}

export async function countAffected(world: Pick<World, 'db'>, keyId: string, at: Instant): Promise<Affected> {
  let inForce = 0;
  for await (const page of inForceOf(world, keyId, at)) inForce += page.length;
  let signed = 0;
  for (let after = ''; ;) {
    const page = await certificatesOfKey(world.db, { keyId, after, limit: PAGE });
    signed += page.length;
    if (page.length < PAGE) return { signed, inForce };
    after = page.at(-1)?.id ?? '';
  }
}
