/** T34: what wears a service down or confuses its proxies gets a 4xx or a closed connection, and others are answered meanwhile. */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import Koa from 'koa';
import { pino } from 'pino';
import { jsonBody } from '../../src/http/kit.ts';
import { readJson } from '../../src/http/json-body.ts';
import { problems } from '../../src/http/problem.ts';
import { startService } from '../../src/service.ts';
import { isVerifyRequest } from '../../src/shared/shapes/shapes.ts';
import { aBureau } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { answerTo, sent, statusOf } from './raw.ts';

async function served(t: ExecutionContext): Promise<string> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const service = await startService(await aBureau(t, sqlite));
  t.teardown(async () => service.stop());
  return service.url;
}

/** Nothing but a JSON body of at most a few megabytes, so that size alone refuses nothing. */
async function reader(t: ExecutionContext, withinMs?: number): Promise<string> {
  const app = new Koa();
  app.use(problems(pino({ level: 'silent' })));
  if (withinMs === undefined) for (const step of jsonBody(isVerifyRequest, '4096kb')) app.use(step);
  else
    app.use(async ctx => {
      await readJson(ctx, { maxBytes: 1000, withinMs });
    });
  app.use(ctx => {
    ctx.body = { status: 'taken' };
  });
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = async (url: string, body: string | Uint8Array<ArrayBuffer>): Promise<unknown> => {
  const response = await fetch(`${url}/api/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return ((await response.json()) as { code?: unknown }).code ?? response.status;
};

const BODIES: readonly [name: string, body: string | Uint8Array<ArrayBuffer>, code: unknown][] = [
  ['a text', '{"text":"x"}', 200],
  ['100,000 brackets', '['.repeat(100_000) + ']'.repeat(100_000), 'BAD_REQUEST'],
  ['100,000 objects', '{"text":'.repeat(100_000) + '1' + '}'.repeat(100_000), 'BAD_REQUEST'],
  ['100,000 brackets that never close', '['.repeat(100_000), 'BAD_REQUEST'],
  ['a number of a million digits', `{"text":${'9'.repeat(1_000_000)}}`, 'BODY_INVALID'],
  ['a string of a million characters', `{"text":"${'9'.repeat(1_000_000)}"}`, 200],
  ['100,000 members', `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`).join(',')}}`, 'BODY_INVALID'],
  ['a member twice', '{"text":"x","text":"y"}', 'BAD_REQUEST'],
  ['a poisoned prototype', '{"text":"x","__proto__":{}}', 'BAD_REQUEST'],
  ['half a surrogate pair', '{"text":"\\ud800"}', 'BAD_REQUEST'],
  ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'BAD_REQUEST'],
  ['UTF-16', new Uint8Array(Buffer.from('{"text":"x"}', 'utf16le')), 'BAD_REQUEST'],
  ['a byte order mark', '\ufeff{"text":"x"}', 'BAD_REQUEST'],
  ['NaN', '{"text":NaN}', 'BAD_REQUEST'],
  ['nothing', '', 'BODY_INVALID'],
  ['a bare word', '"x"', 'BODY_INVALID'],
  ['5 MB', `{"text":"${'x'.repeat(5_000_000)}"}`, 'BODY_TOO_LARGE'],
];

for (const [name, body, code] of BODIES) {
  test(`a JSON body of ${name} is answered ${String(code)}`, async t => {
    t.is(await post(await reader(t), body), code);
  });
}

test('a body that does not come in time is refused, and one that is cut too', async t => {
  const url = await reader(t, 50);
  const head =
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"te';

  t.regex(await answerTo(url, head), /^HTTP\/1\.1 400 [^]*UPLOAD_INCOMPLETE/);
});

const POST = 'POST /api/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const HIDDEN = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
const chunkedHidden = `0\r\n\r\n${HIDDEN}`;

/** Requests whose end two servers could see at different places (RFC 9112 §6.1, §11.2). */
const SMUGGLED: Readonly<Record<string, string>> = {
  'both lengths': `${POST}Content-Length: ${chunkedHidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedHidden}`,
  'both lengths, the other way': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n${chunkedHidden}`,
  'two lengths': `${POST}Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'a list of lengths': `${POST}Content-Length: 0, ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'a signed length': `${POST}Content-Length: +0\r\n\r\n${HIDDEN}`,
  'a negative length': `${POST}Content-Length: -1\r\n\r\n${HIDDEN}`,
  'a hexadecimal length': `${POST}Content-Length: 0x0\r\n\r\n${HIDDEN}`,
  'a length beyond all numbers': `${POST}Content-Length: 99999999999999999999\r\n\r\n${HIDDEN}`,
  'chunked that is not last': `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${chunkedHidden}`,
  'a look-alike of chunked': `${POST}Transfer-Encoding: xchunked\r\n\r\n${chunkedHidden}`,
  'a blank before the colon': `${POST}Transfer-Encoding : chunked\r\n\r\n${chunkedHidden}`,
  'a folded field': `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n${chunkedHidden}`,
  'a chunk size with a sign': `${POST}Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n${HIDDEN}`,
  'a chunk size beyond all numbers': `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n${HIDDEN}`,
  'a NUL in a field': `${POST}X-A: a\0b\r\nContent-Length: 0\r\n\r\n${HIDDEN}`,
  'a line feed alone': `POST /api/verify HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n${HIDDEN}`,
  'an unknown version': `POST /api/verify HTTP/9.9\r\nHost: localhost\r\n\r\n${HIDDEN}`,
  'a method of no standard': `HACK /api/verify HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  'a preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
};

/** Everything that comes until the service closes the connection, or has been silent while another request was answered. */
async function conversation(url: string, bytes: string): Promise<string> {
  const socket = await sent(url, Buffer.from(bytes, 'latin1'));
  let text = '';
  let isOver = false;
  socket.on('data', chunk => (text += chunk.toString()));
  socket.once('close', () => (isOver = true));
  for (let round = 0; round < 20 && !isOver; round += 1) await (await fetch(`${url}/healthz`)).text();
  socket.destroy();
  return text;
}

test('a request whose end is in doubt is refused, and nothing hidden behind it is answered', async t => {
  const url = await served(t);

  for (const [name, bytes] of Object.entries(SMUGGLED)) {
    const text = await conversation(url, bytes);
    t.regex(text, /^(HTTP\/1\.1 4\d\d |$)/, name);
    t.false(text.includes('"alive"'), name);
  }
});

test('heads without end are refused', async t => {
  const url = await served(t);
  const heads = {
    'one long field': `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
    'many fields': `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${'X-A: a\r\n'.repeat(5000)}\r\n`,
    'a long path': `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'a long cookie': `GET /healthz HTTP/1.1\r\nHost: localhost\r\nCookie: ${'a=b; '.repeat(5000)}\r\n\r\n`,
  };

  for (const [name, head] of Object.entries(heads)) t.is(statusOf(await answerTo(url, head)), '431', name);
});

test('ten megabytes of JSON are refused unread, declared or not', async t => {
  const url = await served(t);

  const declared = await answerTo(url, `${POST}Content-Length: 10000000\r\n\r\n{"text":"`);
  const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
  const undeclared = await answerTo(url, `${POST}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`);

  for (const answer of [declared, undeclared]) {
    t.regex(answer, /^HTTP\/1\.1 413 [^]*BODY_TOO_LARGE/);
    t.regex(answer, /\r\nConnection: close\r\n/i);
  }
});

test('a thousand half-open heads and bodies keep nobody waiting', async t => {
  const url = await served(t);
  const halves = [
    'GET /healthz HTTP/1.1\r\nHost: local',
    `${POST}Content-Length: 100\r\n\r\n{"text":`,
    '',
    `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\nab`,
  ];
  const sockets: Socket[] = [];
  for (let place = 0; place < 1000; place += 1) sockets.push(await sent(url, halves[place % 4] ?? ''));

  const answers = await Promise.all(Array.from({ length: 20 }, () => post(url, '{"text":"x"}')));

  t.true(answers.every(answer => answer === 200));
  t.is((await fetch(`${url}/readyz`)).status, 200);
  sockets.forEach(socket => socket.destroy());
});
