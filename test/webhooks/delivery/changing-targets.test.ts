/** Secrets that change, targets that come and go, and events that are asked for again. On both engines. */
import test from 'ava';
import { Webhook } from 'standardwebhooks';
import type { Notification } from '../../../src/webhooks/delivery/send.ts';
import { replayEvents } from '../../../src/webhooks/events/replay-events.ts';
import { removeTarget, rotateSecret, setTarget } from '../../../src/webhooks/target/set-target.ts';
import { findTarget } from '../../../src/webhooks/target/store.ts';
import { databases } from '../../support/database.ts';
import {
  aScene,
  change,
  clientAct,
  derive,
  eventsOf,
  numberOf,
  subscribed,
  URL_OF_NOBODY,
} from '../a-story.ts';
import { aStory, DOWN, recording, round, states } from './a-round.ts';

const [ONE, TWO] = [numberOf(1), numberOf(2)];
const resolve = async () => Promise.resolve(['1.1.1.1']);

for (const database of databases()) {
  const on = `(${database.name})`;

  test(`a notification is signed by the client's secret; for a day after a change by the old one too ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await subscribed(world, client, { numbers: [ONE], url: URL_OF_NOBODY });
    const act = () => clientAct(world, client);
    const secretNow = async () => (await findTarget(world, client.id))?.secret ?? '';
    const first = await secretNow();
    const { send, sent } = recording();
    const tell = async (kind: 'SUSPEND' | 'RESUME' | 'REVOKE') => {
      await change(world, { number: ONE, change: kind });
      await derive(world);
      await round(world, send);
    };

    await tell('SUSPEND');
    await rotateSecret(world, act());
    await tell('RESUME');
    clock.now += 24 * 3600;
    await tell('REVOKE');

    const second = await secretNow();
    const good = (secret: string) => sent.map(notification => isSignedBy(notification, secret));
    t.not(first, second);
    t.deepEqual(good(first), [true, true, false]);
    t.deepEqual(good(second), [false, true, true]);
    t.deepEqual(
      sent.map(({ headers }) => (headers['webhook-signature'] ?? '').split(' ').length),
      [1, 2, 1],
    );
  });

  test(`events are sent again under the same id when they are asked for, in order, and what waits goes at once ${on}`, async t => {
    const { world, client, clock } = await aStory(t, database, [ONE, TWO]);
    const first = recording(({ sequence }) => (sequence < 6 ? { ok: true } : DOWN));
    await round(world, first.send);
    const second = recording();

    clock.now += 1;
    const count = await replayEvents(world, clientAct(world, client), { after: 2 });
    await round(world, second.send);

    t.is(count, 3);
    const ids = new Map(first.bodies().map(({ sequence, id }) => [sequence, id]));
    t.deepEqual(
      [...second.bodies()].sort((a, b) => a.sequence - b.sequence).map(({ id }) => id),
      [ids.get(3), ids.get(4), ids.get(5), ids.get(6)],
    );
    for (const number of [ONE, TWO])
      t.deepEqual(
        second.told().filter(line => line.startsWith(number)),
        [`${number} resumed`, `${number} revoked`],
      );
  });

  test(`an event that is asked for again while a later one is on its way goes after it, not beside it ${on}`, async t => {
    const { world, client } = await aStory(t, database, [ONE]);
    await round(world, recording().send);
    const [oldest] = await eventsOf(world, client);
    await change(world, { number: ONE, version: 2, change: 'CANCEL' });
    await derive(world);
    let atOnce = 0;
    const { send, bodies } = recording(async ({ sequence }) => {
      atOnce += 1;
      if (sequence === 4 && atOnce === 1) {
        await replayEvents(world, clientAct(world, client), { ids: [oldest?.id ?? ''] });
        await round(world, send);
      }
      atOnce -= 1;
      return { ok: true };
    });

    await round(world, send);

    t.deepEqual(
      bodies().map(({ sequence }) => sequence),
      [4, 1],
    );
  });

  test(`without a target nothing is sent; with one again, what was missed is sent when it is asked for ${on}`, async t => {
    const { world, client, clock } = await aStory(t, database, [ONE]);
    const act = () => clientAct(world, client);
    const { send, bodies } = recording();
    await removeTarget(world, act());

    await round(world, send);
    t.deepEqual(await states(world, client), ['unsent', 'unsent', 'unsent']);
    await t.throwsAsync(replayEvents(world, act(), { after: 0 }), { code: 'NOT_FOUND' });
    clock.now += 1;
    await setTarget(world, act(), { url: URL_OF_NOBODY, resolve });
    await round(world, send);
    t.is(bodies().length, 0);
    await replayEvents(world, act(), { after: 1 });
    await round(world, send);

    t.deepEqual(
      bodies().map(({ sequence }) => sequence),
      [2, 3],
    );
  });

  test(`a new target is tried at once with what waited for the old one, which is not told any more ${on}`, async t => {
    const { world, client, clock } = await aStory(t, database, [ONE]);
    await round(world, recording(() => DOWN).send);
    const { send, sent } = recording();

    clock.now += 1;
    const set = await setTarget(world, clientAct(world, client), {
      url: 'https://new.example.com/',
      resolve,
    });
    await round(world, send);

    t.false(set.isNew);
    t.deepEqual([...new Set(sent.map(({ url }) => url))], ['https://new.example.com/']);
    t.is(sent.length, 3);
  });

  test(`a target taken away while an event is on its way to it leaves the event unsent ${on}`, async t => {
    const { world, client } = await aStory(t, database, [ONE]);
    const { send } = recording(async () => {
      await removeTarget(world, clientAct(world, client));
      return { ok: true };
    });

    await round(world, send);

    t.deepEqual(await states(world, client), ['unsent', 'unsent', 'unsent']);
  });
}

function isSignedBy({ body, headers }: Notification, secret: string): boolean {
  const signatures = (headers['webhook-signature'] ?? '').split(' ');
  const at = new Date(Number(headers['webhook-timestamp']) * 1000);
  return signatures.includes(new Webhook(secret).sign(headers['webhook-id'] ?? '', at, body));
}
