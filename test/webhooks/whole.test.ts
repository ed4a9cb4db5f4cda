/** From verification to notification, as a registration body does it: over HTTP, signed, with the client of one file. On both engines. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import Koa from 'koa';
import type { Actor, PersonalAct } from '../../src/accounts/role.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { verifyWebhook, WebhookRefused, ZhichengClient } from '../../src/client/zhicheng-client.ts';
import { endClient } from '../../src/clients/change-clients.ts';
import { makeClientApi } from '../../src/clients/signed-request.ts';
import { accessLog } from '../../src/http/kit.ts';
import { makeApi } from '../../src/http/operation.ts';
import { problems } from '../../src/http/problem.ts';
import { issueBatch } from '../../src/issuance/issue-batch.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { registrationRoutes } from '../../src/registrations/routes.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import type { Act } from '../../src/shared/act.ts';
import {
  isClientDeliveries,
  isEventList,
  isWebhookEvent,
  isWebhookView,
} from '../../src/shared/shapes/shapes.ts';
import { deliverEvents } from '../../src/webhooks/delivery/deliver-events.ts';
import { signedHeaders } from '../../src/webhooks/target/secret.ts';
import { setTarget } from '../../src/webhooks/target/set-target.ts';
import { webhookRoutes } from '../../src/webhooks/routes.ts';
import { newAct, type World } from '../../src/world.ts';
import { aSigner, type Signer } from '../clients/signing.ts';
import { aScene as releasedScene, type Facts } from '../lookups/asking.ts';
import { anActor } from '../support/actor.ts';
import { anAct, JULY, JULY_30 } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { derive } from './a-story.ts';
import { aTarget, answering } from './a-target.ts';

const NOBODYS = 'B1220219999998';

interface Scene {
  readonly world: World;
  readonly url: string;
  readonly facts: readonly [Facts, Facts];
  readonly signer: Signer;
  readonly client: ZhichengClient;
  readonly pass: (seconds: number) => void;
  readonly clientOf: (signer: Signer) => ZhichengClient;
  readonly bureauSees: (by: Actor, path: string) => Promise<{ status: number; body: unknown }>;
}

async function aScene(t: ExecutionContext, database: TestDatabase): Promise<Scene> {
  const released = await releasedScene(t, database, { release: true });
  const { facts, pass } = released;
  const world = { ...released.world, config: { ...released.world.config, webhookPrivate: true } };
  const signer = await aSigner(world);
  const state = { by: anActor() };
  const url = await served(t, world, state);
  const clientOf = ({ client, keys }: Signer): ZhichengClient =>
    new ZhichengClient({
      origin: world.config.origin,
      clientId: client.id,
      privateKey: keys.privateKey,
      clock: () => world.clock(),
      tries: 1,
      // the published origin is what is signed; the port is this test's
      fetch: async (asked, init) => fetch(String(asked).replace(world.config.origin, url), init),
    });
  const bureauSees = async (by: Actor, path: string) => {
    state.by = by;
    const response = await fetch(url + path);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { world, url, facts, signer, client: clientOf(signer), pass, clientOf, bureauSees };
}

async function served(t: ExecutionContext, world: World, state: { by: Actor }): Promise<string> {
  const personal = (): PersonalAct => ({ ...newAct(world, state.by.accountId), by: state.by });
  const api = makeApi<PersonalAct, Act>({
    identify: async () => Promise.resolve(personal()),
    anonymous: () => newAct(world, 'public'),
    once: async (_ctx, _act, run) => run(),
  });
  const clientApi = makeClientApi(world);
  registrationRoutes(world, { api, clientApi }, { beatMs: 1 });
  webhookRoutes(world, { api, clientApi });
  const app = new Koa();
  app.use(accessLog(world.log, world.ids));
  app.use(problems(world.log));
  for (const { router } of [api, clientApi]) app.use(router.routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function verified({ client }: Scene, { number, idNumber }: Facts): Promise<void> {
  await client.verify([{ number, idNumber }], { purpose: 'APPOINTMENT' });
}

async function told({ world, pass }: Scene): Promise<void> {
  pass(1);
  await derive(world);
  await deliverEvents(world, newAct(world, 'system:event-sender'), { turnMs: 600_000 });
}

/** The code with which that is refused. */
async function codeOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

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
    await issueBatch(world, anAct(JULY_30 + 180), { month, options: { unprintable: () => [] } });
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

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('bad input to the operations is refused with a code, never a 500', async t => {
  const { client, world } = await aScene(t, sqlite);
  const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
    codeOf(client.call({ method, path: `/api/v1${path}`, body }));

  for (const url of [
    '',
    'x',
    'ftp://a.example.com/',
    'http://user@127.0.0.1/',
    `http://127.0.0.1/${'a'.repeat(2000)}`,
  ])
    t.regex(String(await call('PUT', '/webhook', { url })), /^(WEBHOOK_TARGET_REFUSED|BODY_INVALID)$/, url);
  for (const body of [{ url: 1 }, {}, [], { url: 'http://127.0.0.1/', x: 1 }, { url: { $gt: '' } }])
    t.is(await call('PUT', '/webhook', body), 'BODY_INVALID');
  for (const number of [
    '',
    'B1',
    'b1220210000123',
    "B1220210000123' OR 1=1",
    'B1220210000123\u0000',
    { $gt: '' },
  ])
    t.is(await call('POST', '/subscriptions', { number }), 'BODY_INVALID');
  for (const query of [
    'after=-1',
    'after=1e3',
    'after=9999999999',
    'after=1;drop',
    'limit=101',
    'x=1',
    'after=1&after=2',
  ])
    t.is(await call('GET', `/events?${query}`), 'QUERY_INVALID', query);
  for (const body of [
    {},
    { after: 1, ids: ['a'.repeat(32)] },
    { ids: [] },
    { ids: ['x'] },
    { after: -1 },
    { after: 0.5 },
  ])
    t.is(await call('POST', '/events/replay', body), 'BODY_INVALID', JSON.stringify(body));
  for (const id of ['x', '%00', 'a'.repeat(31), 'A'.repeat(32), 'a'.repeat(32)])
    t.is(await call('DELETE', `/subscriptions/${id}`), 'NOT_FOUND', id);
  for (const [method, path, body] of [
    ['GET', '/webhook', undefined],
    ['POST', '/webhook/secret', undefined],
    ['POST', '/events/replay', { after: 0 }],
  ] as const)
    t.is(await call(method, path, body), 'NOT_FOUND', path);
  t.is(await call('DELETE', '/webhook'), undefined); // there is none afterwards, as was asked
  t.is(world.config.webhookPrivate, true);
});

test('in the strict configuration a target that leads into the network is refused when it is set', async t => {
  const { world, signer } = await aScene(t, sqlite);
  const strict = { ...world, config: { ...world.config, webhookPrivate: false } };
  const act = { ...newAct(world, `client:${signer.client.id}`), client: signer.client };
  const setting = async (...addresses: string[]) =>
    setTarget(strict, act, {
      url: 'https://hooks.example.com/',
      resolve: async () => Promise.resolve(addresses),
    });

  for (const addresses of [
    [],
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['1.1.1.1', '10.0.0.1'],
    ['::ffff:127.0.0.1'],
  ])
    await t.throwsAsync(setting(...addresses), { code: 'WEBHOOK_TARGET_REFUSED' }, addresses.join());
  t.true((await setting('1.1.1.1')).isNew);
});

test('the client of one file takes a notification of the service, and none that was altered, old or another’s', t => {
  const body = '{"id":"1","type":"certificate.revoked"}';
  const now = Math.floor(Date.now() / 1000);
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const headers = (at: number, signedWith = secret) => signed({ at, body, secret: signedWith });

  t.is(verifyWebhook(headers(now), body, secret).type, 'certificate.revoked');
  t.is(verifyWebhook(headers(now), Buffer.from(body), secret).id, '1');
  const another = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
  for (const [why, given, text] of [
    ['altered', headers(now), `${body} `],
    ['another secret', headers(now, another), body],
    ['old', headers(now - 400), body],
    ['of the future', headers(now + 400), body],
    ['another id', { ...headers(now), 'webhook-id': 'b' }, body],
    ['without id', { ...headers(now), 'webhook-id': undefined }, body],
    ['no signature', { ...headers(now), 'webhook-signature': 'v1,' }, body],
    [
      'another scheme',
      { ...headers(now), 'webhook-signature': headers(now)['webhook-signature'].replace('v1', 'v2') },
      body,
    ],
  ] as const)
    t.throws(() => verifyWebhook(given, text, secret), { instanceOf: WebhookRefused }, why);
});

function signed({ at, body, secret }: { at: number; body: string; secret: string }) {
  return signedHeaders({ id: 'a', at, body }, [secret]);
}
