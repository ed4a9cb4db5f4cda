/** Registration bodies that are told of certificates they verified, over HTTP, by the client of one file. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import Koa from 'koa';
import type { Actor, PersonalAct } from '../../src/accounts/role.ts';
import { ZhichengClient } from '../../src/client/zhicheng-client.ts';
import { makeClientApi } from '../../src/clients/signed-request.ts';
import { accessLog } from '../../src/http/kit.ts';
import { makeApi } from '../../src/http/operation.ts';
import { problems } from '../../src/http/problem.ts';
import { registrationRoutes } from '../../src/registrations/routes.ts';
import type { Act } from '../../src/shared/act.ts';
import { deliverEvents } from '../../src/webhooks/delivery/deliver-events.ts';
import { webhookRoutes } from '../../src/webhooks/routes.ts';
import { newAct, type World } from '../../src/world.ts';
import { aSigner, type Signer } from '../clients/signing.ts';
import { aScene as releasedScene, type Facts } from '../lookups/asking.ts';
import { anActor } from '../support/actor.ts';
import type { TestDatabase } from '../support/database.ts';
import { derive } from './a-story.ts';

export interface Scene {
  readonly world: World;
  readonly url: string;
  readonly facts: readonly [Facts, Facts];
  readonly signer: Signer;
  readonly client: ZhichengClient;
  readonly pass: (seconds: number) => void;
  readonly clientOf: (signer: Signer) => ZhichengClient;
  readonly bureauSees: (by: Actor, path: string) => Promise<{ status: number; body: unknown }>;
}

/** A bureau whose July is released, with one client; private targets are allowed. */
export async function aScene(t: ExecutionContext, database: TestDatabase): Promise<Scene> {
  const released = await releasedScene(t, database, { release: true });
  const { facts, pass } = released;
  const world = { ...released.world, config: { ...released.world.config, webhookPrivate: true } };
  const signer = await aSigner(world);
  const state = { by: anActor() };
  const url = await served(t, world, state);
  const clientOf = ({ client, keys }: Signer): ZhichengClient =>
    new ZhichengClient({
      origin: world.config.origin,
      clientId: client.id,
      privateKey: keys.privateKey,
      clock: () => world.clock(),
      tries: 1,
      // the published origin is what is signed; the port is this test's
      fetch: async (asked, init) => fetch(String(asked).replace(world.config.origin, url), init),
    });
  const bureauSees = async (by: Actor, path: string) => {
    state.by = by;
    const response = await fetch(url + path);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { world, url, facts, signer, client: clientOf(signer), pass, clientOf, bureauSees };
}

async function served(t: ExecutionContext, world: World, state: { by: Actor }): Promise<string> {
  const personal = (): PersonalAct => ({ ...newAct(world, state.by.accountId), by: state.by });
  const api = makeApi<PersonalAct, Act>({
    identify: async () => Promise.resolve(personal()),
    anonymous: () => newAct(world, 'public'),
    once: async (_ctx, _act, run) => run(),
  });
  const clientApi = makeClientApi(world);
  registrationRoutes(world, { api, clientApi }, { beatMs: 1 });
  webhookRoutes(world, { api, clientApi });
  const app = new Koa();
  app.use(accessLog(world.log, world.ids));
  app.use(problems(world.log));
  for (const { router } of [api, clientApi]) app.use(router.routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The client has asked about that certificate, with these facts. */
export async function verified({ client }: Scene, { number, idNumber }: Facts): Promise<void> {
  await client.verify([{ number, idNumber }], { purpose: 'APPOINTMENT' });
}

/** A second later, whatever there is to tell has been told. */
export async function told({ world, pass }: Scene): Promise<void> {
  pass(1);
  await derive(world);
  await deliverEvents(world, newAct(world, 'system:event-sender'), { turnMs: 600_000 });
}

/** The code with which that is refused. */
export async function codeOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );
}
