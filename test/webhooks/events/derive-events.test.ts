/** Clients are told of what happens to their certificates after they subscribed: all of it, once, in order. On both engines. */
import test from 'ava';
import { endClient } from '../../../src/clients/change-clients.ts';
import { inTransaction } from '../../../src/db/tx.ts';
import { endSubscription, findByNumber } from '../../../src/webhooks/subscriptions/store.ts';
import { KEPT_SECONDS, sweepWebhooks } from '../../../src/webhooks/sweep-webhooks.ts';
import { newAct } from '../../../src/world.ts';
import { aSigner } from '../../clients/signing.ts';
import { anAct, openWorld } from '../../support/bureau.ts';
import { databases } from '../../support/database.ts';
import { aScene, change, derive, eventsOf, numberOf, subscribed, URL_OF_NOBODY } from '../a-story.ts';

const DAY = 86_400;
const [ONE, TWO, THREE] = [numberOf(1), numberOf(2), numberOf(3)];

for (const database of databases()) {
  const on = `(${database.name})`;

  test(`changes after the subscription are events, numbered from 1 without gaps ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await change(world, { number: ONE, change: 'SUSPEND', until: clock.now + 60 * DAY });
    await subscribed(world, client, { numbers: [ONE, TWO], url: URL_OF_NOBODY });
    clock.now += 1;
    await change(world, { number: TWO, change: 'CANCEL' });
    await change(world, { number: THREE, change: 'CANCEL' });
    clock.now += 1;
    await change(world, { number: ONE, change: 'REVOKE' });

    const count = await derive(world);

    t.is(count, 2);
    t.deepEqual(
      (await eventsOf(world, client)).map(({ sequence, number, type, at, delivery }) => [
        sequence,
        number,
        type,
        at,
        delivery,
      ]),
      [
        [1, TWO, 'certificate.cancelled', clock.now - 1, 'waiting'],
        [2, ONE, 'certificate.revoked', clock.now, 'waiting'],
      ],
    );
  });

  test(`looking again, also by two processes at once, makes no event twice ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    const other = await openWorld(t, world.config, () => clock.now);
    const numbers = Array.from({ length: 40 }, (_, place) => numberOf(place + 1));
    await subscribed(world, client, { numbers });
    for (const number of numbers) await change(world, { number, change: 'REVOKE' });

    const counts = await Promise.all([derive(world), derive(other)]);
    const again = await derive(world);

    t.is(counts[0] + counts[1], 40);
    t.is(again, 0);
    t.deepEqual(
      (await eventsOf(world, client)).map(({ sequence }) => sequence),
      Array.from({ length: 40 }, (_, place) => place + 1),
    );
  });

  test(`a change that was committed late is found behind one with a higher number ${on}`, async t => {
    const { world, client } = await aScene(t, database);
    await subscribed(world, client, { numbers: [ONE, TWO] });
    await change(world, { number: ONE, change: 'REVOKE' });
    await change(world, { number: TWO, change: 'REVOKE' });
    const late = await hidden(world, 1);

    const first = await derive(world);
    await late();
    const second = await derive(world);

    t.deepEqual([first, second], [1, 1]);
    t.deepEqual(
      (await eventsOf(world, client)).map(({ number }) => number),
      [TWO, ONE],
    );
  });

  test(`a suspension that ends by itself is told, also to whoever subscribed while it lasted ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    const until = clock.now + DAY;
    await change(world, { number: ONE, change: 'SUSPEND', until });
    await subscribed(world, client, { numbers: [ONE] });

    clock.now = until - 1;
    const before = await derive(world);
    clock.now = until + 3;
    const after = await derive(world);
    const again = await derive(world);

    t.deepEqual([before, after, again], [0, 1, 0]);
    t.like((await eventsOf(world, client))[0], {
      type: 'certificate.resumed',
      state: 'VALID',
      version: 1,
      at: until,
    });
  });

  test(`what happened while no process ran is told afterwards, in order ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await subscribed(world, client, { numbers: [ONE] });
    await change(world, { number: ONE, change: 'SUSPEND', until: clock.now + DAY });
    clock.now += 10 * DAY;
    await change(world, { number: ONE, change: 'SUPERSEDE', reason: 'NAME_CHANGE' });
    clock.now += 10 * DAY;

    await derive(world);

    t.deepEqual(
      (await eventsOf(world, client)).map(({ type, state }) => [type, state]),
      [
        ['certificate.suspended', 'SUSPENDED'],
        ['certificate.resumed', 'VALID'],
        ['certificate.superseded', 'SUPERSEDED'],
      ],
    );
  });

  test(`each client has its own events and its own numbering; an ended one and an ended subscription have none ${on}`, async t => {
    const { world, client } = await aScene(t, database);
    const { client: second } = await aSigner(world, { serial: 901 });
    const { client: ended } = await aSigner(world, { serial: 902 });
    await subscribed(world, client, { numbers: [ONE, TWO, THREE] });
    await subscribed(world, second, { numbers: [TWO] });
    await subscribed(world, ended, { numbers: [ONE, TWO] });
    await endClient(world, anAct(), ended.id);
    const { id = '' } = (await findByNumber(world.db, { clientId: client.id, number: THREE })) ?? {};
    await inTransaction(world.db, async tx => endSubscription(tx, world.db, { id, at: world.clock() }));

    for (const number of [ONE, TWO, THREE]) await change(world, { number, change: 'REVOKE' });
    await derive(world);

    const told = async (who: typeof client) =>
      (await eventsOf(world, who)).map(({ sequence, number }) => [sequence, number]);
    t.deepEqual(await told(client), [
      [1, ONE],
      [2, TWO],
    ]);
    t.deepEqual(await told(second), [[1, TWO]]);
    t.deepEqual(await told(ended), []);
  });

  test(`without a target events are there to be read, and not to be sent ${on}`, async t => {
    const { world, client } = await aScene(t, database);
    await subscribed(world, client, { numbers: [ONE] });
    await change(world, { number: ONE, change: 'REVOKE' });

    await derive(world);

    t.like((await eventsOf(world, client))[0], { delivery: 'unsent', tries: 0 });
  });

  test(`events go after 180 days, and are not made again of the old changes ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await subscribed(world, client, { numbers: [ONE, TWO] });
    await change(world, { number: ONE, change: 'REVOKE' });
    await derive(world);
    const sweep = async () => sweepWebhooks(world, newAct(world, 'system:webhook-sweeper'));

    clock.now += KEPT_SECONDS;
    const kept = await sweep();
    clock.now += 1;
    const swept = await sweep();
    await change(world, { number: TWO, change: 'REVOKE' });
    await derive(world);

    t.deepEqual([kept, swept], [0, 1]);
    t.deepEqual(
      (await eventsOf(world, client)).map(({ sequence, number }) => [sequence, number]),
      [[2, TWO]],
    );
  });
}

/** The change of that number is out of sight, as if its transaction had not been committed yet. @returns what commits it */
async function hidden(world: Parameters<typeof derive>[0], seq: number): Promise<() => Promise<void>> {
  const { sequelize } = world.db;
  const swap = async (from: number, to: number): Promise<void> => {
    await sequelize.query('UPDATE status_changes SET seq = ? WHERE seq = ?', { replacements: [to, from] });
  };
  const numbers = async (number: string): Promise<void> => {
    await sequelize.query('UPDATE status_changes SET number = ? WHERE seq = ?', {
      replacements: [number, -seq],
    });
  };
  await swap(seq, -seq);
  await numbers(numberOf(99));
  return async () => {
    await numbers(ONE);
    await swap(-seq, seq);
  };
}
