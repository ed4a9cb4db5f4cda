import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import Koa from 'koa';
import { inTransaction } from '../../src/db/tx.ts';
import { problems } from '../../src/http/problem.ts';
import { enqueue } from '../../src/messages/enqueue.ts';
import { demoOutboxRoutes } from '../../src/messages/routes.ts';
import type { World } from '../../src/world.ts';
import { aBureau } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

async function page(t: ExecutionContext, demoOutbox: boolean): Promise<{ world: World; url: string }> {
  const bureau = await aBureau(t, sqlite as NonNullable<typeof sqlite>);
  const world = { ...bureau, config: { ...bureau.config, demoOutbox } };
  const app = new Koa();
  app.use(problems(world.log));
  app.use(demoOutboxRoutes(world).routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { world, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('the demonstration’s outbox shows whom was told what and when, the newest first', async t => {
  const { world, url } = await page(t, true);
  await inTransaction(world.db, async tx =>
    enqueue(tx, world, [
      { template: 'issued', phone: '19900001002', values: { date: '8月15日' } },
      { template: 'sign-in-code', phone: '19900001001', values: { code: '482915' } },
    ]),
  );

  const response = await fetch(`${url}/demo/outbox`);
  const html = await response.text();

  t.is(response.headers.get('cache-control'), 'no-store');
  t.regex(html, /19900001001<\/strong> <time>2021-07-30 12:00:00<\/time>.*482915.*19900001002.*8月15日/s);
  t.regex(html, /http-equiv="refresh"/);
  t.notRegex(html, /<script|<style|style=/);
});

test('what a message says is text on the page, never markup', async t => {
  const { world, url } = await page(t, true);
  const values = { by: '<img src=x onerror=alert(1)>&"' };
  await inTransaction(world.db, async tx =>
    enqueue(tx, world, [{ template: 'returned', phone: '19900001001', values }]),
  );

  const html = await (await fetch(`${url}/demo/outbox`)).text();

  t.false(html.includes('<img'));
  t.true(html.includes('&#60;img src=x'));
});

test('the page’s style comes from its own address', async t => {
  const { url } = await page(t, true);

  const response = await fetch(`${url}/demo/outbox.css`);

  t.is(response.headers.get('content-type'), 'text/css; charset=utf-8');
});

test('without the setting there is no outbox to look at', async t => {
  const { url } = await page(t, false);

  for (const path of ['/demo/outbox', '/demo/outbox.css']) t.is((await fetch(url + path)).status, 404);
});
