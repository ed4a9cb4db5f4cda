import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import Koa from 'koa';
import { pino } from 'pino';
import { problems } from '../../src/http/problem.ts';
import { readUpload, type Upload } from '../../src/http/upload.ts';

const LIMIT = 1024 * 1024;
const BOUNDARY = 'zhicheng-test-boundary';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

interface Receiver {
  readonly port: number;
  readonly url: string;
  readonly received: Upload[];
}

/** A service that does nothing but read one upload with a limit of 1 MiB. */
async function aReceiver(t: ExecutionContext, pace: { paceMs?: number } = {}): Promise<Receiver> {
  const received: Upload[] = [];
  const app = new Koa();
  app.use(problems(pino({ level: 'silent' })));
  app.use(async ctx => {
    received.push(await readUpload(ctx, { maxBytes: LIMIT, maxFields: 2, ...pace }));
    ctx.body = { status: 'taken' };
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, received };
}

function filePart(content: string | Uint8Array, disposition = 'name="file"; filename="a.pdf"'): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: Application/PDF\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}

function fieldPart(name: string, value: string): Buffer {
  return Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
}

const END = Buffer.from(`--${BOUNDARY}--\r\n`);

async function post(
  url: string,
  parts: readonly Buffer[],
  type = TYPE,
): Promise<{ status: number; code: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Buffer.concat(parts),
  });
  const answer = (await response.json()) as { code?: string };
  return { status: response.status, code: answer.code ?? '' };
}

test('a browser’s form gives the file whole, its name in Chinese and its fields', async t => {
  const { url, received } = await aReceiver(t);
  const bytes = new Uint8Array(300_000).map((_, place) => place % 251);
  const form = new FormData();
  form.append('purpose', 'OTHER');
  form.append('file', new Blob([bytes], { type: 'image/png' }), '证书名单.xlsx');

  const response = await fetch(url, { method: 'POST', body: form });

  t.is(response.status, 200);
  t.is(received[0]?.file.name, '证书名单.xlsx');
  t.is(received[0]?.file.mediaType, 'image/png');
  t.deepEqual(received[0]?.file.bytes, bytes);
  t.deepEqual(received[0]?.fields, { purpose: 'OTHER' });
});

const NAMES: readonly { name: string; sent: string; kept: string }[] = [
  { name: 'a Windows path', sent: 'filename="C:\\\\Users\\\\li\\\\聘书.pdf"', kept: '聘书.pdf' },
  { name: 'a path upwards', sent: 'filename="../../etc/passwd"', kept: 'passwd' },
  { name: 'dots only', sent: 'filename=".."', kept: '未命名' },
  {
    name: 'a line break for the headers',
    sent: "filename*=UTF-8''a%0d%0aSet-Cookie%3a%20x.pdf",
    kept: 'aSet-Cookie: x.pdf',
  },
  { name: 'text turned round', sent: "filename*=UTF-8''a%E2%80%AEfdp.exe", kept: 'afdp.exe' },
  { name: 'RFC 5987', sent: "filename*=UTF-8''%E5%A7%94%E6%89%98%E5%87%BD.pdf", kept: '委托函.pdf' },
  { name: '300 characters', sent: `filename="${'长'.repeat(300)}.pdf"`, kept: `${'长'.repeat(116)}.pdf` },
];

for (const { name, sent, kept } of NAMES) {
  test(`a file name is kept without danger: ${name}`, async t => {
    const { url, received } = await aReceiver(t);

    await post(url, [filePart('x', `name="file"; ${sent}`), END]);

    t.is(received[0]?.file.name, kept);
  });
}

const WRONG: readonly {
  name: string;
  parts: readonly Buffer[];
  type?: string;
  status: number;
  code: string;
}[] = [
  { name: 'no file', parts: [fieldPart('purpose', 'OTHER'), END], status: 400, code: 'FILE_EMPTY' },
  { name: 'an empty file', parts: [filePart(''), END], status: 400, code: 'FILE_EMPTY' },
  { name: 'two files', parts: [filePart('x'), filePart('y'), END], status: 400, code: 'BAD_REQUEST' },
  {
    name: 'another file field',
    parts: [filePart('x', 'name="photo"; filename="x"'), END],
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a field twice',
    parts: [fieldPart('a', '1'), fieldPart('a', '2'), filePart('x'), END],
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'too many fields',
    parts: [fieldPart('a', '1'), fieldPart('b', '2'), fieldPart('c', '3'), END],
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a field without end',
    parts: [fieldPart('a', 'x'.repeat(5000)), filePart('x'), END],
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a poisoned prototype',
    parts: [fieldPart('__proto__', '1'), filePart('x'), END],
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'JSON',
    parts: [Buffer.from('{}')],
    type: 'application/json',
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    name: 'no boundary',
    parts: [filePart('x'), END],
    type: 'multipart/form-data; x=y',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'cut in the file',
    parts: [filePart('x'.repeat(1000)).subarray(0, 500)],
    status: 400,
    code: 'UPLOAD_INCOMPLETE',
  },
  {
    name: 'cut in a field',
    parts: [filePart('x'), fieldPart('a', 'abcdef').subarray(0, -5)],
    status: 400,
    code: 'UPLOAD_INCOMPLETE',
  },
  {
    name: 'cut in a part’s head',
    parts: [filePart('x').subarray(0, 50)],
    status: 400,
    code: 'UPLOAD_INCOMPLETE',
  },
  { name: 'cut before the last boundary', parts: [filePart('x')], status: 400, code: 'UPLOAD_INCOMPLETE' },
  {
    name: 'one byte too large',
    parts: [filePart(new Uint8Array(LIMIT + 1)), END],
    status: 413,
    code: 'FILE_TOO_LARGE',
  },
];

for (const { name, parts, type, status, code } of WRONG) {
  test(`refused: ${name}`, async t => {
    const { url, received } = await aReceiver(t);

    const answer = await post(url, parts, type);

    t.deepEqual(answer, { status, code });
    t.deepEqual(received, []);
  });
}

test('a file of exactly the limit is taken', async t => {
  const { url, received } = await aReceiver(t);

  await post(url, [filePart(new Uint8Array(LIMIT).fill(7)), END]);

  t.is(received[0]?.file.bytes.length, LIMIT);
});

/** What the service answered and how many bytes it let in, when the client never stops sending of its own accord. */
async function stream(
  port: number,
  head: string,
  more: () => Buffer,
): Promise<{ answer: string; sent: number }> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    let sent = 0;
    const send = (): void => {
      while (socket.writable) {
        const chunk = more();
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', send);
    socket.on('data', chunk => (answer += chunk.toString()));
    socket.on('error', () => undefined); // the service closes while we write
    socket.on('close', () => resolve({ answer, sent }));
    socket.write(head);
    send();
  });
}

test('a declared length beyond the limit is refused before a byte of the body is read', async t => {
  const { port, received } = await aReceiver(t);

  const answer = await new Promise<string>(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nContent-Length: 2147483648\r\n\r\n`);
    let text = '';
    socket.on('data', chunk => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
  });

  t.regex(answer, /^HTTP\/1.1 413 /);
  t.regex(answer, /FILE_TOO_LARGE/);
  t.deepEqual(received, []);
});

test('who sends a file that is too large is heard to its end, and meets the answer instead of a broken connection', async t => {
  const { port, received } = await aReceiver(t);
  const long = Buffer.alloc(8 * LIMIT, 'x');
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nContent-Length: ${long.length}\r\n\r\n`;

  const answers = await new Promise<string>(resolve => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', chunk => {
      if (text === '') socket.write(Buffer.concat([long, Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')]));
      text += chunk.toString();
      if (text.includes('UNSUPPORTED_MEDIA_TYPE')) socket.destroy();
    });
    socket.on('close', () => resolve(text));
    socket.write(head);
  });

  t.regex(answers, /^HTTP\/1.1 413 [^]*FILE_TOO_LARGE[^]*HTTP\/1.1 415 /);
  t.deepEqual(received, []);
});

const ENDLESS: readonly { name: string; first: Buffer }[] = [
  { name: 'file', first: filePart('').subarray(0, -2) },
  { name: 'field', first: fieldPart('a', '').subarray(0, -2) },
  { name: 'preamble', first: Buffer.from('x') },
  { name: 'epilogue', first: Buffer.concat([filePart('x'), END]) },
];

for (const { name, first } of ENDLESS) {
  test(`an endless chunked ${name} is cut at the limit, the connection closed, memory flat`, async t => {
    const { port, received } = await aReceiver(t);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')]);
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const opening = `${first.length.toString(16)}\r\n${first.toString('latin1')}\r\n`;

    const { answer, sent } = await stream(port, head + opening, () => chunk);

    t.regex(answer, /^HTTP\/1.1 (413|400) /);
    t.regex(answer, /[Cc]onnection: close/);
    t.true(sent < 32 * LIMIT, `${sent} bytes`); // what kernels buffer, never the 2 GB on offer
    if (name !== 'epilogue') t.deepEqual(received, []);
  });
}

test('a client that hangs up in the middle leaves nothing and frees its place for those who wait', async t => {
  const { port, url, received } = await aReceiver(t);
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nContent-Length: 5000\r\n\r\n`;
  const sockets = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.write(Buffer.concat([Buffer.from(head), filePart('half of it')]));
  const waiting = post(url, [filePart('whole'), END]);

  for (const socket of sockets) socket.destroy();

  t.is((await waiting).status, 200);
  t.is(received.length, 1);
});

test('a client that hardly sends anything is cut, and frees its place for those who wait', async t => {
  const { port, url, received } = await aReceiver(t, { paceMs: 200 });
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nContent-Length: 500000\r\n\r\n`;
  const sockets = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
  t.teardown(() => sockets.forEach(socket => socket.destroy()));
  const answers = sockets.map(async socket => {
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  });

  for (const socket of sockets) socket.write(Buffer.concat([Buffer.from(head), filePart('a little')]));

  t.is((await post(url, [filePart('whole'), END])).status, 200);
  for (const answer of await Promise.all(answers)) t.regex(answer, /UPLOAD_INCOMPLETE/);
  t.is(received.length, 1);
});

test('a hundred uploads at once are all taken, four at a time', async t => {
  const { url, received } = await aReceiver(t);

  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => post(url, [filePart('same'), END])),
  );

  t.true(answers.every(answer => answer.status === 200));
  t.is(received.length, 100);
});
