/** Committees and entitlements. */
import type { ServiceApi } from '../../accounts/service-api.ts';
import type { World } from '../../world.ts';

export function registerRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
