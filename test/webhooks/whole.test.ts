/** From verification to notification, as a registration body does it: over HTTP, signed, with the client of one file. On both engines. */
import test from 'ava';
import { entriesAfter } from '../../src/audit/store.ts';
import { endClient } from '../../src/clients/change-clients.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import {
  isClientDeliveries,
  isEventList,
  isWebhookEvent,
  isWebhookView,
} from '../../src/shared/shapes/shapes.ts';
import { aSigner } from '../clients/signing.ts';
import { anActor } from '../support/actor.ts';
import { anAct, JULY, JULY_30 } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aScene, codeOf, told, verified } from './a-body.ts';
import { derive } from './a-story.ts';
import { aTarget, answering } from './a-target.ts';

const NOBODYS = 'B1220219999998';

for (const database of databases()) {
  const on = `(${database.name})`;

  test(`a body verifies, subscribes, and is told of suspension, resumption and correction, signed ${on}`, async t => {
    const scene = await aScene(t, database);
    const { world, client, facts } = scene;
    const [{ number }] = facts;
    const target = await aTarget(t);
    await verified(scene, facts[0]);

    const webhook = await client.setWebhook(target.url);
    const subscription = await client.subscribe(number);
    const order = { number, document: undefined };
    await changeState(world, anAct(JULY_30 + 60), {
      ...order,
      change: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
    });
    await changeState(world, anAct(JULY_30 + 120), { ...order, change: 'RESUME', reason: 'NOT_UPHELD' });
    const { month } = await requestCorrection(world, anAct(JULY_30 + 180), {
      number,
      name: '张明达',
      proof: '户口簿',
    });
    await releaseAll(world, anAct(JULY_30 + 180), { month, options: { unprintable: () => [] } });
    await told(scene);

    t.is(month, JULY);
    t.like(subscription, { number, version: 1, state: 'VALID' });
    const bodies = target.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    t.true(bodies.every(isWebhookEvent), JSON.stringify(bodies));
    t.deepEqual(
      bodies.map(({ type, version, state, sequence }) => [type, version, state, sequence]),
      [
        ['certificate.suspended', 1, 'SUSPENDED', 1],
        ['certificate.resumed', 1, 'VALID', 2],
        ['certificate.superseded', 1, 'SUPERSEDED', 3],
      ],
    );
    t.notRegex(JSON.stringify(target.received), /张明|1201\d{5}/); // nothing of the holder
    t.is(webhook.secret?.startsWith('whsec_'), true);
  });

  test(`only what was verified with a match can be subscribed to; every other number has one answer ${on}`, async t => {
    const scene = await aScene(t, database);
    const { client, clientOf, facts, world } = scene;
    const other = clientOf(await aSigner(world, { serial: 901 }));
    await verified(scene, facts[0]);
    await verified(scene, { ...facts[1], idNumber: facts[0].idNumber }); // no match

    const refusals = await Promise.all(
      [client.subscribe(facts[1].number), client.subscribe(NOBODYS), other.subscribe(facts[0].number)].map(
        async asked =>
          asked.then(
            () => undefined,
            (error: Error) => error.message,
          ),
      ),
    );

    t.regex(refusals[0] ?? '', /^409 NOT_VERIFIED_BEFORE/);
    t.is(new Set(refusals).size, 1);
    const once = await client.subscribe(facts[0].number);
    const twice = await client.subscribe(facts[0].number);
    t.is(twice.id, once.id);
  });

  test(`events can be read by their own client alone, page by page, and asked for again ${on}`, async t => {
    const scene = await aScene(t, database);
    const { world, client, clientOf, facts } = scene;
    const other = clientOf(await aSigner(world, { serial: 901 }));
    const target = await aTarget(t);
    for (const each of facts) await verified(scene, each);
    for (const { number } of facts) await client.subscribe(number);
    for (const { number } of facts)
      await changeState(world, anAct(), {
        number,
        change: 'REVOKE',
        reason: 'FRAUD',
        document: '津人社撤字〔2021〕1号',
      });
    await told(scene); // no target yet
    await client.setWebhook(target.url);

    const first = await client.events({ limit: 1 });
    const second = await client.events({ after: first.next ?? 0, limit: 1 });
    const { count } = await client.replay({ ids: [second.items[0]?.id ?? ''] });
    await told(scene);

    t.true(isEventList(first));
    t.deepEqual([first.next, second.next], [1, null]);
    t.is(second.items[0]?.delivery.state, 'unsent');
    t.is(count, 1);
    t.deepEqual(
      target.received.map(({ headers }) => headers['webhook-id']),
      [second.items[0]?.id],
    );
    t.deepEqual((await other.events()).items, []);
    await other.setWebhook(target.url);
    t.is(await codeOf(other.replay({ ids: [second.items[0]?.id ?? ''] })), 'NOT_FOUND');
  });

  test(`another client's subscription cannot be ended, one's own can, and then nothing more is told ${on}`, async t => {
    const scene = await aScene(t, database);
    const { world, client, clientOf, facts } = scene;
    const other = clientOf(await aSigner(world, { serial: 901 }));
    const target = await aTarget(t);
    await verified(scene, facts[0]);
    await client.setWebhook(target.url);
    const { id, number } = await client.subscribe(facts[0].number);

    t.is(await codeOf(other.unsubscribe(id)), 'NOT_FOUND');
    await client.unsubscribe(id);
    t.is(await codeOf(client.unsubscribe(id)), 'NOT_FOUND');
    await changeState(world, anAct(), {
      number,
      change: 'CANCEL',
      reason: 'HOLDER_REQUEST',
      document: '1号',
    });
    await told(scene);

    t.deepEqual(target.received, []);
    const list = await client.call<{ items: unknown[] }>({ method: 'GET', path: '/api/v1/subscriptions' });
    t.deepEqual(list.items, []);
  });

  test(`the bureau's administrators and auditors see how it goes, nobody else, and never a secret ${on}`, async t => {
    const scene = await aScene(t, database);
    const { world, client, facts, signer, bureauSees } = scene;
    const target = await aTarget(t, answering(503));
    await verified(scene, facts[0]);
    await client.setWebhook(target.url);
    const { number } = await client.subscribe(facts[0].number);
    await changeState(world, anAct(), {
      number,
      change: 'CANCEL',
      reason: 'HOLDER_REQUEST',
      document: '1号',
    });
    await told(scene);
    const path = `/api/clients/${signer.client.id}/deliveries`;

    const seen = await bureauSees(anActor('bureau', 'auditor'), path);
    const own = await client.call<unknown>({ method: 'GET', path: '/api/v1/webhook' });

    t.true(isClientDeliveries(seen.body), JSON.stringify(seen.body));
    t.like(seen.body, { url: target.url, course: { subscriptions: 1, waiting: 1, failed: 0 } });
    t.like((seen.body as { items: { delivery: unknown }[] }).items[0]?.delivery, {
      state: 'waiting',
      tries: 1,
      fault: 'HTTP_503',
    });
    t.true(isWebhookView(own), JSON.stringify(own));
    t.notRegex(JSON.stringify([seen.body, own]), /whsec_/);
    t.is((await bureauSees(anActor('bureau', 'administrator'), path)).status, 200);
    t.is((await bureauSees(anActor('bureau', 'handler'), path)).status, 403);
    t.is(
      (await bureauSees(anActor('bureau', 'auditor'), `/api/clients/${'0'.repeat(32)}/deliveries`)).status,
      404,
    );
  });

  test(`targets, secrets and subscriptions are in the audit, deliveries are not; neither secret nor path is anywhere in clear ${on}`, async t => {
    const scene = await aScene(t, database);
    const { world, client, facts, signer } = scene;
    const target = await aTarget(t);
    await verified(scene, facts[0]);
    const before = (await entriesAfter(world.db, 0, 1000)).at(-1)?.seq ?? 0;

    const { secret = '' } = await client.setWebhook(`${target.url}/token-of-the-client`);
    const { id } = await client.subscribe(facts[0].number);
    await client.call({ method: 'POST', path: '/api/v1/webhook/secret' });
    await changeState(world, anAct(), {
      number: facts[0].number,
      change: 'CANCEL',
      reason: 'HOLDER_REQUEST',
      document: '1号',
    });
    await told(scene);
    await client.unsubscribe(id);
    await client.call({ method: 'DELETE', path: '/api/v1/webhook' });

    const entries = (await entriesAfter(world.db, before, 100)).filter(({ actor }) =>
      actor.startsWith('client:'),
    );
    t.deepEqual(
      entries.map(({ action, actor }) => [action, actor]),
      [
        'webhook.target-set',
        'webhook.subscribed',
        'webhook.secret-rotated',
        'webhook.unsubscribed',
        'webhook.target-removed',
      ].map(action => [action, `client:${signer.client.id}`]),
    );
    t.notRegex(JSON.stringify(entries), /token-of-the-client|whsec_/);
    const [rows] = await world.db.sequelize.query('SELECT * FROM idempotency_keys');
    t.false(JSON.stringify(rows).includes(secret.slice('whsec_'.length)));
  });

  test(`an ended client can ask for nothing and is told nothing ${on}`, async t => {
    const scene = await aScene(t, database);
    const { world, client, facts, signer } = scene;
    const target = await aTarget(t);
    await verified(scene, facts[0]);
    await client.setWebhook(target.url);
    const { number } = await client.subscribe(facts[0].number);
    await changeState(world, anAct(), {
      number,
      change: 'CANCEL',
      reason: 'HOLDER_REQUEST',
      document: '1号',
    });
    await derive(world);

    await endClient(world, anAct(), signer.client.id);
    await told(scene);

    t.deepEqual(target.received, []);
    t.is(await codeOf(client.events()), 'REQUEST_SIGNATURE_REFUSED');
  });
}
