/** Sign-in, sessions, accounts, organisations, employments. */
import type { ServiceApi } from './service-api.ts';
import type { World } from '../world.ts';

export function accountRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
