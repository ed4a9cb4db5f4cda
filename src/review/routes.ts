/** Decisions, bulk decisions, uploads to the bureau. */
import type { ServiceApi } from '../accounts/service-api.ts';
import type { World } from '../world.ts';

export function reviewRoutes(_world: World, _api: ServiceApi): void {
  // filled by its module
}
