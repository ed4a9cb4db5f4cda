/** A notification goes where it was judged to go and nowhere else, and no target can hold the sender up or fill its memory. */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { sender, type Notification, type SendTools } from '../../../src/webhooks/delivery/send.ts';
import { aPeer, aSecureTarget, answering, aTarget } from '../a-target.ts';

const TRIAL: SendTools = { isPrivateAllowed: true, resolve: async () => Promise.resolve(['127.0.0.1']) };
const STRICT = { isPrivateAllowed: false };

function notification(url: string): Notification {
  return { url, body: '{"type":"certificate.revoked"}', headers: { 'webhook-id': 'a'.repeat(32) } };
}

/** Resolves to these, one answer after the other, and counts how often it was asked. */
function answersOf(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const resolve = async (hostname: string) => {
    asked.push(hostname);
    return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] ?? []);
  };
  return { asked, resolve };
}

test('a notification is one POST of JSON with its headers, on a connection of its own', async t => {
  const target = await aTarget(t);
  const send = sender(TRIAL);

  const outcomes = [await send(notification(target.url)), await send(notification(target.url))];

  t.deepEqual(outcomes, [{ ok: true }, { ok: true }]);
  const [first] = target.received;
  t.like(first, { method: 'POST', path: '/hook', body: '{"type":"certificate.revoked"}' });
  t.like(first?.headers, {
    'webhook-id': 'a'.repeat(32),
    'content-type': 'application/json; charset=utf-8',
    connection: 'close',
  });
  t.is(target.connections(), 2);
});

for (const status of [200, 201, 202, 204, 299])
  test(`an answer of ${status} is a delivery`, async t => {
    const target = await aTarget(t, answering(status));

    t.deepEqual(await sender(TRIAL)(notification(target.url)), { ok: true });
  });

for (const [status, fault] of [
  [300, 'REDIRECTED'],
  [304, 'REDIRECTED'],
  [400, 'HTTP_400'],
  [404, 'HTTP_404'],
  [410, 'HTTP_410'],
  [429, 'HTTP_429'],
  [500, 'HTTP_500'],
  [503, 'HTTP_503'],
] as const)
  test(`an answer of ${status} is none`, async t => {
    const target = await aTarget(t, answering(status));

    t.deepEqual(await sender(TRIAL)(notification(target.url)), { ok: false, fault });
  });

for (const status of [301, 302, 303, 307, 308])
  test(`a redirect of ${status} to this machine is not followed`, async t => {
    const inner = await aTarget(t);
    const target = await aTarget(t, answering(status, { location: inner.url }));

    const outcome = await sender(TRIAL)(notification(target.url));

    t.deepEqual(outcome, { ok: false, fault: 'REDIRECTED' });
    t.is(inner.connections(), 0);
  });

test('a name that leads to an address of a private network is never spoken to, also when another of its addresses is public', async t => {
  for (const addresses of [['127.0.0.1'], ['10.0.0.1'], ['::ffff:127.0.0.1'], ['8.8.8.8', '127.0.0.1']]) {
    const send = sender({ ...STRICT, resolve: answersOf(addresses).resolve });

    const outcome = await send(notification('https://hooks.example.com/'));

    t.deepEqual(outcome, { ok: false, fault: 'ADDRESS_REFUSED' }, addresses.join());
  }
});

test('a name that changes between check and connection is asked for once, and the checked address is the one connected to', async t => {
  const judged = await aTarget(t);
  const other = await listeningAt(t, '127.0.0.2', judged.port);
  const { asked, resolve } = answersOf(['127.0.0.1'], ['127.0.0.2']);

  const outcome = await sender({ ...TRIAL, resolve })(
    notification(`http://rebind.example.com:${judged.port}/hook`),
  );

  t.deepEqual(outcome, { ok: true });
  t.deepEqual(asked, ['rebind.example.com']);
  t.is(judged.received[0]?.headers.host, `rebind.example.com:${judged.port}`);
  t.is(other(), 0);
});

/** Counts connections to that port of another address. */
async function listeningAt(t: ExecutionContext, host: string, port: number): Promise<() => number> {
  let connections = 0;
  const server = createServer().on('connection', () => (connections += 1));
  await new Promise<void>(resolve => server.listen(port, host, resolve));
  t.teardown(() => server.close());
  return () => connections;
}

test('a URL that may no longer be a target is not sent to', async t => {
  const target = await aTarget(t);

  const outcome = await sender({ ...TRIAL, ...STRICT })(notification(target.url));

  t.deepEqual(outcome, { ok: false, fault: 'TARGET_REFUSED' });
  t.is(target.connections(), 0);
});

test('a name that nobody has is told as such', async t => {
  const send = sender({ ...STRICT, resolve: async () => Promise.resolve([]) });

  t.deepEqual(await send(notification('https://gone.example.com/')), { ok: false, fault: 'NAME_UNKNOWN' });
});

test('proxies of the environment are not asked', async t => {
  const target = await aTarget(t);
  const proxy = await aTarget(t);
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY'];
  const before = names.map(name => process.env[name]);
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
  t.teardown(() => names.forEach((name, place) => restore(name, before[place])));

  await sender(TRIAL)(notification(target.url));

  t.is(target.connections(), 1);
  t.is(proxy.connections(), 0);
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

test('a certificate must be good for the name, not for the address', async t => {
  const target = await aSecureTarget(t, ['hooks.example.com']);
  const to = (host: string) => notification(`https://${host}:${target.port}/hook`);
  const { ca } = target;

  t.deepEqual(await sender({ ...TRIAL, ca })(to('hooks.example.com')), { ok: true });
  t.deepEqual(await sender({ ...TRIAL, ca })(to('other.example.com')), { ok: false, fault: 'TLS_FAILED' });
  t.deepEqual(await sender(TRIAL)(to('hooks.example.com')), { ok: false, fault: 'TLS_FAILED' });
  t.is(target.received.length, 1);
});

test('a port where nobody listens, and one that speaks no TLS, are told apart', async t => {
  const plain = await aTarget(t);
  const gone = await aPeer(t, socket => socket.destroy());
  const { port } = await aTarget(t, answering(204), '127.0.0.3');

  const outcomes = [
    await sender(TRIAL)(notification(`http://hooks.example.com:${port}/`)),
    await sender(TRIAL)(notification(`https://hooks.example.com:${plain.port}/`)),
    await sender(TRIAL)(notification(gone.url)),
  ];

  t.deepEqual(outcomes, [
    { ok: false, fault: 'CONNECT_FAILED' },
    { ok: false, fault: 'TLS_FAILED' },
    { ok: false, fault: 'CLOSED' },
  ]);
});

for (const [what, behave, fault] of [
  ['takes the connection and says nothing', () => undefined, 'TIMEOUT'],
  ['sends its head letter by letter', (socket: Socket) => drip(socket, 'HTTP/1.1 200 OK\r\n'), 'TIMEOUT'],
  [
    'says to go on, for ever',
    (socket: Socket) => drip(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n'),
    'TIMEOUT',
  ],
  ['closes at once', (socket: Socket) => socket.end(), 'CLOSED'],
  ['resets the connection', (socket: Socket) => socket.resetAndDestroy(), 'CLOSED'],
  ['speaks something else', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'ANSWER_INVALID'],
  [
    'has an endless head',
    (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}`),
    'ANSWER_INVALID',
  ],
  [
    'switches protocols',
    (socket: Socket) => socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    'HTTP_101',
  ],
] as const)
  test(`a target that ${what} is a failure: ${fault}`, async t => {
    const peer = await aPeer(t, behave);

    const outcome = await sender({ ...TRIAL, timeoutMs: 300 })(notification(peer.url));

    t.deepEqual(outcome, { ok: false, fault });
  });

/** Writes the text once, or the piece again and again, a little at a time. */
function drip(socket: Socket, text: string, piece = ''): void {
  const left = [...text];
  const timer = setInterval(() => socket.write(piece === '' ? (left.shift() ?? 'x') : piece), 5);
  socket.on('close', () => clearInterval(timer));
}

test('of an answer of ten gigabytes 64 KB are read, then the connection is cut', async t => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const answer = { written: 0, closed: Promise.resolve() };
  const target = await aTarget(t, response => {
    answer.closed = new Promise(resolve => response.on('close', resolve));
    response.writeHead(200, { 'content-length': String(10 * 1024 ** 3) });
    const more = (): void => {
      while (!response.destroyed) {
        answer.written += piece.length;
        if (!response.write(piece)) return void response.once('drain', more);
      }
    };
    more();
  });

  const outcome = await sender(TRIAL)(notification(target.url));
  await answer.closed;

  t.deepEqual(outcome, { ok: true });
  t.true(answer.written < 32 * 1024 ** 2, `${answer.written} bytes`); // what the buffers of both ends take
});

test('an answer whose body never ends is a delivery, and is left after the time limit', async t => {
  const target = await aTarget(t, response => void response.writeHead(200).write('a'));

  const outcome = await sender({ ...TRIAL, timeoutMs: 3000 })(notification(target.url));

  t.deepEqual(outcome, { ok: true });
});
