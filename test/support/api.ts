/** Serves one module's routes to a fixed person, for tests of what a route takes and answers; sessions have tests of their own. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { ExecutionContext } from 'ava';
import Koa from 'koa';
import type { PersonalAct } from '../../src/accounts/role.ts';
import type { ServiceApi } from '../../src/accounts/service-api.ts';
import { makeApi } from '../../src/http/operation.ts';
import { problems } from '../../src/http/problem.ts';
import { newAct, type World } from '../../src/world.ts';
import { anActor } from './actor.ts';

export interface Served {
  /** Whoever is signed in from now on. */
  by: PersonalAct['by'];
  readonly url: string;
  readonly get: (path: string) => Promise<Answer>;
  readonly put: (path: string, body: unknown) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The problem's stable code, if the answer is one. */
  readonly code: unknown;
}

/** Those routes on a port of their own, gone when the test has ended. */
export async function served(
  t: ExecutionContext,
  world: World,
  routes: (world: World, api: ServiceApi) => void,
): Promise<Served> {
  const state = { by: anActor() };
  const personal = (): PersonalAct => ({ ...newAct(world, state.by.accountId), by: state.by });
  const api: ServiceApi = makeApi({
    identify: async () => Promise.resolve(personal()),
    anonymous: () => newAct(world, 'public'),
    once: async (_ctx, _act, run) => run(),
  });
  routes(world, api);
  const app = new Koa();
  app.use(problems(world.log));
  app.use(api.router.routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;

  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const body = (await response.json()) as { code?: unknown };
    return { status: response.status, body, code: body.code };
  };
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    get: async (path: string) => ask(path),
    put: async (path: string, body: unknown) =>
      ask(path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  });
}
