/** Clients are told when the key behind their certificates is revoked: all that were in force, once, before the next versions. On both engines. */
import test from 'ava';
import { addCertificates } from '../../../src/certificate/store.ts';
import { inTransaction } from '../../../src/db/tx.ts';
import { addKeyEvent } from '../../../src/keys/store.ts';
import { KEPT_SECONDS, sweepWebhooks } from '../../../src/webhooks/sweep-webhooks.ts';
import { newAct, type World } from '../../../src/world.ts';
import { JULY, openWorld } from '../../support/bureau.ts';
import { databases } from '../../support/database.ts';
import { aScene, change, derive, eventsOf, numberOf, subscribed } from '../a-story.ts';

const DAY = 86_400;
const [LEAKED, NEXT] = ['key-4', 'key-5'];
const [ONE, TWO, THREE, FOUR, FIVE] = [1, 2, 3, 4, 5].map(numberOf) as [
  string,
  string,
  string,
  string,
  string,
];

for (const database of databases()) {
  const on = `(${database.name})`;

  test(`what a leaked key signed and was in force is told, with the state that stands, and nothing else ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await signed(world, LEAKED, { numbers: [ONE, TWO, THREE, FOUR] });
    await signed(world, NEXT, { numbers: [FIVE] });
    await subscribed(world, client, { numbers: [ONE, TWO, THREE, FIVE] });
    await change(world, { number: TWO, change: 'SUSPEND', until: clock.now + 60 * DAY });
    await change(world, { number: THREE, change: 'REVOKE' });
    clock.now += DAY;
    await derive(world);
    await compromised(world, LEAKED);
    clock.now += 5;

    const counts = [await derive(world), await derive(world)];

    t.deepEqual(counts, [2, 0]);
    const told = (await eventsOf(world, client)).slice(-2);
    t.deepEqual(
      told.map(({ number, version, type, state, at }) => [number, version, type, state, at]).sort(),
      [
        [ONE, 1, 'certificate.key-revoked', 'VALID', clock.now - 5],
        [TWO, 1, 'certificate.key-revoked', 'SUSPENDED', clock.now - 5],
      ],
    );
  });

  test(`whoever looks late finds the revoked key before the next version, and an older version not at all ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await signed(world, LEAKED, { numbers: [ONE, TWO] });
    await subscribed(world, client, { numbers: [ONE, TWO] });
    await change(world, { number: TWO, change: 'SUPERSEDE', reason: 'NAME_CHANGE' });
    await signed(world, NEXT, { numbers: [TWO], version: 2 });
    clock.now += 60;
    await compromised(world, LEAKED);
    // within the same second: the next version because of the key never comes before it
    await change(world, { number: ONE, change: 'SUPERSEDE', reason: 'KEY_REVOKED' });
    await signed(world, NEXT, { numbers: [ONE], version: 2 });
    clock.now += 60;
    await change(world, { number: ONE, version: 2, change: 'REVOKE' });
    clock.now += 30 * DAY;

    await derive(world);

    t.deepEqual(
      (await eventsOf(world, client)).map(({ number, version, type }) => [number, version, type]),
      [
        [TWO, 1, 'certificate.superseded'],
        [ONE, 1, 'certificate.key-revoked'],
        [ONE, 1, 'certificate.superseded'],
        [ONE, 2, 'certificate.revoked'],
      ],
    );
  });

  test(`more than a page of certificates is told by two processes at once, each once ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    const other = await openWorld(t, world.config, () => clock.now);
    const numbers = Array.from({ length: 510 }, (_, place) => numberOf(place + 1));
    await signed(world, LEAKED, { numbers });
    await subscribed(world, client, { numbers });
    await compromised(world, LEAKED);

    const counts = await Promise.all([derive(world), derive(other)]);

    t.is(counts[0] + counts[1], 510);
    t.is(await derive(world), 0);
    const events = await eventsOf(world, client);
    t.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length: 510 }, (_, place) => place + 1),
    );
    t.deepEqual(events.map(({ number }) => number).sort(), [...numbers].sort());
  });

  test(`a destroyed key is nothing to tell; a subscription of a later day is not told, nor anybody again after 180 days ${on}`, async t => {
    const { world, client, clock } = await aScene(t, database);
    await signed(world, LEAKED, { numbers: [ONE, TWO] });
    await signed(world, NEXT, { numbers: [THREE] });
    await subscribed(world, client, { numbers: [ONE, THREE] });
    await compromised(world, LEAKED);
    await compromised(world, NEXT, 'destroyed');
    await derive(world);
    clock.now += DAY;
    await subscribed(world, client, { numbers: [TWO] });
    await change(world, { number: TWO, change: 'SUSPEND', until: clock.now + DAY });
    await derive(world);
    clock.now += KEPT_SECONDS + 1;
    await sweepWebhooks(world, newAct(world, 'system:webhook-sweeper'));
    await change(world, { number: ONE, change: 'SUPERSEDE', reason: 'KEY_REVOKED' });

    await derive(world);

    t.deepEqual(
      (await eventsOf(world, client)).map(({ sequence, number, type }) => [sequence, number, type]),
      [
        [3, ONE, 'certificate.superseded'],
        [4, TWO, 'certificate.resumed'],
      ],
    );
  });
}

/** Rows of certificates that the key signed now; nothing is issued. */
async function signed(
  world: World,
  keyId: string,
  { numbers, version = 1 }: { numbers: readonly string[]; version?: number },
): Promise<void> {
  const certificates = numbers.map(number => ({
    ...{ id: world.ids(), number, version, applicationId: world.ids(), batchMonth: JULY, keyId },
    ...{ issuedAt: world.clock(), collectFrom: '2021-08-15', legalBasis: '测试', list: 1 },
    ...{ index: version * 10_000 + Number(number.slice(-6, -1)), payloadHash: '0'.repeat(64) },
    ...{ jwt: 'none', qrText: 'none' },
  }));
  await inTransaction(world.db, async tx => addCertificates(tx, world.db, certificates));
}

async function compromised(
  world: World,
  keyId: string,
  kind: 'compromised' | 'destroyed' = 'compromised',
): Promise<void> {
  const event = { keyId, kind, at: world.clock(), reason: undefined, document: undefined } as const;
  await inTransaction(world.db, async tx => addKeyEvent(tx, world.db, { ...event, actor: 'test:custodian' }));
}
