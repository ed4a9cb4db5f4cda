import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'ava';
import { pino } from 'pino';
import { makeApp } from '../../src/app.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { startService, type Service } from '../../src/service.ts';
import { isTrustDocument, isVerificationReport } from '../../src/shared/shapes/shapes.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { makeVerifier } from '../../src/verification/verify-thread.ts';
import { verify } from '../../src/verification/verify.ts';
import type { ExecutionContext } from 'ava';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

async function served(t: ExecutionContext): Promise<{ world: World; service: Service; qrText: string }> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const world = await aBureau(t, sqlite);
  const ids = await takeIn(world, [someCells()]);
  await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  const [certificate] = await certificatesFor(world.db, ids);
  const service = await startService(world);
  t.teardown(async () => service.stop());
  return { world, service, qrText: certificate?.qrText ?? '' };
}

test('POST /api/verify gives the same report as the verifier on the trust that /trust serves', async t => {
  const { service, qrText } = await served(t);

  const response = await fetch(`${service.url}/api/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: qrText }),
  });
  const report: unknown = await response.json();
  const document: unknown = await (await fetch(`${service.url}/trust`)).json();
  const own = await verify(qrText, await readTrust(document), JULY_30);

  t.is(response.status, 200);
  t.true(isVerificationReport(report));
  t.true(isTrustDocument(document));
  t.deepEqual(report, own);
  t.is(own.verdict, 'valid');
});

const PUBLIC: readonly [path: string, type: string, maxAge: string][] = [
  ['/.well-known/did.json', 'application/did+json', 'max-age=300'],
  ['/.well-known/jwks.json', 'application/jwk-set+json', 'max-age=300'],
  ['/trust', 'application/json', 'max-age=60'],
  ['/status-lists/revocation-1', 'application/vc+jwt', 'max-age=3600'],
  ['/status-lists/suspension-1', 'application/vc+jwt', 'max-age=3600'],
  ['/contexts/title/v1', 'application/ld+json', 'immutable'],
  ['/schemas/title/v1', 'application/schema+json', 'immutable'],
  ['/contexts/use-copy/v1', 'application/ld+json', 'immutable'],
  ['/schemas/use-copy/v1', 'application/schema+json', 'immutable'],
];

test('public documents carry their media type, caching, CORS and an ETag that saves the second fetch', async t => {
  const { service } = await served(t);

  for (const [path, type, maxAge] of PUBLIC) {
    const response = await fetch(service.url + path);
    const again = await fetch(service.url + path, {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    });

    t.is(response.status, 200, path);
    t.true(response.headers.get('content-type')?.startsWith(type), path);
    t.true(response.headers.get('cache-control')?.includes(maxAge), path);
    t.is(response.headers.get('access-control-allow-origin'), '*', path);
    t.is(again.status, 304, path);
  }
});

test('a status list is enveloped as JSON for those who ask for JSON', async t => {
  const { service } = await served(t);

  const response = await fetch(`${service.url}/status-lists/revocation-1`, {
    headers: { accept: 'application/json' },
  });
  const body = (await response.json()) as Record<string, unknown>;

  t.is(body['type'], 'EnvelopedVerifiableCredential');
  t.regex(String(body['id']), /^data:application\/vc\+jwt,ey/);
});

const BAD: readonly { name: string; path: string; init: RequestInit; status: number; code: string }[] = [
  {
    name: 'no body',
    path: '/api/verify',
    init: { method: 'POST', headers: { 'content-type': 'application/json' } },
    status: 400,
    code: 'BODY_INVALID',
  },
  {
    name: 'broken JSON',
    path: '/api/verify',
    init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' },
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'extra member',
    path: '/api/verify',
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"x","status":"valid"}',
    },
    status: 400,
    code: 'BODY_INVALID',
  },
  {
    name: 'a poisoned prototype',
    path: '/api/verify',
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"x","__proto__":{"a":1}}',
    },
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'another media type',
    path: '/api/verify',
    init: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    name: 'a body that does not unpack',
    path: '/api/verify',
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: '{"text":"x"}',
    },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    name: 'an id with a NUL',
    path: '/api/applications/%00',
    init: {},
    status: 401,
    code: 'SIGN_IN_REQUIRED',
  },
  {
    name: '10 kB',
    path: '/api/verify',
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'x'.repeat(10_000) }),
    },
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  { name: 'unknown path', path: '/nothing', init: {}, status: 404, code: 'NOT_FOUND' },
  { name: 'path traversal', path: '/app/..%2f..%2fpackage.json', init: {}, status: 404, code: 'NOT_FOUND' },
  { name: 'unknown list', path: '/status-lists/revocation-9', init: {}, status: 404, code: 'NOT_FOUND' },
  {
    name: 'list with a strange number',
    path: '/status-lists/revocation-007',
    init: {},
    status: 404,
    code: 'NOT_FOUND',
  },
];

test('bad requests get a problem document with a stable code, and never a 5xx', async t => {
  const { service } = await served(t);

  for (const { name, path, init, status, code } of BAD) {
    const response = await fetch(service.url + path, init);
    const problem = (await response.json()) as Record<string, unknown>;

    t.is(response.status, status, name);
    t.is(problem['code'], code, name);
    t.true(response.headers.get('content-type')?.startsWith('application/problem+json'), name);
    t.false(JSON.stringify(problem).includes('node_modules'), name);
  }
});

test('whoever accepts no coding at all gets the document as it is', async t => {
  const { service } = await served(t);

  const answers = await Promise.all(
    ['identity;q=0, *;q=0', 'br;q=0, identity;q=0', 'nonsense', '*'].map(coding =>
      fetch(`${service.url}/schemas/title/v1`, { headers: { 'accept-encoding': coding } }),
    ),
  );

  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  );
});

test('a short upload that is refused meets its refusal, not a broken connection', async t => {
  const { service } = await served(t);
  const { hostname, port } = new URL(service.url);
  const head = `POST /api/rosters HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: multipart/form-data; boundary=x\r\n`;

  const socket = connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  socket.write(`${head}Content-Length: 300\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.write('-'.repeat(300) + `GET /healthz HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  const [next] = (await once(socket, 'data')) as [Buffer];

  t.regex(answer.toString(), /^HTTP\/1\.1 401 /);
  t.regex(next.toString(), /^HTTP\/1\.1 200 /);
});

test('security headers forbid inline scripts, framing and referrers', async t => {
  const { service } = await served(t);

  const { headers } = await fetch(`${service.url}/healthz`);

  t.regex(headers.get('content-security-policy') ?? '', /script-src 'self' 'wasm-unsafe-eval'/);
  t.regex(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  t.is(headers.get('referrer-policy'), 'no-referrer');
  t.is(headers.get('x-content-type-options'), 'nosniff');
});

test('a broken connection is one line of the log, without a stack', async t => {
  const { world } = await served(t);
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: line => void lines.push(line) });

  const app = makeApp({ ...world, log }, { isReady: () => true, isShedding: () => false }, makeVerifier(log));
  app.emit('error', new Error('Parse Error: Invalid method encountered'));

  t.is(app.listenerCount('error'), 1);
  t.is(lines.length, 1);
  t.like(JSON.parse(lines[0] ?? ''), {
    msg: 'connection',
    error: 'Error: Parse Error: Invalid method encountered',
  });
});

test('an orderly stop first says that it is not ready', async t => {
  const { service } = await served(t);
  t.is((await fetch(`${service.url}/readyz`)).status, 200);

  await service.stop();

  await t.throwsAsync(fetch(`${service.url}/readyz`));
});
