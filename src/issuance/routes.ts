/** The month's batch: check, approval, progress, stop switch, preview. */
import type { ServiceApi } from '../accounts/service-api.ts';
import type { World } from '../world.ts';

export function issuanceRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
