/** A bureau whose July is released, and registration bodies that verify its certificates over HTTP; beats are short. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import Koa from 'koa';
import type { Actor, PersonalAct } from '../../src/accounts/role.ts';
import { versionsOf, type Certificate } from '../../src/certificate/store.ts';
import { makeClientApi } from '../../src/clients/signed-request.ts';
import { accessLog } from '../../src/http/kit.ts';
import { makeApi } from '../../src/http/operation.ts';
import { problems } from '../../src/http/problem.ts';
import { inspectionRoutes } from '../../src/inspection/routes.ts';
import { registrationRoutes } from '../../src/registrations/routes.ts';
import type { Act } from '../../src/shared/act.ts';
import type { RegistrationAnswer, RegistrationResult } from '../../src/shared/shapes/shapes.ts';
import { newAct, type World } from '../../src/world.ts';
import { ask, aSigner, type Answered, type Signer } from '../clients/signing.ts';
import { aScene as releasedScene, type Facts } from '../lookups/asking.ts';
import { aHolder } from '../support/actor.ts';
import { idNumberOf } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';

export interface Scene {
  readonly world: World;
  readonly url: string;
  readonly signer: Signer;
  /** Two certificates of two people. */
  readonly facts: readonly [Facts, Facts];
  readonly certificates: readonly [Certificate, Certificate];
  readonly pass: (seconds: number) => void;
  /** What that person sees at that path. */
  readonly seen: (by: Actor, path: string) => Promise<{ status: number; body: unknown }>;
}

export const TARGET = '/api/v1/verifications';

/** @param options.quota per minute and per day of the client */
export async function aScene(
  t: ExecutionContext,
  database: TestDatabase,
  options: { perMinute?: number; perDay?: number } = {},
): Promise<Scene> {
  const { world, facts, certificates, pass } = await releasedScene(t, database, { release: true });
  const signer = await aSigner(world, options);
  const state = { by: aHolder(idNumberOf(1)) };
  const url = await served(t, world, state);
  const seen = async (by: Actor, path: string): Promise<{ status: number; body: unknown }> => {
    state.by = by;
    const response = await fetch(url + path);
    return { status: response.status, body: await response.json() };
  };
  return { world, url, signer, facts, certificates, pass, seen };
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
  inspectionRoutes(world, api);
  const app = new Koa();
  app.use(accessLog(world.log, world.ids));
  app.use(problems(world.log));
  app.use(api.router.routes());
  app.use(clientApi.router.routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Wanted {
  readonly purpose?: string;
  readonly note?: string;
  readonly items: readonly unknown[];
}

/** The whole answer to those items. */
export async function verified(
  scene: Scene,
  { purpose = 'PRACTICE_REGISTRATION', ...rest }: Wanted,
  options: { signer?: Signer; idempotencyKey?: string } = {},
): Promise<Answered> {
  const { signer = scene.signer, ...key } = options;
  return ask(scene, signer, { target: TARGET, body: { purpose, ...rest }, ...key });
}

/** The results for those items. */
export async function resultsOf(
  scene: Scene,
  ...items: readonly unknown[]
): Promise<readonly RegistrationResult[]> {
  const answer = await verified(scene, { items });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return (answer.body as RegistrationAnswer).results;
}

export async function newestOf(world: World, number: string): Promise<Certificate> {
  const newest = (await versionsOf(world.db, number)).at(-1);
  if (!newest) throw new RangeError(`no certificate ${number}`);
  return newest;
}

export function byNumber({ number, idNumber }: Facts): { number: string; idNumber: string } {
  return { number, idNumber };
}
