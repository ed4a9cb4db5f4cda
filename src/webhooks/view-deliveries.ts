/** How the telling of a client stands: for the client itself, and for the bureau that must know whom its news does not reach. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import type { ClientAct } from '../clients/client.ts';
import { findClient } from '../clients/store.ts';
import type { Db } from '../db/connect.ts';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { ClientEvent, DeliveryState } from './events/event.ts';
import { countEvents, lastSuccessOf, newestEvents } from './events/store.ts';
import { countSubscriptions } from './subscriptions/store.ts';
import { noTarget } from './target/set-target.ts';
import { findPlace, type TargetPlace } from './target/store.ts';

export interface Course {
  readonly target: TargetPlace | undefined;
  readonly subscriptions: number;
  readonly counts: Readonly<Record<DeliveryState, number>>;
  readonly lastSuccessAt: Instant | undefined;
}

async function courseOf(db: Db, clientId: string): Promise<Course> {
  const target = await findPlace(db, clientId);
  const subscriptions = await countSubscriptions(db, clientId);
  const counts = await countEvents(db, clientId);
  return { target, subscriptions, counts, lastSuccessAt: await lastSuccessOf(db, clientId) };
}

/** The client's own. @throws DomainError NOT_FOUND without a target */
export async function ownCourse(
  { db }: World,
  { client }: ClientAct,
): Promise<Course & { readonly target: TargetPlace }> {
  const { target, ...rest } = await courseOf(db, client.id);
  if (!target) throw noTarget();
  return { target, ...rest };
}

export interface DeliveriesWanted {
  readonly clientId: string;
  readonly delivery: DeliveryState | undefined;
  /** A sequence to go back from. */
  readonly before: number | undefined;
  readonly limit: number;
}

/** For the bureau, newest first. @throws Forbidden; DomainError CLIENT_UNKNOWN */
export async function deliveriesOf(
  { db }: World,
  act: PersonalAct,
  wanted: DeliveriesWanted,
): Promise<Course & { readonly events: readonly ClientEvent[] }> {
  demandMay(act.by, 'client.view');
  const { clientId } = wanted;
  if (!(await findClient(db, clientId)))
    throw new DomainError('CLIENT_UNKNOWN', '没有这个接入方，请核对编号后再试。');
  const course = await courseOf(db, clientId);
  return { ...course, events: await newestEvents(db, wanted) };
}
