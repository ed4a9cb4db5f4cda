/** Who is behind a request: session cookie, same-site proof, and one effect per Idempotency-Key. */
import { makeApi } from '../http/operation.ts';
import { newAct, type World } from '../world.ts';
import { DomainError } from '../shared/errors.ts';
import type { ServiceApi } from './service-api.ts';

export function makeServiceApi(world: World): ServiceApi {
  return makeApi({
    identify: () => Promise.reject(new DomainError('SIGN_IN_REQUIRED', '请先登录。')),
    anonymous: () => newAct(world, 'public'),
    once: async (_ctx, _act, run) => run(),
  });
}
