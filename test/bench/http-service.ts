/**
 * The service for `http-bench.ts`, in a process of its own as in production: a bureau on SQLite with issued certificates, and beside
 * it a bare koa route that only reads and answers the same bytes. Its access log is written, to nowhere.
 */
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import { pino } from 'pino';
import { certificatesFor } from '../../src/certificate/store.ts';
import { startService } from '../../src/service.ts';
import { closeWorld } from '../../src/world.ts';
import { JULY_30 } from '../support/bureau.ts';
import { benchBureau, released } from './bench-bureau.ts';

/** What the parent is told once both listen. */
export interface Listening {
  readonly url: string;
  readonly bareUrl: string;
  readonly qrTexts: readonly string[];
}

/** What the parent is told whenever it asks: bytes after a collection of garbage, seconds of CPU since the start. */
export interface Usage {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
}

const CERTIFICATES = 50;

const folder = mkdtempSync(join(tmpdir(), 'zhicheng-bench-'));
const log = pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: true }));
const world = await benchBureau(folder, { clock: () => JULY_30, log });
const issued = await certificatesFor(world.db, await released(world, CERTIFICATES));
const qrTexts = issued.map(({ qrText }) => qrText);
const service = await startService(world);
const bare = await bareRoute();
process.once('disconnect', () => process.exit()); // nobody measures any more
process.on('message', message => {
  if (message === 'usage') send(usage());
  if (message === 'stop') void stop();
});
send({ url: service.url, bareUrl: `http://127.0.0.1:${(bare.address() as AddressInfo).port}`, qrTexts });

/** The least a koa service does for the same request: the figures of two machines are compared by their ratio to it. */
async function bareRoute(): Promise<ReturnType<typeof createServer>> {
  const app = new Koa();
  app.use(bodyParser({ enableTypes: ['json'] }));
  app.use(ctx => {
    ctx.body = { text: (ctx.request as unknown as { body: { text: string } }).body.text };
  });
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function usage(): Usage {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed, cpuSeconds: (user + system) / 1e6 };
}

function send(message: Listening | Usage): void {
  process.send?.(message);
}

async function stop(): Promise<void> {
  bare.closeAllConnections();
  bare.close();
  await service.stop();
  await closeWorld(world);
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
