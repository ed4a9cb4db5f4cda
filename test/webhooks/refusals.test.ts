/** What the operations and the client of one file refuse. */
import test from 'ava';
import { verifyWebhook, WebhookRefused } from '../../src/client/zhicheng-client.ts';
import { signedHeaders } from '../../src/webhooks/target/secret.ts';
import { setTarget } from '../../src/webhooks/target/set-target.ts';
import { newAct } from '../../src/world.ts';
import { databases } from '../support/database.ts';
import { aScene, codeOf } from './a-body.ts';

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
