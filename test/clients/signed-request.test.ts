/** T26: a stolen, altered or repeated request of a registration body opens nothing; over HTTP, on both engines. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { createSigner, httpbis } from 'http-message-signatures';
import Koa from 'koa';
import { endClient, replaceClientKey } from '../../src/clients/change-clients.ts';
import { makeClientApi } from '../../src/clients/signed-request.ts';
import { sweepClients } from '../../src/clients/sweep-clients.ts';
import { accessLog } from '../../src/http/kit.ts';
import { problems } from '../../src/http/problem.ts';
import { newAct, type World } from '../../src/world.ts';
import { aBureau, anAct, JULY_30, openWorld } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { aKeyPair, aNonce, aSigner, ask, digestOf, send } from './signing.ts';
import { BODY, headersOf, POSTED, TARGET, wrongRequests } from './wrong-requests.ts';

interface Echo {
  readonly word: string;
}
const isEcho = (value: unknown): value is Echo => typeof (value as Partial<Echo> | null)?.word === 'string';

interface Scene {
  readonly world: World;
  readonly url: string;
  readonly clock: { now: number };
  /** How often the operation really ran. */
  readonly ran: () => number;
}

/** One operation for clients, which says back what was said, on a port of its own. */
async function serving(t: ExecutionContext, world: World): Promise<{ url: string; ran: () => number }> {
  let ran = 0;
  const api = makeClientApi(world);
  api.add(
    {
      method: 'post',
      path: '/api/v1/echo',
      tag: '测试',
      summary: '测试',
      body: { name: 'echo', is: isEcho },
      answer: { status: 200, description: '原样' },
    },
    async ({ act, body }) => {
      ran += 1;
      return Promise.resolve({ word: body.word, actor: act.actor, ran });
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/v1/echo',
      tag: '测试',
      summary: '测试',
      answer: { status: 200, description: '' },
    },
    async ({ act }) => Promise.resolve({ actor: act.actor }),
  );
  const app = new Koa();
  app.use(accessLog(world.log, world.ids));
  app.use(problems(world.log));
  app.use(api.router.routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ran: () => ran };
}

async function aScene(t: ExecutionContext, database: TestDatabase): Promise<Scene> {
  const clock = { now: JULY_30 };
  const world = await aBureau(t, database, { clock: () => clock.now });
  return { world, clock, ...(await serving(t, world)) };
}

for (const database of databases()) {
  for (const curve of ['Ed25519', 'P-256'] as const)
    test(`a request signed with the client's ${curve} key is the client's (${database.name})`, async t => {
      const scene = await aScene(t, database);
      const signer = await aSigner(scene.world, { curve });

      const posted = await ask(scene, signer, { target: TARGET, body: { word: '职称' } });
      const got = await ask(scene, signer, { method: 'GET', target: TARGET });

      t.is(posted.status, 200, JSON.stringify(posted.body));
      t.like(posted.body, { word: '职称', actor: `client:${signer.client.id}` });
      t.deepEqual(got.body, { actor: `client:${signer.client.id}` });
    });

  test(`a request sent again is refused, also after a restart and by another process (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const signer = await aSigner(scene.world);
    const headers = headersOf(signer);
    const first = await send(scene.url, { ...POSTED, headers });
    const other = await openWorld(t, scene.world.config, () => scene.clock.now);
    const second = await serving(t, other);

    const here = await send(scene.url, { ...POSTED, headers });
    const there = await send(second.url, { ...POSTED, headers });
    const nonceAgain = await send(scene.url, {
      ...POSTED,
      headers: headersOf(signer, { nonce: nonceIn(headers), created: JULY_30 - 1 }),
    });

    t.is(first.status, 200);
    t.deepEqual([here.code, there.code, nonceAgain.code], Array(3).fill('REQUEST_REPLAYED'));
    t.deepEqual([scene.ran(), second.ran()], [1, 0]);
  });

  test(`of twenty copies at once one is answered (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const headers = headersOf(await aSigner(scene.world));

    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => send(scene.url, { ...POSTED, headers })),
    );

    t.is(answers.filter(({ status }) => status === 200).length, 1);
    t.is(answers.filter(({ code }) => code === 'REQUEST_REPLAYED').length, 19);
    t.is(scene.ran(), 1);
  });

  test(`two clients may choose the same nonce (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const nonce = aNonce();
    const [one, two] = [await aSigner(scene.world), await aSigner(scene.world, { serial: 901 })];

    const answers = [
      await send(scene.url, { ...POSTED, headers: headersOf(one, { nonce }) }),
      await send(scene.url, { ...POSTED, headers: headersOf(two, { nonce }) }),
    ];

    t.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
  });

  test(`a nonce is remembered until its request is refused for its age (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const signer = await aSigner(scene.world);
    const headers = headersOf(signer, { created: JULY_30 + 120 });
    await send(scene.url, { ...POSTED, headers });

    const codes: unknown[] = [];
    for (const seconds of [1, 239, 240, 241, 3600]) {
      scene.clock.now = JULY_30 + seconds;
      await sweepClients(scene.world, newAct(scene.world, 'system:client-sweeper'));
      codes.push((await send(scene.url, { ...POSTED, headers })).code);
    }

    t.deepEqual(codes, [...Array(3).fill('REQUEST_REPLAYED'), ...Array(2).fill('REQUEST_SIGNATURE_REFUSED')]);
    t.is(scene.ran(), 1);
  });

  test(`clocks may differ by 120 seconds and no more, both ways (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const signer = await aSigner(scene.world);
    const codes: unknown[] = [];
    for (const skew of [-121, -120, 120, 121])
      codes.push(
        (await send(scene.url, { ...POSTED, headers: headersOf(signer, { created: JULY_30 + skew }) }))
          .status,
      );

    t.deepEqual(codes, [401, 200, 200, 401]);
  });

  test(`the same Idempotency-Key gives one effect; with another body it is refused (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const signer = await aSigner(scene.world);
    const another = await aSigner(scene.world, { serial: 901 });
    const idempotencyKey = 'order-2021-0001';
    const asked = { target: TARGET, body: { word: '甲' }, idempotencyKey };

    const first = await ask(scene, signer, asked);
    const again = await ask(scene, signer, asked);
    const other = await ask(scene, signer, { ...asked, body: { word: '乙' } });
    const others = await ask(scene, another, asked);

    t.like(first.body, { word: '甲', ran: 1 });
    t.deepEqual(again.body, first.body);
    t.is(other.status, 409);
    t.is(other.code, 'IDEMPOTENCY_KEY_REUSED');
    t.like(others.body, { ran: 2 });
  });

  test(`an ended client is refused at once, and so is a key that was replaced, in every process (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world } = scene;
    const other = await openWorld(t, world.config, () => scene.clock.now);
    const [ending, changing] = [await aSigner(world), await aSigner(world, { serial: 901 })];
    const renewed = { ...changing, keys: aKeyPair('P-256') };
    const before = [await ask(scene, ending, posted()), await ask(scene, changing, posted())];

    await endClient(other, anAct(), ending.client.id);
    await replaceClientKey(other, anAct(), { id: changing.client.id, key: renewed.keys.jwk });
    const after = [
      await ask(scene, ending, posted()),
      await ask(scene, changing, posted()),
      await ask(scene, renewed, posted()),
    ];

    t.deepEqual(
      before.map(({ status }) => status),
      [200, 200],
    );
    t.deepEqual(
      after.map(({ code }) => code),
      ['REQUEST_SIGNATURE_REFUSED', 'REQUEST_SIGNATURE_REFUSED', undefined],
    );
  });

  test(`whatever is wrong with a signature gets one answer, and nothing runs (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const ours = await aSigner(scene.world);
    const p256 = await aSigner(scene.world, { serial: 901, curve: 'P-256' });

    const answers = new Map<string, unknown>();
    for (const [name, sent] of Object.entries(wrongRequests(ours, p256))) {
      const { status, body } = await send(scene.url, sent);
      answers.set(name, [status, { ...(body as object), requestId: undefined }]);
    }

    const [refusal] = answers.values();
    t.like(refusal, [401, { code: 'REQUEST_SIGNATURE_REFUSED' }]);
    for (const [name, answer] of answers) if (name !== 'another method') t.deepEqual(answer, refusal, name); // that one finds no operation
    t.is(scene.ran(), 0);
    t.is((await send(scene.url, { ...POSTED, headers: headersOf(ours) })).status, 200);
  });

  test(`an altered copy does not use up the request it was made of (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const headers = headersOf(await aSigner(scene.world));

    const altered = await send(scene.url, { ...POSTED, body: '{"word":"改"}', headers });
    const honest = await send(scene.url, { ...POSTED, headers });

    t.is(altered.code, 'REQUEST_SIGNATURE_REFUSED');
    t.is(honest.status, 200);
  });

  test(`what is signed rightly but is no JSON, or too long, is told as such (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const signer = await aSigner(scene.world);
    const code = async (body: string): Promise<unknown> =>
      (await send(scene.url, { ...POSTED, body, headers: headersOf(signer, { body }) })).code;

    t.is(await code('{"word":'), 'BAD_REQUEST');
    t.is(await code('{"wort":"x"}'), 'BODY_INVALID');
    t.is(await code('['.repeat(5000)), 'BAD_REQUEST');
    t.is(await code(JSON.stringify({ word: 'x'.repeat(600_000) })), 'BODY_TOO_LARGE');
    t.is(scene.ran(), 0);
  });

  // a second opinion: an independent implementation of RFC 9421 makes signatures that are taken
  test(`another implementation's signature is understood (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { client, keys } = await aSigner(scene.world);
    const made = await httpbis.signMessage(
      {
        key: createSigner(keys.privateKey, 'ed25519', client.id),
        name: 'zc',
        fields: ['content-digest', '@target-uri', '@method'],
        params: ['keyid', 'alg', 'created', 'nonce'],
        paramValues: { created: new Date(JULY_30 * 1000), nonce: aNonce() },
      },
      {
        method: 'POST',
        url: `http://localhost:3000${TARGET}`,
        headers: { 'content-type': 'application/json', 'content-digest': digestOf(BODY) },
      },
    );

    const answer = await send(scene.url, { ...POSTED, headers: made.headers as Record<string, string> });

    t.is(answer.status, 200, JSON.stringify(answer.body));
  });
}

function posted(): { target: string; body: unknown } {
  return { target: TARGET, body: { word: '职称' } };
}

function nonceIn(headers: Record<string, string>): string {
  return /nonce="([^"]+)"/.exec(headers['signature-input'] ?? '')?.[1] ?? '';
}
