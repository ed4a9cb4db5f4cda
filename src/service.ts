/** Starts the service for a World and stops it in order: gates first, then listening, then the timer that publishes status lists. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeApp } from './app.ts';
import { demandDurability } from './db/durability.ts';
import { demandMigrated } from './db/migrate.ts';
import { publish } from './revocation/publish.ts';
import { DomainError } from './shared/errors.ts';
import { newAct, type World } from './world.ts';

export interface Service {
  readonly url: string;
  /** Answers what is under way, refuses what is new, then closes; safe to call twice. */
  readonly stop: () => Promise<void>;
}

/** @throws DomainError DATABASE_UNSAFE, MIGRATION_PENDING, TEST_KEY_IN_PRODUCTION, MANIFEST_INVALID */
export async function startService(world: World): Promise<Service> {
  await demandDurability(world.db);
  await demandMigrated(world.db);
  await demandRealKeys(world);
  let ready = true;
  const app = makeApp(world, () => ready);
  const server = await listening(app.callback(), world);
  const timer = publishing(world);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ready = false;
    clearInterval(timer);
    await closed(server);
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://${world.config.host}:${port}`, stop: () => (stopped ??= stop()) };
}

/** Keys made for demonstrations sign nothing in production. A service without keys yet may start; it cannot issue. */
export async function demandRealKeys(world: World): Promise<void> {
  if (!world.config.production) return;
  const { manifest, root } = await world.keys.manifest();
  if (root.test === true || manifest.keys.some(key => key.test === true)) {
    throw new DomainError(
      'TEST_KEY_IN_PRODUCTION',
      '密钥清单含测试密钥，生产环境拒绝启动；请用正式根密钥重新建立清单。',
    );
  }
}

function publishing(world: World): NodeJS.Timeout {
  let running = false;
  return setInterval(() => {
    if (running) return;
    running = true;
    publish(world, newAct(world, 'system:publisher'))
      .catch((error: unknown) => world.log.error({ error: String(error) }, 'status lists not published'))
      .finally(() => (running = false));
  }, world.config.publishSeconds * 1000);
}

async function listening(
  handler: ReturnType<ReturnType<typeof makeApp>['callback']>,
  world: World,
): Promise<Server> {
  const { createServer } = await import('node:http');
  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000 },
    (request, response) => void handler(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(world.config.port, world.config.host, resolve);
  });
  return server;
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeIdleConnections();
  await done;
}
