/** Changes of invented certificates for tests of what clients are told; only the rows, nothing is issued. */
import type { ExecutionContext } from 'ava';
import type { ApiClient, ClientAct } from '../../src/clients/client.ts';
import { certificateNumber } from '../../src/certificate/number.ts';
import { inTransaction } from '../../src/db/tx.ts';
import type { StatusChange } from '../../src/revocation/state.ts';
import { addChange, newestSeq } from '../../src/revocation/store.ts';
import type { Instant } from '../../src/shared/time.ts';
import { deriveEvents } from '../../src/webhooks/events/derive-events.ts';
import { eventsAfter, lockStream } from '../../src/webhooks/events/store.ts';
import type { ClientEvent } from '../../src/webhooks/events/event.ts';
import { addSubscription } from '../../src/webhooks/subscriptions/store.ts';
import { newSecret } from '../../src/webhooks/target/secret.ts';
import { saveTarget } from '../../src/webhooks/target/store.ts';
import { newAct, type World } from '../../src/world.ts';
import { aSigner, type Signer } from '../clients/signing.ts';
import { aBureau, JULY_30 } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';

export const URL_OF_NOBODY = 'https://hooks.example.com/zhicheng';

export interface Scene {
  readonly world: World;
  readonly clock: { now: Instant };
  readonly signer: Signer;
  readonly client: ApiClient;
}

/** A bureau with one client, at 2021-07-30 12:00. */
export async function aScene(t: ExecutionContext, database: TestDatabase): Promise<Scene> {
  const clock = { now: JULY_30 };
  const world = await aBureau(t, database, { clock: () => clock.now });
  const signer = await aSigner(world);
  return { world, clock, signer, client: signer.client };
}

/** Number of the so-manieth invented certificate. */
export function numberOf(serial: number): string {
  return certificateNumber('B', 2021, serial);
}

/** An act of that client now. */
export function clientAct(world: World, client: ApiClient): ClientAct {
  return { ...newAct(world, `client:${client.id}`), client };
}

/** Something was decided about a certificate, now. */
export async function change(
  world: World,
  wanted: Pick<StatusChange, 'number' | 'change'> & Partial<StatusChange>,
): Promise<void> {
  await inTransaction(world.db, async tx =>
    addChange(tx, world.db, aChange({ at: world.clock(), ...wanted })),
  );
}

/** A change, the first of version 1 unless told. */
export function aChange(
  wanted: Pick<StatusChange, 'number' | 'change'> & Partial<StatusChange>,
): StatusChange {
  return {
    seq: 1,
    version: 1,
    list: 1,
    index: 1,
    reason: 'UNDER_INVESTIGATION',
    document: undefined,
    at: JULY_30,
    until: undefined,
    invalidFrom: undefined,
    actor: 'test:clerk',
    ...wanted,
  };
}

/** The client is told of these from now on; where, when a URL is given. */
export async function subscribed(
  world: World,
  client: ApiClient,
  { numbers, url }: { numbers: readonly string[]; url?: string },
): Promise<void> {
  const { db } = world;
  const clientId = client.id;
  await inTransaction(db, async tx => {
    await lockStream(tx, db, clientId);
    const known = { afterSeq: await newestSeq(db, tx), since: world.clock() };
    for (const number of numbers)
      await addSubscription(tx, db, { id: world.ids(), clientId, number, ...known });
    if (url === undefined) return;
    const secrets = { secret: newSecret(), oldSecret: undefined, oldSecretUntil: undefined };
    await saveTarget(tx, world, { clientId, url, ...secrets, setAt: world.clock(), setBy: 'test:client' });
  });
}

export async function derive(world: World): Promise<number> {
  return deriveEvents(world, newAct(world, 'system:event-maker'));
}

export async function eventsOf(world: World, client: ApiClient): Promise<readonly ClientEvent[]> {
  return eventsAfter(world.db, { clientId: client.id, after: 0, limit: 1000 });
}
