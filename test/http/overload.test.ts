/** What is too much is refused at once with 503, cheaply, and never the health check. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { gated } from '../../src/http/gate.ts';
import { watchOverload, type Overload, type OverloadLimits } from '../../src/http/overload.ts';
import { answerTo, sent, statusOf } from './raw.ts';

const LIMITS: OverloadLimits = { turnMs: 40, firstTurnMs: 250, leastPerTurn: 64, working: 2 };

interface Held {
  readonly url: string;
  readonly overload: Overload;
  readonly log: readonly string[];
  /** Resolves when that many requests are whole and waiting. */
  readonly waiting: (count: number) => Promise<void>;
  /** Answers all that wait. */
  readonly release: () => void;
}

/** An application behind the gate that answers nothing but health checks until it is told. */
async function held(t: ExecutionContext, overload = watchOverload(LIMITS)): Promise<Held> {
  const log: string[] = [];
  const waiters: (() => void)[] = [];
  const server = createServer(
    gated(
      (request, response) => {
        if (request.url === '/healthz') return void response.end('alive');
        request.resume().once('end', () => {
          waiters.push(() => response.end('done'));
          server.emit('waiting');
        });
      },
      {
        origin: 'http://localhost:3000',
        overload,
        log: pino({ level: 'warn' }, { write: line => void log.push(line) }),
      },
    ),
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    overload,
    log,
    waiting: async count => {
      while (waiters.length < count) await once(server, 'waiting');
    },
    release: () => waiters.splice(0).forEach(answer => answer()),
  };
}

test('what is beyond the limit is answered 503 OVERLOADED with Retry-After, and others later', async t => {
  const { url, waiting, release, overload } = await held(t);
  const first = [fetch(`${url}/a`), fetch(`${url}/b`)];
  await waiting(2);

  const refused = await fetch(`${url}/c`, { method: 'POST', body: 'x'.repeat(1000) });
  const problem = (await refused.json()) as Record<string, unknown>;

  t.is(refused.status, 503);
  t.is(problem['code'], 'OVERLOADED');
  t.regex(refused.headers.get('retry-after') ?? '', /^\d+$/);
  t.is(refused.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  t.true(overload.isShedding());

  release();
  t.deepEqual(
    (await Promise.all(first)).map(({ status }) => status),
    [200, 200],
  );
  const next = fetch(`${url}/d`);
  await waiting(1);
  release();
  t.is((await next).status, 200);
});

test('the health check is answered while everything else is refused', async t => {
  const { url, waiting, release } = await held(t);
  const first = [fetch(`${url}/a`), fetch(`${url}/b`)];
  await waiting(2);

  t.is((await fetch(`${url}/healthz`)).status, 200);
  t.is((await fetch(`${url}/c`)).status, 503);

  release();
  await Promise.all(first);
});

test('requests that are still coming in, or whose sender has gone, keep nobody out', async t => {
  const { url, waiting, release } = await held(t);
  const slow = await Promise.all(
    Array.from({ length: 20 }, () =>
      sent(url, 'POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf'),
    ),
  );

  const whole = fetch(`${url}/a`);
  await waiting(1);
  slow.forEach(socket => socket.destroy());
  release();
  t.is((await whole).status, 200);

  const next = [fetch(`${url}/b`), fetch(`${url}/c`)];
  await waiting(2);
  release();
  t.deepEqual(
    (await Promise.all(next)).map(({ status }) => status),
    [200, 200],
  );
});

test('a long refused body is not read to its end', async t => {
  const { url, waiting, release } = await held(t);
  const first = [fetch(`${url}/a`), fetch(`${url}/b`)];
  await waiting(2);

  const answer = await answerTo(
    url,
    'POST /c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\nx',
  );

  t.is(statusOf(answer), '503');
  t.regex(answer, /\r\nConnection: close\r\n/i);
  release();
  await Promise.all(first);
});

test('a flood of refusals is one line of the log', async t => {
  const { url, waiting, release, log } = await held(t);
  const first = [fetch(`${url}/a`), fetch(`${url}/b`)];
  await waiting(2);

  const refused = await Promise.all(Array.from({ length: 50 }, () => fetch(`${url}/c`)));

  t.true(refused.every(({ status }) => status === 503));
  t.is(log.length, 1);
  release();
  await Promise.all(first);
});

/** Admissions of one turn of the event loop, in which each costs that many milliseconds. */
function turnOf(
  overload: Overload,
  clock: { ms: number },
  requests: { count: number; eachMs: number },
): number {
  let admitted = 0;
  for (let place = 0; place < requests.count; place += 1) {
    const request = { headers: {} } as Parameters<Overload['admits']>[0];
    const response = { once: () => undefined } as unknown as Parameters<Overload['admits']>[1];
    if (!overload.admits(request, response)) continue;
    admitted += 1;
    clock.ms += requests.eachMs;
  }
  return admitted;
}

test('a few slow requests in one turn are never too many', async t => {
  const clock = { ms: 0 };
  const overload = watchOverload({ ...LIMITS, working: 1e9 }, { now: () => clock.ms });

  turnOf(overload, clock, { count: 60, eachMs: 500 });
  await nextTurn();

  t.is(turnOf(overload, clock, { count: 60, eachMs: 500 }), 60);
});

const nextTurn = async (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('while turns of the event loop are long, each takes in only what it works off in time', async t => {
  const clock = { ms: 0 };
  const overload = watchOverload({ ...LIMITS, working: 1e9 }, { now: () => clock.ms });
  const flood = { count: 1000, eachMs: 1 };

  const first = turnOf(overload, clock, flood);
  await nextTurn();
  const second = turnOf(overload, clock, flood);
  await nextTurn();
  const quick = turnOf(overload, clock, { count: 1000, eachMs: 0.25 });
  await nextTurn();
  const short = turnOf(overload, clock, { count: 30, eachMs: 1 });
  await nextTurn();
  const again = turnOf(overload, clock, { count: 200, eachMs: 1 });

  // one long turn is a pause and no overload; those that follow are cut, and a short one ends it
  t.deepEqual([first, second, quick, short, again], [251, 64, 161, 30, 200]);
});
