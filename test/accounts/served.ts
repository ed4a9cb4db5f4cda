/** The accounts' part of the service on a port of its own, with a clock that the test moves and people that the test knows. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import Koa from 'koa';
import { accountRoutes } from '../../src/accounts/routes.ts';
import { makeServiceApi } from '../../src/accounts/signed-in.ts';
import { accessLog } from '../../src/http/kit.ts';
import { problems } from '../../src/http/problem.ts';
import type { World } from '../../src/world.ts';
import { aBureau, JULY_30 } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  aStaff,
  client,
  organisationCodeOf,
  signInStaff,
  type Client,
  type StaffPerson,
} from '../support/people.ts';

export interface Served {
  readonly world: World;
  readonly url: string;
  readonly clock: { now: number };
  /** Reserved phones of people who have applications. */
  readonly reserved: Map<string, string>;
}

export const BUREAU_CODE = organisationCodeOf(1);

export async function served(t: ExecutionContext, database: TestDatabase): Promise<Served> {
  const clock = { now: JULY_30 };
  const reserved = new Map<string, string>();
  const world = await aBureau(t, database, { clock: () => clock.now });
  const app = new Koa();
  app.use(accessLog(world.log, world.ids));
  app.use(problems(world.log));
  const api = makeServiceApi(world);
  accountRoutes(world, api, { reservedPhoneOf: id => Promise.resolve(reserved.get(id)) });
  app.use(api.router.routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { world, url: `http://127.0.0.1:${port}`, clock, reserved };
}

/** An administrator of the bureau, signed in. */
export async function anAdministrator(bureau: Served): Promise<{ staff: StaffPerson; api: Client }> {
  const staff = await aStaff(bureau.world, {
    organisationCode: BUREAU_CODE,
    capacity: 'bureau',
    duty: 'administrator',
  });
  const session = await signInStaff(bureau.url, staff, bureau.clock.now);
  return { staff, api: client(bureau.url, session) };
}

export function codeOf(answer: { readonly body: unknown }): unknown {
  return (answer.body as { code?: unknown } | undefined)?.code;
}
