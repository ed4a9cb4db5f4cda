/** A client wants to be told of a certificate that it has verified, or no longer. Of any other number it learns nothing, not even that it exists. */
import { record } from '../../audit/record.ts';
import { versionsOf } from '../../certificate/store.ts';
import type { ClientAct } from '../../clients/client.ts';
import { inTransaction, isDuplicate } from '../../db/tx.ts';
import { keyRevokedAt } from '../../keys/manifest.ts';
import { keyEvents } from '../../keys/store.ts';
import { hasVerified } from '../../registrations/store.ts';
import { stateOf, type CertificateState } from '../../revocation/state.ts';
import { changesOf, newestSeq } from '../../revocation/store.ts';
import { DomainError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { lockStream, unsend } from '../events/store.ts';
import {
  addSubscription,
  endSubscription,
  findByNumber,
  findSubscription,
  reviveSubscription,
  type Subscription,
} from './store.ts';

/** A subscription with the state from which it goes on: whatever changes after it is told. */
export interface Subscribed {
  readonly subscription: Subscription;
  readonly version: number;
  readonly state: CertificateState;
  /** Since when the key that signed that version is believed no more; undefined while it is. */
  readonly keyRevokedAt: Instant | undefined;
}

/**
 * The client is told of every change of that certificate from now on; a second time nothing changes.
 * @throws DomainError NOT_VERIFIED_BEFORE, the same for a number that nobody has
 */
export async function subscribe(world: World, act: ClientAct, number: string): Promise<Subscribed> {
  const { db } = world;
  const clientId = act.client.id;
  if (!(await hasVerified(db, { clientId, number }))) throw notVerified();
  const subscription = await subscribed(world, act, number);
  // read after the subscription stands: a change between the two is in the state or is told, or both
  const newest = (await versionsOf(db, number)).at(-1);
  if (!newest) throw notVerified();
  const state = stateOf(await changesOf(db, newest), act.at);
  const { version, keyId } = newest;
  return { subscription, version, state, keyRevokedAt: await revokedAt(world, keyId) };
}

/** By the manifest here, or by what is on record, where another machine has the newer manifest first. */
async function revokedAt({ db, keys }: World, keyId: string): Promise<Instant | undefined> {
  const { manifest } = await keys.manifest();
  const isOf = (event: { keyId: string; kind: string }): boolean =>
    event.keyId === keyId && event.kind === 'compromised';
  return keyRevokedAt(manifest, keyId) ?? (await keyEvents(db)).find(isOf)?.at;
}

async function subscribed(world: World, act: ClientAct, number: string): Promise<Subscription> {
  const { db } = world;
  const clientId = act.client.id;
  try {
    return await inTransaction(db, async tx => {
      await lockStream(tx, db, clientId);
      const before = await findByNumber(db, { clientId, number }, tx);
      if (before && before.endedAt === undefined) return before;
      const known = { afterSeq: await newestSeq(db, tx), since: act.at };
      const id = before?.id ?? world.ids();
      if (before) await reviveSubscription(tx, db, { id, ...known });
      else await addSubscription(tx, db, { id, clientId, number, ...known });
      await record({ tx, db }, act, [{ action: 'webhook.subscribed', subject: number }]);
      return { id, clientId, number, ...known, endedAt: undefined };
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const other = await findByNumber(db, { clientId, number });
    if (!other) throw error;
    return other;
  }
}

function notVerified(): DomainError {
  return new DomainError(
    'NOT_VERIFIED_BEFORE',
    '只能订阅本接入方查验过且相符的证书，请先以 POST /api/v1/verifications 查验。',
  );
}

/**
 * The client is not told of that certificate any more; what waits of it is not sent.
 * @throws DomainError NOT_FOUND for a subscription that is not there, ended, or another client's
 */
export async function unsubscribe(world: World, act: ClientAct, id: string): Promise<void> {
  const { db } = world;
  const clientId = act.client.id;
  await inTransaction(db, async tx => {
    await lockStream(tx, db, clientId);
    const subscription = await findSubscription(tx, db, { clientId, id });
    if (!subscription) throw new DomainError('NOT_FOUND', '没有这项订阅，请核对编号后再试。');
    const { number } = subscription;
    await endSubscription(tx, db, { id, at: act.at });
    await unsend(tx, db, { clientId, number, at: act.at });
    await record({ tx, db }, act, [{ action: 'webhook.unsubscribed', subject: number }]);
  });
}
