/** Events reach their client at least once and in order, whatever targets and processes do. On both engines, by a fixed clock. */
import { Writable } from 'node:stream';
import test from 'ava';
import { pino } from 'pino';
import { QueryTypes } from 'sequelize';
import { Webhook } from 'standardwebhooks';
import { endClient } from '../../../src/clients/change-clients.ts';
import { LEASE_SECONDS } from '../../../src/webhooks/delivery/deliver-events.ts';
import {
  FEWEST_TRIES,
  GIVE_UP_SECONDS,
  isGivenUp,
  pauseAfter,
} from '../../../src/webhooks/delivery/schedule.ts';
import { sender } from '../../../src/webhooks/delivery/send.ts';
import { findTarget } from '../../../src/webhooks/target/store.ts';
import type { World } from '../../../src/world.ts';
import { aSigner } from '../../clients/signing.ts';
import { anAct, openWorld } from '../../support/bureau.ts';
import { databases } from '../../support/database.ts';
import { aScene, change, derive, eventsOf, numberOf, subscribed, URL_OF_NOBODY } from '../a-story.ts';
import { aTarget } from '../a-target.ts';
import { aStory, DOWN, recording, round, states } from './a-round.ts';

const [ONE, TWO] = [numberOf(1), numberOf(2)];

/** When the one lane's next event is due; null when nothing waits. */
async function dueAt({ db }: World): Promise<number | null> {
  const [row] = await db.sequelize.query<{ due_at: number | null }>(
    'SELECT due_at FROM webhook_subscriptions',
    {
      type: QueryTypes.SELECT,
    },
  );
  return row?.due_at ?? null;
}

for (const database of databases()) {
  const on = `(${database.name})`;

  test(`every event is sent once, those of one certificate in their order ${on}`, async t => {
    const { world, client } = await aStory(t, database, [ONE, TWO]);
    const { send, told } = recording();

    const counted = await round(world, send);
    const again = await round(world, send);

    t.deepEqual(counted, { delivered: 6, failed: 0 });
    t.deepEqual(again, { delivered: 0, failed: 0 });
    for (const number of [ONE, TWO])
      t.deepEqual(
        told().filter(line => line.startsWith(number)),
        ['suspended', 'resumed', 'revoked'].map(what => `${number} ${what}`),
      );
    t.deepEqual(new Set(await states(world, client)), new Set(['delivered']));
  });

  test(`while one event fails those behind it wait, and those of other certificates do not ${on}`, async t => {
    const { world, client, clock } = await aStory(t, database, [ONE, TWO]);
    let isBroken = true;
    const { send, told } = recording(({ number }) => (isBroken && number === ONE ? DOWN : { ok: true }));

    await round(world, send);
    t.deepEqual(
      told().filter(line => line.startsWith(ONE)),
      [`${ONE} suspended`],
    );
    t.deepEqual(await states(world, client), [
      'waiting',
      'delivered',
      'waiting',
      'delivered',
      'waiting',
      'delivered',
    ]);
    isBroken = false;
    clock.now += 10;
    await round(world, send);

    t.deepEqual(
      told().filter(line => line.startsWith(ONE)),
      ['suspended', 'suspended', 'resumed', 'revoked'].map(what => `${ONE} ${what}`),
    );
  });

  test(`a failing event is tried later and later for three days, then given up for the next ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await subscribed(world, client, { numbers: [ONE], url: URL_OF_NOBODY });
    await change(world, { number: ONE, change: 'SUSPEND' });
    await derive(world);
    const steady = { ...world, random: () => 500 };
    const { send, sent } = recording(() => DOWN);
    const start = clock.now;
    const tries: number[] = [];
    for (let due = await dueAt(world); due !== null; due = await dueAt(world)) {
      clock.now = Math.max(start, due - 1);
      if (due > start) t.deepEqual(await round(steady, send), { delivered: 0, failed: 0 });
      clock.now = due;
      t.deepEqual(await round(steady, send), { delivered: 0, failed: 1 });
      tries.push(due - start);
    }

    const pauses = tries.slice(1).map((at, place) => at - (tries[place] ?? 0));
    t.deepEqual(pauses.slice(0, 8), [5, 15, 45, 135, 405, 1215, 3645, 10_935]);
    t.deepEqual(new Set(pauses.slice(8)), new Set([21_600]));
    const last = tries.at(-1) ?? 0;
    t.true(last >= GIVE_UP_SECONDS && last < GIVE_UP_SECONDS + 6 * 3600, String(last));
    t.is(sent.length, tries.length);
    t.like((await eventsOf(world, client))[0], { delivery: 'failed', fault: 'CONNECT_FAILED' });

    await change(world, { number: ONE, change: 'REVOKE' });
    await derive(world);
    const up = recording();
    await round(world, up.send);
    t.deepEqual(up.told(), [`${ONE} revoked`]);
  });

  test(`two processes at once send every event once and in order ${on}`, async t => {
    const numbers = Array.from({ length: 12 }, (_, place) => numberOf(place + 1));
    const { world, clock } = await aStory(t, database, numbers);
    const other = await openWorld(t, world.config, () => clock.now);
    const { send, bodies, told } = recording();

    const counts = await Promise.all([round(world, send), round(other, send)]);
    const rest = await round(world, send);

    t.is(counts[0].delivered + counts[1].delivered + rest.delivered, 36);
    t.is(new Set(bodies().map(({ id }) => id)).size, 36);
    t.is(bodies().length, 36);
    for (const number of numbers)
      t.deepEqual(
        told().filter(line => line.startsWith(number)),
        ['suspended', 'resumed', 'revoked'].map(what => `${number} ${what}`),
      );
  });

  test(`an event whose process died after sending is sent again under its id after the lease, before the next ${on}`, async t => {
    const { world, clock } = await aStory(t, database, [ONE]);
    const dying = recording(async () => Promise.reject(new Error('killed')));
    await t.throwsAsync(round(world, dying.send), { message: 'killed' });
    const { send, bodies } = recording();

    clock.now += LEASE_SECONDS - 1;
    t.deepEqual(await round(world, send), { delivered: 0, failed: 0 });
    clock.now += 1;
    await round(world, send);

    t.is(bodies()[0]?.id, dying.bodies()[0]?.id);
    t.deepEqual(
      bodies().map(({ sequence }) => sequence),
      [1, 2, 3],
    );
  });

  test(`a process that comes back after its lease changes nothing any more ${on}`, async t => {
    const { world, client, clock } = await aStory(t, database, [ONE]);
    const other = await openWorld(t, world.config, () => clock.now);
    const meanwhile = recording();
    const slow = recording(async ({ sequence }) => {
      if (sequence > 1) return { ok: true };
      clock.now += LEASE_SECONDS;
      await round(other, meanwhile.send);
      return DOWN;
    });

    await round(world, slow.send);

    t.deepEqual(
      meanwhile.bodies().map(({ sequence }) => sequence),
      [1, 2, 3],
    );
    t.is(slow.sent.length, 1);
    t.deepEqual(await states(world, client), ['delivered', 'delivered', 'delivered']);
  });

  test(`an ended client is told nothing more, also in the middle of a round ${on}`, async t => {
    const { world, client } = await aStory(t, database, [ONE]);
    const { send, told } = recording(async () => {
      await endClient(world, anAct(), client.id);
      return { ok: true };
    });

    await round(world, send);
    await round(world, send);

    t.deepEqual(told(), [`${ONE} suspended`]);
  });

  test(`after three failures in a row the rest of a client's round waits, and other clients' does not ${on}`, async t => {
    const numbers = Array.from({ length: 12 }, (_, place) => numberOf(place + 1));
    const { world } = await aStory(t, database, numbers);
    const { client: second } = await aSigner(world, { serial: 901 });
    await subscribed(world, second, { numbers: [numberOf(50)], url: 'https://other.example.com/' });
    await change(world, { number: numberOf(50), change: 'REVOKE' });
    await derive(world);
    const { send, sent } = recording(({ number }) => (number === numberOf(50) ? { ok: true } : DOWN));

    const counted = await round(world, send);

    t.is(counted.delivered, 1);
    t.true(counted.failed >= 3 && counted.failed <= 6, String(counted.failed)); // four at once
    t.is(sent.length, counted.failed + 1);
  });
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('a real server is told, and checks the signature by the public library', async t => {
  const { world, client, clock } = await aScene(t, sqlite);
  const target = await aTarget(t);
  await subscribed(world, client, { numbers: [ONE], url: target.url });
  await change(world, { number: ONE, change: 'REVOKE', reason: 'FRAUD' });
  clock.now += 2;
  await derive(world);
  const { secret = '' } = (await findTarget(world, client.id)) ?? {};

  await round(world, sender({ isPrivateAllowed: true }));

  const [received] = target.received;
  const headers = received?.headers as Record<string, string>;
  const at = Number(headers['webhook-timestamp']);
  const expected = new Webhook(secret).sign(
    headers['webhook-id'] ?? '',
    new Date(at * 1000),
    received?.body ?? '',
  );
  t.is(headers['webhook-signature'], expected);
  t.is(at, clock.now);
  const [event] = await eventsOf(world, client);
  t.deepEqual(JSON.parse(received?.body ?? ''), {
    id: event?.id,
    type: 'certificate.revoked',
    number: ONE,
    version: 1,
    state: 'REVOKED',
    at: '2021-07-30T04:00:00Z',
    sequence: 1,
  });
});

test('the log names client, event and fault, never the URL', async t => {
  const { world, client } = await aStory(t, sqlite, [ONE]);
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(chunk.toString());
      done();
    },
  });

  await round({ ...world, log: pino({ level: 'debug' }, sink) }, recording(() => DOWN).send);

  const text = lines.join('');
  t.regex(text, /CONNECT_FAILED/);
  t.true(text.includes(client.id));
  t.false(text.includes('hooks.example.com'));
});

test('pauses grow threefold up to six hours, a fifth more or less', t => {
  const of = (tries: number) => [pauseAfter(tries, 0), pauseAfter(tries, 0.5), pauseAfter(tries, 0.999)];

  t.deepEqual(of(1), [4, 5, 6]);
  t.deepEqual(of(3), [36, 45, 54]);
  t.deepEqual(of(9), [17_280, 21_600, 25_911]);
  t.deepEqual(of(50), of(9));
});

test('an event that came to its turn late is tried five times all the same', t => {
  t.false(isGivenUp({ since: 0, tries: FEWEST_TRIES - 1 }, GIVE_UP_SECONDS * 2));
  t.true(isGivenUp({ since: 0, tries: FEWEST_TRIES }, GIVE_UP_SECONDS));
  t.false(isGivenUp({ since: 0, tries: 20 }, GIVE_UP_SECONDS - 1));
});
