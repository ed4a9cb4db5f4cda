/** Starts the service for a World and stops it in order: gates first, then listening, then what it does by itself. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sweepAccounts } from './accounts/sweep.ts';
import { makeApp } from './app.ts';
import { expireApplications } from './applications/expire-applications.ts';
import { demandDurability } from './db/durability.ts';
import { demandMigrated } from './db/migrate.ts';
import { carryOver } from './issuance/carry-over.ts';
import { startReleasing } from './issuance/release/release.ts';
import { deliverMessages, sweepMessages } from './messages/deliver.ts';
import { publish } from './revocation/publish.ts';
import type { Act } from './shared/act.ts';
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
  const timers = choresOf(world).map(chore => repeating(world, chore));
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ready = false;
    for (const timer of timers) clearInterval(timer);
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

/** What the service does by itself, and how often; each is safe in several processes and when it is late. */
function choresOf(world: World): readonly Chore[] {
  const hourly = (name: string, run: Chore['run']): Chore => ({ name, seconds: 3600, run });
  return [
    { name: 'publisher', seconds: world.config.publishSeconds, run: act => publish(world, act) },
    { name: 'messenger', seconds: 5, run: act => deliverMessages(world, act) },
    { name: 'releaser', seconds: 5, run: () => startReleasing(world) },
    hourly('carry-over', act => carryOver(world, act)),
    hourly('expiry', act => expireApplications(world, act)),
    hourly('message-sweeper', act => sweepMessages(world, act)),
    hourly('account-sweeper', act => sweepAccounts(world, act)),
  ];
}

interface Chore {
  readonly name: string;
  readonly seconds: number;
  readonly run: (act: Act) => Promise<unknown>;
}

/** Repeats the chore until the timer is cleared; one that fails is logged and tried again in its turn, one that is slow is not doubled. */
function repeating(world: World, { name, seconds, run }: Chore): NodeJS.Timeout {
  let running = false;
  const once = (): void => {
    if (running) return;
    running = true;
    run(newAct(world, `system:${name}`))
      .catch((error: unknown) => world.log.error({ chore: name, error: String(error) }, 'chore failed'))
      .finally(() => (running = false));
  };
  if (seconds >= 3600) once(); // what is due while no process ran is not left for another hour
  return setInterval(once, seconds * 1000);
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
