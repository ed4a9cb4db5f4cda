/** Starts the service for a World and stops it in order: gates first, then listening, then what it does by itself. */
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sweepAccounts } from './accounts/sweep.ts';
import { makeApp } from './app.ts';
import { haltCarrying, startCarrying } from './changes/sheets/carry-sheets.ts';
import { sweepClients } from './clients/sweep-clients.ts';
import { expireApplications } from './applications/expire-applications.ts';
import { demandFieldKeys } from './db/demand-field-keys.ts';
import { demandDurability } from './db/durability.ts';
import { demandMigrated } from './db/migrate.ts';
import { sweepFeedback } from './feedback/sweep-feedback.ts';
import { gated } from './http/gate.ts';
import { OVERLOAD_LIMITS, watchOverload } from './http/overload.ts';
import { carryOver } from './issuance/carry-over.ts';
import { haltChainCheck } from './inspection/chain-check.ts';
import { destroyDueKeys } from './issuance/key-life/destroy-key.ts';
import { watchRegister } from './inspection/watch-register.ts';
import { haltReleasing, startReleasing } from './issuance/release/release.ts';
import { sweepLookups } from './lookups/sweep-lookups.ts';
import { deliverMessages, sweepMessages } from './messages/deliver.ts';
import { sweepQueries } from './registrations/sweep-queries.ts';
import { tendLists } from './revocation/room.ts';
import { isSealedByOthers } from './sealed-tables.ts';
import type { Act } from './shared/act.ts';
import { DomainError } from './shared/errors.ts';
import { sweepShareCodes } from './sharing/sweep-share-codes.ts';
import { VERIFY_PATH } from './verification/routes.ts';
import { makeVerifier } from './verification/verify-thread.ts';
import { deliverEvents } from './webhooks/delivery/deliver-events.ts';
import { deriveEvents } from './webhooks/events/derive-events.ts';
import { sweepWebhooks } from './webhooks/sweep-webhooks.ts';
import { newAct, type World } from './world.ts';

export interface Service {
  readonly url: string;
  /** Answers what is under way, refuses what is new, then closes; safe to call twice. */
  readonly stop: () => Promise<void>;
}

/**
 * Also of a restored copy, which is read only until it is reconciled.
 * @throws DomainError DATABASE_UNSAFE, MIGRATION_PENDING, CONFIG_INVALID, TEST_KEY_IN_PRODUCTION, MANIFEST_INVALID
 */
export async function startService(world: World): Promise<Service> {
  await demandDurability(world.db);
  await demandMigrated(world.db);
  await demandFieldKeys(world, async () => isSealedByOthers(world));
  await demandNewestManifest(world);
  await demandRealKeys(world);
  const register = await watchRegister(world);
  let ready = true;
  const verifier = makeVerifier(world.log);
  const overload = watchOverload(OVERLOAD_LIMITS, {
    isFull: ({ url }) => url === VERIFY_PATH && verifier.isFull(),
  });
  const condition = { isReady: () => ready, isShedding: overload.isShedding };
  const app = makeApp(world, condition, verifier).callback();
  const application: RequestListener = (request, response) => void app(request, response);
  const server = await listening(gated(application, { ...world.config, overload, log: world.log }), world);
  const watching = repeating(world, { name: 'register-watch', seconds: WATCH_SECONDS, run: register.look });
  const chores = choresOf(world).map(chore => repeating(world, { ...chore, isWriting: true }));
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ready = false;
    await closed(server);
    await verifier.stop();
    await haltReleasing(world);
    await haltCarrying(world);
    await haltChainCheck(world);
    for (const chore of [...chores, watching]) await chore.stop();
    await register.stop();
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://${world.config.host}:${port}`, stop: () => (stopped ??= stop()) };
}

/** An older manifest would make green what a newer one revoked. A service without keys yet may start; it cannot issue. */
async function demandNewestManifest({ keys }: World): Promise<void> {
  try {
    await keys.manifest();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'KEYS_MISSING') throw error;
  }
}

/** Keys made for demonstrations sign nothing in production. */
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

const HOUR_SECONDS = 3600;
/** How long a database restored beneath the running service may go unnoticed. */
const WATCH_SECONDS = 5;

/** What the service does by itself, and how often; each is safe in several processes and when it is late. */
function choresOf(world: World): readonly Chore[] {
  const hourly = (name: string, run: Chore['run']): Chore => ({ name, seconds: HOUR_SECONDS, run });
  return [
    { name: 'publisher', seconds: world.config.publishSeconds, run: act => tendLists(world, act) },
    { name: 'messenger', seconds: 5, run: act => deliverMessages(world, act) },
    { name: 'releaser', seconds: 5, run: () => startReleasing(world) },
    { name: 'change-carrier', seconds: 5, run: () => startCarrying(world) },
    { name: 'event-maker', seconds: 5, run: act => deriveEvents(world, act) },
    { name: 'event-sender', seconds: 5, run: act => deliverEvents(world, act) },
    hourly('key-destroyer', act => destroyDueKeys(world, act)),
    hourly('carry-over', act => carryOver(world, act)),
    hourly('expiry', act => expireApplications(world, act)),
    hourly('message-sweeper', act => sweepMessages(world, act)),
    hourly('account-sweeper', act => sweepAccounts(world, act)),
    hourly('lookup-sweeper', act => sweepLookups(world, act)),
    hourly('client-sweeper', act => sweepClients(world, act)),
    hourly('share-code-sweeper', act => sweepShareCodes(world, act)),
    hourly('feedback-sweeper', act => sweepFeedback(world, act)),
    hourly('query-sweeper', act => sweepQueries(world, act)),
    hourly('webhook-sweeper', act => sweepWebhooks(world, act)),
  ];
}

interface Chore {
  readonly name: string;
  readonly seconds: number;
  readonly run: (act: Act) => Promise<unknown>;
  /** Waits while the register must not be changed. */
  readonly isWriting?: true;
}

interface Repetition {
  /** No further run begins; resolves when the one under way has ended. */
  readonly stop: () => Promise<void>;
}

/** Repeats the chore until it is stopped; one that fails is logged and tried again in its turn, one that is slow is not doubled. */
function repeating(world: World, { name, seconds, run, isWriting }: Chore): Repetition {
  let running: Promise<void> | undefined;
  const once = (): void => {
    if (isWriting && world.db.writes.isShut) return;
    running ??= run(newAct(world, `system:${name}`))
      .then(() => undefined)
      .catch((error: unknown) => world.log.error({ chore: name, error: String(error) }, 'chore failed'))
      .finally(() => (running = undefined));
  };
  if (seconds >= HOUR_SECONDS) once(); // what fell due while no process ran is not left for another hour
  const timer = setInterval(once, seconds * 1000);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/** More connections than this are not accepted: each costs memory, also one that says nothing. */
const MAX_CONNECTIONS = 10_000;

async function listening(handler: RequestListener, world: World): Promise<Server> {
  const { createServer } = await import('node:http');
  const server = createServer(
    // a phone needs its time for a file of 10 MB; heads are short
    { requestTimeout: 120_000, headersTimeout: 10_000, connectionsCheckingInterval: 5000 },
    handler,
  );
  server.maxConnections = MAX_CONNECTIONS;
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
