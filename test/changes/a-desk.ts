/** The bureau's people over HTTP, each request by whoever is named. */
import type { ExecutionContext } from 'ava';
import type { Actor, Duty } from '../../src/accounts/role.ts';
import { changeRoutes } from '../../src/changes/routes.ts';
import type { ChangeView } from '../../src/shared/shapes/shapes.ts';
import type { World } from '../../src/world.ts';
import { anActor } from '../support/actor.ts';
import { served, type Answer } from '../support/api.ts';

const of = (letter: string, ...duties: readonly Duty[]): Actor => ({
  ...anActor('bureau', ...duties),
  accountId: letter.repeat(32),
});
export const HANDLER = of('1', 'handler');
export const HANDLER_2 = of('2', 'handler');
export const APPROVER = of('3', 'approver');
export const OFFICER = of('4', 'revocation-officer');
export const BOTH = of('5', 'handler', 'approver');

export interface Desk {
  readonly post: (by: Actor, path: string, body?: unknown) => Promise<Answer>;
  readonly get: (by: Actor, path: string) => Promise<Answer>;
  readonly propose: (number: string, body: unknown, by?: Actor) => Promise<Answer & { body: ChangeView }>;
  readonly confirm: (proposal: Pick<ChangeView, 'id' | 'digest'>, by?: Actor) => Promise<Answer>;
  /** Proposed by one and confirmed by another. */
  readonly change: (number: string, body: unknown) => Promise<Answer>;
}

export async function aDesk(t: ExecutionContext, world: World): Promise<Desk> {
  const server = await served(t, world, changeRoutes);
  const post: Desk['post'] = async (by, path, body) => {
    server.by = by; // requests in flight at once need servers of their own
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(server.url + path, { method: 'POST', ...(body === undefined ? {} : json) });
    const answer = (await response.json()) as { code?: unknown };
    return { status: response.status, body: answer, code: answer.code };
  };
  const propose: Desk['propose'] = async (number, body, by = HANDLER) =>
    (await post(by, `/api/certificates/${number}/changes`, body)) as Answer & { body: ChangeView };
  const confirm: Desk['confirm'] = async ({ id, digest }, by = APPROVER) =>
    post(by, `/api/changes/${id}/decision`, { decision: 'confirm', digest });
  return {
    post,
    get: async (by, path) => {
      server.by = by;
      return server.get(path);
    },
    propose,
    confirm,
    change: async (number, body) => {
      const proposed = await propose(number, body);
      return proposed.status === 201 ? confirm(proposed.body) : proposed;
    },
  };
}

export const SUSPENSION = { kind: 'SUSPEND', reason: 'UNDER_INVESTIGATION' } as const;
export const RESUMPTION = { kind: 'RESUME', reason: 'NOT_UPHELD' } as const;
export const REVOCATION = {
  kind: 'REVOKE',
  reason: 'FRAUD',
  document: '津人社撤字〔2021〕1号（测试）',
} as const;
export const CANCELLATION = {
  kind: 'CANCEL',
  reason: 'ISSUED_BY_MISTAKE',
  document: '津人社注字〔2021〕1号（测试）',
} as const;
export const extension = (until: string) =>
  ({
    kind: 'EXTEND',
    reason: 'UNDER_INVESTIGATION',
    until,
    document: '津人社核字〔2021〕2号（测试）',
  }) as const;
