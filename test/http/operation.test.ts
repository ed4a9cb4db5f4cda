import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import Koa from 'koa';
import { pino } from 'pino';
import { makeApi } from '../../src/http/operation.ts';
import { problems } from '../../src/http/problem.ts';

const QUERIES: readonly [query: string, status: number][] = [
  ['name=王', 200],
  ['name=𠮷', 200],
  ['name=%00', 400],
  ['name=王%00', 400],
  ['name=%0a', 400],
  ['name=%7f', 400],
  ['name=a&name=b', 400],
  ['name[]=a', 400],
  ['__proto__=a', 400],
  ['constructor=a', 400],
];

test('a query takes the names and values it declares, each once, without control characters', async t => {
  const api = makeApi<undefined, undefined>({
    identify: () => Promise.resolve(undefined),
    anonymous: () => undefined,
    once: async (_ctx, _act, run) => run(),
  });
  api.open(
    {
      method: 'get',
      path: '/api/things',
      tag: '试',
      summary: '试',
      query: { name: { description: '名称', pattern: '.{1,60}' } },
      answer: { status: 200, description: '所问' },
    },
    ({ query }) => Promise.resolve({ name: query['name'] }),
  );
  const app = new Koa();
  app.use(problems(pino({ level: 'silent' })));
  app.use(api.router.routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;

  for (const [query, status] of QUERIES) {
    const response = await fetch(`http://127.0.0.1:${port}/api/things?${query}`);
    t.is(response.status, status, query);
  }
});
