/** Rounds of deliveries for tests: a sender that keeps what it was given, and a client with a story to be told. */
import type { ExecutionContext } from 'ava';
import type { ApiClient } from '../../../src/clients/client.ts';
import { deliverEvents, type Delivered } from '../../../src/webhooks/delivery/deliver-events.ts';
import type { Notification, Outcome, Send } from '../../../src/webhooks/delivery/send.ts';
import { newAct, type World } from '../../../src/world.ts';
import type { TestDatabase } from '../../support/database.ts';
import { aScene, change, derive, eventsOf, subscribed, URL_OF_NOBODY, type Scene } from '../a-story.ts';

export const DOWN: Outcome = { ok: false, fault: 'CONNECT_FAILED' };

export interface Body {
  readonly id: string;
  readonly number: string;
  readonly type: string;
  readonly sequence: number;
}

/** A sender that keeps what it was given and answers as told. */
export function recording(answer: (body: Body) => Outcome | Promise<Outcome> = () => ({ ok: true })) {
  const sent: Notification[] = [];
  const send: Send = async notification => {
    sent.push(notification);
    return answer(JSON.parse(notification.body) as Body);
  };
  const bodies = (): readonly Body[] => sent.map(({ body }) => JSON.parse(body) as Body);
  const told = () => bodies().map(({ number, type }) => `${number} ${type.replace('certificate.', '')}`);
  return { sent, send, bodies, told };
}

export async function round(world: World, send: Send): Promise<Delivered> {
  // however slow this machine is, the turn is long enough
  return deliverEvents(world, newAct(world, 'system:event-sender'), { send, turnMs: 600_000 });
}

/** A client told of these, each suspended, resumed and revoked a second apart. */
export async function aStory(
  t: ExecutionContext,
  database: TestDatabase,
  numbers: readonly string[],
): Promise<Scene> {
  const scene = await aScene(t, database);
  const { world, client, clock } = scene;
  await subscribed(world, client, { numbers, url: URL_OF_NOBODY });
  for (const kind of ['SUSPEND', 'RESUME', 'REVOKE'] as const) {
    for (const number of numbers) await change(world, { number, change: kind });
    clock.now += 1;
  }
  await derive(world);
  return scene;
}

export async function states(world: World, client: ApiClient): Promise<readonly string[]> {
  return (await eventsOf(world, client)).map(({ delivery }) => delivery);
}
